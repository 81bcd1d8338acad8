"""What the edge provides to every handler: who acts, who visits; and whether a form is theirs."""

from functools import partial

from sqlalchemy.orm import Session

from kit import audit, db, secret, spelled
from kit.errors import Forbidden, Message
from kit.http import asgi, carried, hop, web
from kit.http.gate import UNSAFE
from kit.http.web import Request
from kit.words import text
from people import known_devices, sign_ins
from people.actors import Actor, NotFresh, NotSignedIn, Visitor
from people.known_devices import Caller

_WHOSE = "whose page a form is of"


class Outdated(Forbidden):
    """A field that saves itself, on a page of an earlier session: nothing was done."""

    def __init__(self) -> None:
        super().__init__(
            Message("Non salvato: da quando hai aperto questa pagina sei uscito e rientrato.")
        )


class OfAnother(Forbidden):
    """A form of another session than the one in this browser now: nothing was done.

    `owner_id` is whose page it was, where the form proves it; `now` when it came.
    """

    def __init__(self, actor: Actor, owner_id: int | None) -> None:
        super().__init__(
            Message(
                "In questo browser adesso c'è {name}, e questo modulo è di prima: non abbiamo "
                "fatto niente.",
                name=actor.name,
            )
        )
        self.owner_id, self.now = owner_id, actor.now


def session_token(request: Request) -> str:
    """The token of the session cookie, or nothing."""
    return request.cookies.get(sign_ins.COOKIE, "")


def provide_actor(request: Request, session: Session) -> Actor:
    """Give the signed-in person; check the form token of whatever changes something."""
    token = session_token(request)
    actor = sign_ins.actor_of(session, token) if token else None
    if actor is None:
        writes = request.method in UNSAFE and bool(token)
        raise NotSignedIn(sign_ins.ended(session, token) if writes else None)
    enter(request, actor)
    audit.sign(session, actor.person_id, actor.proved.said())
    if request.method in UNSAFE:
        _check_form(request, session, actor)
        _check_fresh(request, actor)
    return actor


def provide_visitor(request: Request, session: Session) -> Visitor:
    """Give whoever looks at a public page, signed in or not."""
    token = session_token(request)
    visitor = sign_ins.visitor_of(session, token)
    hop.state(request)["now"] = visitor.now
    if visitor.actor is not None:
        enter(request, visitor.actor)
        audit.sign(session, visitor.actor.person_id, visitor.actor.proved.said())
        if request.method in UNSAFE:
            _check_form(request, session, visitor.actor)
    return visitor


def is_session(token: str) -> bool:
    """Whether somebody is signed in with this token (in a short transaction of its own)."""
    with db.transaction() as session:
        return sign_ins.actor_of(session, token) is not None


def address(request: Request) -> str:
    """The network address a request came from."""
    return asgi.network(request.scope)


def device(request: Request) -> str:
    """What the browser calls itself, for the list of devices."""
    return request.headers.get("user-agent", "")[:200]


def caller(request: Request, actor: Actor | None = None) -> Caller:
    """Where a request comes from: network, the browser by its cookie, and who is signed in."""
    token = request.cookies.get(known_devices.COOKIE, "")[:100]
    return Caller(address(request), token, actor.email if actor is not None else "")


def enter(request: Request, actor: Actor) -> None:
    """Let the pages of this request know whose they are, and speak their language."""
    # Whatever this browser was set to: a page is read by whoever is signed in.
    text.locale.set(actor.locale)
    if actor.seen_late:
        hop.outcome(request).afterwards = partial(
            sign_ins.note_seen, session_id=actor.session_id, now=actor.now
        )
    csrf = sign_ins.csrf_token(actor.form_key)
    hop.state(request).update(
        # The clock was read after a place, a thread and a connection were waited for: taken off.
        received_at=actor.now - hop.since_whole(request),
        actor=actor,
        person_id=actor.person_id,
        now=actor.now,
        csrf_token=csrf,
        whose=whose(actor.person_id, csrf),
    )


def leave(request: Request) -> None:
    """Let the page of this request be one for nobody: the person has just gone out."""
    for name in ("actor", "person_id", "csrf_token", "whose"):
        hop.state(request).pop(name, None)


def whose(person_id: int, csrf: str) -> str:
    """Say in a form whose page it stands on; good with this token of a form only."""
    return f"{person_id}.{secret.mark(_WHOSE, f'{person_id} {csrf}'.encode())}"


def _owner_of(given: str, csrf: str) -> int | None:
    """Tell whose page a form of ours stood on; None of any other."""
    person_id, _, mark = given.partition(".")
    known = spelled.id_(person_id)
    proved = secret.is_mark(_WHOSE, f"{person_id} {csrf}".encode(), mark)
    return known if proved else None


def form_token(request: Request) -> str:
    """The token that says of which session a form is; htmx sends it as a header."""
    return request.headers.get("x-csrf-token") or hop.read_form(request).raw("csrf")


def _check_form(request: Request, session: Session, actor: Actor) -> None:
    """Take only forms of this session; one of an earlier session of this person is shown again.

    Who signs in again in another tab has both. Nothing of such a form is done: whoever could
    forge it would only fill in a page.
    """
    given = form_token(request)
    if sign_ins.is_own_form(actor.form_key, given):
        return
    owner_id = _owner_of(hop.read_form(request).raw("whose"), given)
    if owner_id != actor.person_id and not sign_ins.is_earlier_form(session, actor, given):
        raise OfAnother(actor, owner_id)
    if web.is_htmx(request):
        raise Outdated
    hop.show_again(request)


def _check_fresh(request: Request, actor: Actor) -> None:
    """Ask for a fresh proof where the route does; raises NotFresh.

    A form that is only to be shown again asks for none: nothing of it is done.
    """
    if not request.route_handler.opt.get("fresh") or not actor.has_to_prove:
        return
    only_shown = hop.state(request).get("again") is not None
    if not only_shown and carried.RESUMED not in hop.read_form(request).lists:
        raise NotFresh(actor)
