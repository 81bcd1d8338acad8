"""The identities of providers that belong to one's own access."""

from datetime import date

from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from kit.errors import Message, Refused
from kit.http import web
from kit.http.forms import Form
from kit.http.web import Request, Response, get, post, see_other
from kit.words.text import day
from people import attested, identities
from people.actors import Actor
from people.pages import providers
from people.pages.cookies import without_answer
from people.providers import journeys, settings
from people.providers.answers import Answer
from people.providers.settings import (
    ADDRESS,
    BIRTH_DATE,
    FAMILY_NAME,
    GIVEN_NAME,
    TAX_CODE,
)

_LATE = Message("È passato troppo tempo da quando sei tornato: non abbiamo collegato niente.")
NAMES = {
    TAX_CODE: Message("Codice fiscale"),
    GIVEN_NAME: Message("Nome"),
    FAMILY_NAME: Message("Cognome"),
    BIRTH_DATE: Message("Data di nascita"),
    ADDRESS: Message("Indirizzo di casa"),
}


@get("/account/identities", access="signed-in")
def show(
    request: Request, session: NamedDependency[Session], actor: NamedDependency[Actor]
) -> Response:
    """Show by which providers I come in and what they say of me; one that waits is offered."""
    return _page(request, session, actor, Form())


@post("/account/identities", access="signed-in", resent="same", fresh=True)
def link(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
) -> Response:
    """Join the identity that waits to my access."""
    if form.resumed:
        return _page(request, session, actor, form, 422)
    found = _waiting(request, actor)
    try:
        if found is None:
            raise Refused(_LATE)
        providers.check_shown(form, found)
        identities.link(session, actor, found, actor.now)
    except Refused as refused:
        form.take(refused)
        return _page(request, session, actor, form, refused.status)
    done = Message("Fatto: da adesso puoi entrare anche con {name}.", name=found.called)
    return without_answer(see_other("/account/identities", done))


@post("/account/identities/dismissal", access="signed-in", resent="same")
def dismiss(actor: NamedDependency[Actor]) -> Response:
    """Let an identity go that waits to be joined to my access."""
    done = Message("Non abbiamo collegato niente.")
    return without_answer(see_other("/account/identities", done))


@post("/account/identities/journeys", access="signed-in", resent="same", fresh=True)
def offer(request: Request, actor: NamedDependency[Actor], form: NamedDependency[Form]) -> Response:
    """Say what comes next and offer the way to a provider: no form of ours goes to another site."""
    key = form.choice("provider", settings.providers())
    form.check()
    wish = journeys.wish(actor, journeys.LINK)
    name = settings.called(key)
    return web.page(request, "people/identity_journey.html", key=key, name=name, wish=wish)


@post(
    "/account/identities/{identity_id:int}/removal", access="signed-in", resent="same", fresh=True
)
def unlink(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    identity_id: FromPath[int],
) -> Response:
    """Part an identity from my access."""
    form = Form()
    try:
        name = identities.unlink(session, actor, identity_id, actor.now)
    except Refused as refused:
        form.take(refused)
        return _page(request, session, actor, form, refused.status)
    return see_other("/account/identities", Message("{name} non è più collegato.", name=name))


def _waiting(request: Request, actor: Actor) -> Answer | None:
    """The identity that waits, unless it belongs to a journey of another session."""
    found = providers.waiting(request, actor)
    if found is None or (found.bound and not journeys.is_bound_to(actor, found.bound)):
        return None
    return found


def _page(
    request: Request, session: Session, actor: Actor, form: Form, status: int = 200
) -> Response:
    found = _waiting(request, actor)
    mine = [
        (each, settings.called(each.provider)) for each in identities.of(session, actor.person_id)
    ]
    if found is not None and identities.owner_of(session, found) == actor.person_id:
        found = None
    said = [
        (NAMES[each.name], _said(each), settings.called(each.provider), each.at)
        for each in sorted(attested.of(session, actor.person_id), key=_place)
        if each.name in NAMES
    ]
    return web.page(
        request,
        "people/identities.html",
        status,
        form=form,
        found=found,
        mine=mine,
        said=said,
        providers=settings.ways_in(),
    )


def _place(each: attested.Attested) -> tuple[str, int]:
    """Where what one provider said stands: as `NAMES` has it."""
    return each.provider, list(NAMES).index(each.name) if each.name in NAMES else len(NAMES)


def _said(each: attested.Attested) -> str:
    """Write what a provider said as people read it."""
    return day(date.fromisoformat(each.value)) if each.name == BIRTH_DATE else each.value


HANDLERS = [show, link, dismiss, offer, unlink]
