"""What the edge provides to every handler: who acts, who visits."""

from ipaddress import ip_network

from sqlalchemy.orm import Session

from kit.http import hop
from kit.http.gate import UNSAFE
from kit.http.web import Request
from kit.words import text
from people import sign_ins
from people.actors import Actor, Visitor


def session_token(request: Request) -> str:
    """The token of the session cookie, or nothing."""
    return request.cookies.get(sign_ins.COOKIE, "")


def provide_actor(request: Request, session: Session) -> Actor:
    """Give the signed-in person; check the form token of whatever changes something."""
    token = session_token(request)
    actor = sign_ins.require(session, token)
    _remember(request, actor, token)
    if request.method in UNSAFE:
        _check_form(request, token)
    return actor


def provide_visitor(request: Request, session: Session) -> Visitor:
    """Give whoever looks at a public page, signed in or not."""
    token = session_token(request)
    visitor = sign_ins.visitor_of(session, token)
    hop.state(request)["now"] = visitor.now
    if visitor.actor is not None:
        _remember(request, visitor.actor, token)
        if request.method in UNSAFE:
            _check_form(request, token)
    return visitor


def address(request: Request) -> str:
    """The network address a request came from (the reverse proxy's word is uvicorn's).

    Of IPv6 the first 64 bits: the rest is the subscriber's to choose anew for every try.
    """
    host = request.client.host if request.client else "unknown"
    try:
        return str(ip_network(f"{host}/64", strict=False)) if ":" in host else host
    except ValueError:
        return host


def device(request: Request) -> str:
    """What the browser calls itself, for the list of devices."""
    return request.headers.get("user-agent", "")[:200]


def _remember(request: Request, actor: Actor, token: str) -> None:
    # Whatever this browser was set to: a page is read by whoever is signed in.
    text.locale.set(actor.locale)
    hop.state(request).update(
        actor=actor,
        person_id=actor.person_id,
        now=actor.now,
        csrf_token=sign_ins.csrf_token(token),
    )


def _check_form(request: Request, token: str) -> None:
    given = request.headers.get("x-csrf-token") or hop.read_form(request).raw("csrf")
    sign_ins.check_csrf(token, given)
