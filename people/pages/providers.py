"""Signing in by a provider of identities: there, back, and what is new (docs/decisions/0028).

A provider is asked outside of any transaction and in a lane of its own.
"""

from dataclasses import replace
from datetime import datetime

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from sqlalchemy.orm import Session

from kit import clock, db
from kit.errors import Invalid, Message, NotFound, PersonError, Refused, TooMany
from kit.http import keyed, web
from kit.http.forms import Form
from kit.http.places import ELSEWHERE, ENTRY
from kit.http.web import Request, Response, get, post, see_other
from kit.settings import settings as site
from kit.words import text
from people import identities, link_wishes, links, newcomers, sign_ins
from people.actors import Actor, Visitor
from people.pages import edge
from people.pages import invitations as invitation_pages
from people.pages.cookies import (
    with_answer,
    with_journey,
    with_session,
    without_answer,
    without_journey,
)
from people.providers import answers, journeys, openid, settings
from people.providers.answers import Answer
from people.providers.journeys import LINK, SIGN_IN, Journey
from people.providers.settings import Provider

_LATE = Message("È passato troppo tempo da quando sei tornato: entra di nuovo da qui.")
_STRAY = Message(
    "Questo ritorno da {name} non vale: sono passati più di dieci minuti, è già servito, o eri "
    "partito da un altro browser. Ricomincia da qui."
)
_ANOTHER_SESSION = Message(
    "Intanto sei uscito o sei rientrato: non abbiamo fatto niente. Ricomincia dalla pagina da cui "
    "eri partito."
)
_OTHER_ANSWER = Message(
    "Intanto in questo browser è arrivata un'altra identità: guarda chi è adesso e premi di nuovo."
)
_PROVED = Message("Confermato che sei tu. Per un quarto d'ora non te lo chiediamo più.")


@get("/sign-in/with/{key:str}", access="public", page=False, lane=ELSEWHERE)
def go(
    request: Request,
    key: FromPath[str],
    next: FromQuery[str] = "/",
    link: FromQuery[str] = "",
    wish: FromQuery[str] = "",
) -> Response:
    """Send the browser to a provider; what the way back must know rides sealed in a cookie.

    `link` is the token of a letter by which somebody came, `wish` what a page of ours offered.
    """
    provider = _provider(key)
    now = _now()
    wished = journeys.wished(wish, now) if wish else None
    try:
        if wish and wished is None:
            raise Refused(_ANOTHER_SESSION)
        journey = Journey(
            provider=provider.key,
            issuer=provider.issuer,
            began_at=now.isoformat(),
            purpose=wished.purpose if wished else SIGN_IN,
            bound=wished.bound if wished else "",
            target=web.local_path(next),
            link=link[:100],
        )
        # The one redirect that leads elsewhere: to an address of a provider that was set.
        answer = see_other(openid.departure(provider, journey))
    except Refused as refused:
        return _refused(request, provider, refused)
    return with_journey(answer, journey, journeys.spare(request.cookies, now))


@get("/sign-in/with/{key:str}/back", access="public", page=False, lane=ELSEWHERE)
def come_back(request: Request, key: FromPath[str]) -> Response:
    """Take what a provider says of somebody; the journey's cookie goes, whatever it says."""
    provider, now = _provider(key), _now()
    query = dict(request.query_params)
    state = query.get("state", "")[:200]
    journey = journeys.back(request.cookies, state, provider, now)
    if journey is None:
        return _refused(request, provider, Refused(Message(_STRAY.text, name=provider.name)))
    try:
        found = openid.arrival(provider, journey, query, now)
        answer = _arrived(request, journey, found)
    except PersonError as error:
        answer = _refused(request, provider, error, journey.target)
    return without_journey(answer, journey.cookie)


def _arrived(request: Request, journey: Journey, found: Answer) -> Response:
    if journey.purpose == SIGN_IN:
        token = identities.enter(found, edge.device(request))
        if token is not None:
            return with_session(request, see_other(web.local_path(journey.target)), token)
        new = replace(found, link=journey.link, target=journey.target)
        return with_answer(see_other("/sign-in/identity"), new.sealed())
    with db.transaction() as session:
        actor = sign_ins.actor_of(session, edge.session_token(request))
    if actor is None or not journeys.is_bound_to(actor, journey.bound):
        raise Refused(_ANOTHER_SESSION)
    if journey.purpose == LINK:
        mine = replace(found, bound=journey.bound)
        return with_answer(see_other("/account/identities"), mine.sealed())
    # A fresh proof.
    token = identities.prove(actor, found)
    return with_session(request, see_other(web.local_path(journey.target), _PROVED), token)


