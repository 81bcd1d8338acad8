"""One's own access: changing its password."""

from litestar.di import NamedDependency
from sqlalchemy.orm import Session

from kit import db
from kit.errors import Invalid, Message, Refused, TooMany
from kit.http import web
from kit.http.forms import Form
from kit.http.places import ENTRY
from kit.http.web import Request, Response, get, post, see_other
from people import password_changes
from people.actors import Actor
from people.pages.cookies import with_session
from people.pages.edge import caller, device


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
    return with_session(request, see_other("/account", done), token)


HANDLERS = [show_password, change_password]
