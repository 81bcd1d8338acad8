"""One's own access: its roles and devices, ending these, changing its password."""

from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from kit import db
from kit.errors import Invalid, Message, Refused, TooMany
from kit.http import web
from kit.http.forms import Form
from kit.http.places import ENTRY
from kit.http.web import Request, Response, get, post, see_other
from people import invitation_lists, own_sessions, password_changes, roles, sign_ins
from people.actors import Actor
from people.pages.cookies import with_session, without_session
from people.pages.edge import caller, device
from people.providers import settings as providers


@get("/account", access="signed-in")
def show_account(
    request: Request, session: NamedDependency[Session], actor: NamedDependency[Actor]
) -> Response:
    """Show who I am here, my roles and the devices on which I am signed in."""
    held = {role: (role, kind, id_) in actor.resting for role, kind, id_ in actor.held}
    return web.page(
        request,
        "people/account.html",
        sessions=own_sessions.of(session, actor),
        roles=[(roles.NAMES[role], rests) for role, rests in sorted(held.items())],
        waiting=len(invitation_lists.waiting_for(session, actor)),
        providers=providers.ways_in(),
    )


@post("/account/sessions/{session_id:int}/sign-out", access="signed-in", resent="same")
def end_session(
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    session_id: FromPath[int],
) -> Response:
    """Sign one of my devices out; this one leads out of here."""
    own_sessions.end(session, actor, session_id)
    if session_id == actor.session_id:
        return without_session(see_other("/", Message("Sei uscito.")))
    return see_other("/account", Message("Quel dispositivo è uscito."))


@post("/account/sign-out-everywhere", access="signed-in", resent="same")
def sign_out_everywhere(
    session: NamedDependency[Session], actor: NamedDependency[Actor]
) -> Response:
    """End all my sessions, this one too."""
    sign_ins.sign_out_everywhere(session, actor.person_id, actor.person_id, actor.now)
    return without_session(see_other("/sign-in", Message("Sei uscito da tutti i dispositivi.")))


@get("/account/password", access="signed-in")
def show_password(request: Request, actor: NamedDependency[Actor]) -> Response:
    """Show the form to change my password."""
    return web.page(request, "people/password.html", form=Form())


@post("/account/password", access="signed-in", resent="same", lane=ENTRY, fresh=True)
def change_password(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
) -> Response:
    """Change my password: this session goes on under a new token, all others end."""
    old, new, again = (form.values.get(name, "") for name in ("old", "password", "again"))
    if not old:
        form.add_error("old", Message("Scrivi la password di adesso."))
    if new != again:
        form.add_error("again", Message("Le due password non sono uguali."))
    db.let_go(session)
    try:
        form.check()
        token = password_changes.change(
            actor, old[:1000], new, caller(request, actor), device(request)
        )
    except TooMany as error:
        form.take(error, "old")
        answer = web.page(request, "people/password.html", error.status, form=form)
        answer.headers["Retry-After"] = str(error.retry_after_s)
        return answer
    except (Invalid, Refused) as error:
        form.take(error)
        return web.page(request, "people/password.html", 422, form=form)
    done = Message("La password è cambiata. Dagli altri dispositivi sei uscito.")
    return with_session(request, see_other("/account", done), token, quiet=True)


HANDLERS = [show_account, end_session, sign_out_everywhere, show_password, change_password]
