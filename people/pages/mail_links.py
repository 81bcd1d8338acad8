"""The page behind a link of a letter by which something harmless is done."""

from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from kit import clock
from kit.http import web
from kit.http.web import Request, Response, get, post, see_other
from kit.words import text
from people import mail_links
from people.actors import Visitor
from people.tables.persons import Person


@get("/mail-links/{token:str}", access="visitor")
def show(
    request: Request,
    session: NamedDependency[Session],
    visitor: NamedDependency[Visitor],
    token: FromPath[str],
) -> Response:
    """Show what a link does when its button is pressed; nothing is done yet."""
    try:
        found = mail_links.look_up(session, token, visitor.now)
    except mail_links.LinkSpent:
        return _spent(request)
    if visitor.actor is None and request.cookies.get("language") not in text.LANGUAGES:
        text.locale.set(session.get_one(Person, found.person_id).locale)
    return web.page(request, "people/mail_link.html", purpose=found.purpose)


@post("/mail-links/{token:str}", access="public", resent="same")
def use(request: Request, session: NamedDependency[Session], token: FromPath[str]) -> Response:
    """Do what the link is for, as often as its purpose says."""
    try:
        done = mail_links.use(session, token, clock.now(session))
    except mail_links.LinkSpent:
        return _spent(request)
    return see_other(done.path, done.said)


def _spent(request: Request) -> Response:
    """Say that a link is good no longer: the page is the same for a token never made."""
    return web.page(request, "people/mail_link_spent.html", mail_links.LinkSpent.status)


HANDLERS = [show, use]