@get("/sign-in/identity", access="visitor")
def show_new(
    request: Request, session: NamedDependency[Session], visitor: NamedDependency[Visitor]
) -> Response:
    """Show what may be done with an identity that is nobody's yet."""
    found = waiting(request, visitor)
    if visitor.actor is not None:
        return see_other("/account/identities")
    if found is None:
        return see_other("/sign-in", _LATE, kind="warning")
    return _new_page(request, session, found, Form(values={"name": found.name}))


@post("/sign-in/identity", access="visitor", resent="same", lane=ENTRY)
def begin(
    request: Request,
    session: NamedDependency[Session],
    visitor: NamedDependency[Visitor],
    form: NamedDependency[Form],
) -> Response:
    """Make an access for whoever a provider has named; where needed a letter goes first."""
    if visitor.actor is not None:
        return see_other("/account/identities")
    found = waiting(request, visitor)
    if found is None:
        return see_other("/sign-in", _LATE, kind="warning")
    proved = newcomers.email_of(session, found)
    name = form.text("name", max_length=120)
    email = form.email("email") if not found.link else proved
    try:
        check_shown(form, found)
        form.check()
        if email != proved:
            return _confirm_address(request, session, visitor, form, found=found)
        db.let_go(session)
        token = newcomers.begin(found, name, edge.device(request), locale=text.locale.get())
    except links.Spent:
        return invitation_pages.spent(request, found.link)
    except (Invalid, Refused, TooMany) as error:
        form.take(error)
        return _new_page(request, session, found, form, error.status)
    answer = see_other(web.local_path(found.target), Message("Fatto: sei dentro."))
    return without_answer(with_session(request, answer, token))


def _confirm_address(
    request: Request, session: Session, visitor: Visitor, form: Form, *, found: Answer
) -> Response:
    """Send the letter by which somebody new proves an address; they come back by its link.

    What waited is let go: sent again, the form makes nothing.
    """
    email = form.email("email")
    link_wishes.register(
        session,
        email=email,
        name=form.text("name", max_length=120),
        caller=edge.caller(request),
        locale=text.locale.get(),
        target=found.target,
        now=visitor.now,
    )
    sent = web.page(
        request,
        "people/link_sent.html",
        email=email,
        provider=found.called,
        minutes=keyed.SAME_WITHIN.seconds // 60,
        demo=site().demo,
    )
    return without_answer(sent)


@get("/sign-out/with/{key:str}", access="public", lane=ELSEWHERE)
def show_way_out(request: Request, key: FromPath[str]) -> Response:
    """Offer to sign out of a provider too, after our session has ended; nobody is sent there."""
    provider = _provider(key)
    try:
        address = openid.way_out(provider)
    except Refused:
        address = ""
    if not address:
        return see_other("/", Message("Sei uscito."))
    name = provider.name
    return web.page(request, "people/way_out.html", name=name, address=address)


def waiting(request: Request, visitor: Visitor | Actor) -> Answer | None:
    """Give what a provider has said of somebody in this browser and waits for their word."""
    return answers.waiting(request.cookies.get(answers.COOKIE, ""), visitor.now)


def check_shown(form: Form, found: Answer) -> None:
    """Take a form only for the identity that its page has shown; raises Refused."""
    if not found.is_marked(form.raw("identity")):
        raise Refused(_OTHER_ANSWER)


def _new_page(
    request: Request, session: Session, found: Answer, form: Form, status: int = 200
) -> Response:
    known = newcomers.known_here(session, found)
    known = known or identities.owner_of(session, found) is not None
    template = "people/identity_known.html" if known else "people/identity_new.html"
    proved = newcomers.email_of(session, found)
    form.values.setdefault("email", proved or found.email)
    return web.page(request, template, status, form=form, found=found, proved=proved)


def _refused(
    request: Request, provider: Provider, error: PersonError, target: str = "/"
) -> Response:
    return web.page(
        request,
        "people/provider_refused.html",
        error.status,
        provider=provider,
        message=error.message,
        target=web.local_path(target),
    )


def _provider(key: str) -> Provider:
    found = settings.providers().get(key)
    if found is None:
        raise NotFound
    return found


def _now() -> datetime:
    with db.transaction() as session:
        return clock.now(session)


HANDLERS = [go, come_back, show_new, begin, show_way_out]
