"""Invitations as their reader answers them, and links that are good no longer."""

from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from kit import clock
from kit.errors import Message
from kit.http import web
from kit.http.forms import Form
from kit.http.web import Request, Response, get, post, see_other
from kit.words import text
from people import invitation_lists, invitations, link_wishes, links, proofs, resting
from people.actors import Actor, Visitor
from people.pages.edge import address
from people.providers import settings as providers
from people.tables.links import OneTimeLink


def page(
    request: Request,
    session: Session,
    visitor: Visitor,
    link: OneTimeLink,
    form: Form,
) -> Response:
    """Show who invites to what; what can be done depends on who looks.

    The owner of the address answers, whoever has no access yet chooses a password, and
    anybody else is told whose invitation it is.
    """
    token = request.path_params["token"]
    found = invitation_lists.one(session, link.invitation_id or 0, visitor.now)
    if found is None:
        return spent(request, token)
    actor = visitor.actor
    return web.page(
        request,
        "people/invitation.html",
        422 if form.errors else 200,
        invitation=found,
        form=form,
        new=links.needs_access(session, link),
        mine=actor is not None and actor.email == found.email,
        providers=providers.ways_in(),
    )


def speak(request: Request, visitor: Visitor, link: OneTimeLink) -> None:
    """Show the page behind a letter in the letter's language, unless another one was chosen."""
    if visitor.actor is None and request.cookies.get("language") not in text.LANGUAGES:
        text.locale.set(link.locale)


def spent(request: Request, token: str) -> Response:
    """Say that a link is good no longer, and offer a new one: the same for every link."""
    return web.page(request, "people/link_spent.html", links.Spent.status, token=token[:200])


@post("/links/{token:str}/renewals", access="visitor", resent="same")
def renew(
    request: Request,
    session: NamedDependency[Session],
    visitor: NamedDependency[Visitor],
    token: FromPath[str],
) -> Response:
    """Write anew to the address the link was sent to; the answer tells nothing of it."""
    link_wishes.renew(session, token[:200], address(request), visitor.now)
    return web.page(request, "people/link_renewed.html")


@post("/links/{token:str}/refusals", access="public", resent="same")
def turn_down(
    request: Request, session: NamedDependency[Session], token: FromPath[str]
) -> Response:
    """Decline an invitation without having an access."""
    try:
        links.turn_down(session, token, clock.now(session))
    except links.Spent:
        return spent(request, token)
    return see_other("/", Message("Hai rifiutato l'invito."))


@get("/invitations", access="signed-in")
def index(
    request: Request, session: NamedDependency[Session], actor: NamedDependency[Actor]
) -> Response:
    """List the invitations to my address that wait for my answer."""
    found = invitation_lists.waiting_for(session, actor)
    return web.page(request, "people/invitations.html", waiting=found)


@post("/invitations/{invitation_id:int}/acceptances", access="signed-in", resent="same")
def accept(
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    invitation_id: FromPath[int],
) -> Response:
    """Accept an invitation to my address."""
    found = invitations.accept(session, actor, invitation_id, actor.now)
    held = [(found.role, found.scope_kind, found.scope_id)]
    if proofs.share(held, actor.proved.level, trial=actor.trial).resting:
        rests = Message(
            "Hai accettato l'invito. Il ruolo però riposa: per usarlo serve un secondo passo, e "
            "si aggiunge qui."
        )
        return see_other(resting.WAY_ON, rests)
    return see_other("/", Message("Hai accettato l'invito: da adesso vale."))


@post("/invitations/{invitation_id:int}/refusals", access="signed-in", resent="same")
def decline(
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    invitation_id: FromPath[int],
) -> Response:
    """Decline an invitation to my address."""
    invitations.decline(session, actor, invitation_id, actor.now)
    return see_other("/", Message("Hai rifiutato l'invito."))


HANDLERS = [index, renew, turn_down, accept, decline]
