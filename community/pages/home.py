"""The home pages: what a visitor meets, what a member wants to know at once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from litestar.di import NamedDependency
from markupsafe import Markup
from sqlalchemy.orm import Session

from calls.commission import progress
from calls.rankings import outcomes
from calls.texts import published
from calls.texts.published import Published
from calls.texts.rules import standing as call_standing
from kit.http import templates, web
from kit.http.web import Request, Response, get
from kit.ordering import key
from kit.words import text
from kit.words.text import gettext as _
from kit.words.text import ngettext
from market import boards
from market.bookings.listed import listed
from market.bookings.rules.ordering import room_words
from market.centres import centres, purses
from market.group_orders.rules import lifecycle, standing
from market.group_orders.rules.standing import Stage
from market.tables.centres import Centre
from people import invitation_lists, places, resting
from people.actors import Actor, Visitor
from people.roles import COORDINATOR, DRIVER, MEMBER, OFFICE, TREASURER

_FETCHED = {*standing.ON_ITS_WAY, Stage.ARRIVED}


@dataclass(frozen=True, slots=True)
class Community:
    """A municipality with purchasing centres, as the map shows it (degrees WGS84)."""

    name: str
    lat: float
    lon: float
    href: str
    text: str


@get("/", access="visitor")
def home(
    request: Request, session: NamedDependency[Session], visitor: NamedDependency[Visitor]
) -> Response:
    """Welcome a visitor, or answer a member's four questions."""
    if visitor.actor is not None:
        return _member(request, session, visitor.actor)
    known = centres.all_(session)
    orders = listed(session, [centre.id for centre in known], states=lifecycle.TAKING_BOOKINGS)
    calls = published.listed(session)
    return web.page(
        request,
        "community/home.html",
        province=_province(text.locale.get(), _communities(known)),
        orders=[row for row in orders if standing.stage(row, visitor.now) is Stage.OPEN],
        standing=standing,
        open_calls=_open(calls, visitor.now),
        past_calls=any(call_standing.is_past(call, visitor.now) for call in calls),
        call_standing=call_standing,
        reached=boards.reached(session),
    )


@lru_cache(maxsize=16)
def _province(language: str, communities: tuple[Community, ...]) -> Markup:
    """Draw the map once for a language and the same communities: half the cost of the page.

    The language is only the key: the sentences of the map are translated as it is drawn.
    """
    html = templates.render(
        "community/_map.html", places=places.all_(), communities=list(communities)
    )
    return Markup(html)  # noqa: S704 - rendered by the escaping environment


def _communities(known: list[Centre]) -> tuple[Community, ...]:
    """Group the centres by municipality."""
    found: dict[str, list[Centre]] = {}
    for centre in known:
        found.setdefault(centre.municipality, []).append(centre)
    communities = []
    for code, there in found.items():
        place = places.municipality(code)
        if place is None:
            continue
        names = ", ".join(centre.name for centre in there)
        href = f"/centres/{there[0].id}" if len(there) == 1 else "/centres"
        communities.append(Community(place.name, place.lat, place.lon, href, names))
    return tuple(sorted(communities, key=lambda community: key(community.name)))


def _member(request: Request, session: Session, actor: Actor) -> Response:
    """Answer: what can I order, what is in my bookings, what do I pick up, what do I have."""
    mine = purses.of_member(session, actor)
    orders = listed(
        session,
        {household.centre_id for household in mine},
        households=[household.id for household in mine],
        states=lifecycle.HANDED_OUT,
        since=standing.fetched_since(actor.now),
    )
    orders.sort(key=lambda row: standing.turn(row, actor.now))
    staged = [(row, standing.stage(row, actor.now)) for row in orders]
    return web.page(
        request,
        "community/member.html",
        open_orders=[row for row, stage in staged if stage is Stage.OPEN],
        booked=[row for row, stage in staged if stage in standing.BOOKABLE and row.booked],
        arriving=[row for row, stage in staged if stage in _FETCHED and row.booked],
        purses=mine,
        centres=_names(session, {household.centre_id for household in mine}),
        waiting=len(invitation_lists.waiting_for(session, actor)),
        standing=standing,
        room_words=room_words,
        tasks=_tasks(session, actor, progress.waiting(session, actor)),
        applications=outcomes.mine(session, actor),
        now=actor.now,
        calls=_open(published.listed(session), actor.now),
        call_standing=call_standing,
    )


def _open(calls: list[Published], now: datetime) -> list[Published]:
    return [
        call for call in calls if call_standing.stage(call, now) is call_standing.CallStage.OPEN
    ]


def _names(session: Session, ids: Collection[int]) -> dict[int, str]:
    """Name centres where there are several to be told apart; by themselves they have no name."""
    if len(ids) < 2:
        return dict.fromkeys(ids, "")
    return {centre.id: centre.name for centre in centres.all_(session) if centre.id in ids}


def _tasks(session: Session, actor: Actor, sheets: int) -> list[tuple[str, str, str]]:
    """What the person's roles let them do: label, address, one line.

    Evaluating is named with the `sheets` that wait, and where none does it is no task.
    """
    tasks = []
    if rests := resting.said(actor):
        tasks.append((_("Secondo passo"), resting.WAY_ON, text.render(rests)))
    if actor.scopes(COORDINATOR, "centre"):
        tasks.append((_("Coordina il centro"), "/coordination", _("Ordini, listini, famiglie")))
    for centre_id, name in _names(session, actor.scopes(TREASURER, "centre")).items():
        label = _("Tieni la cassa: %(centre)s") % {"centre": name} if name else _("Tieni la cassa")
        accounts = f"/centres/{centre_id}/accounts"
        tasks.append((label, accounts, _("Versamenti, conti, quadratura")))
    if actor.scopes(DRIVER, "centre"):
        tasks.append((_("Ritiri e consegne"), "/pickups", _("Che cosa arriva, dove, per chi")))
    if actor.scopes(OFFICE, "call") or actor.scopes(OFFICE, "calls"):
        tasks.append((_("Ufficio bandi"), "/office/calls", _("Bandi, domande, graduatorie")))
    if sheets:
        waiting = ngettext("%(num)s scheda da inviare", "%(num)s schede da inviare", sheets)
        tasks.append((_("Valuta le domande"), "/evaluations", waiting % {"num": sheets}))
    if actor.has("administrator", "house", 0):
        tasks.append((_("Persone e ruoli"), "/people", _("Inviti e ruoli")))
    if not tasks and not actor.scopes(MEMBER, "household"):
        tasks.append((_("Guarda i bandi"), "/calls", _("Bandi aperti per giovani imprese")))
    return tasks


HANDLERS: list[Any] = [home]
