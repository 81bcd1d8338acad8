"""A household books: the page, one line at a time, or the whole form at once."""

from collections.abc import Mapping
from typing import NamedTuple

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from sqlalchemy.orm import Session

from kit.errors import Invalid, Message, NotFound, PersonError, Refused
from kit.http import templates, web
from kit.http.forms import Form
from kit.http.web import Request, Response, get, post, see_other
from kit.sentences import counted, recall
from market.bookings import keys, lines, offers, page
from market.bookings.keys import BookingKey
from market.bookings.line_marks import LineMarks, Overtaken, line_marks
from market.bookings.listed import listed
from market.bookings.offers import OfferTerms
from market.bookings.page import BookingPage
from market.centres import households
from market.group_orders import orders
from market.group_orders.rules import lifecycle, standing
from market.group_orders.rules.standing import Stage
from market.pages import booking_form, booking_totals, offer_lines
from market.pages.addresses import an_id
from market.pages.booking_totals import BookingTotals
from market.pages.offer_lines import Live, TypedLine
from market.tables.centres import Household
from people.actors import Actor
from people.roles import MEMBER


class RefusedLine(NamedTuple):
    """A line that was not saved: its terms, why not, and the marks of what its page goes on
    showing."""

    terms: OfferTerms
    error: PersonError
    told: LineMarks


_UNDER_WAY = {Stage.OVER, *standing.ON_ITS_WAY}


@get("/group-orders", access="signed-in")
def index(
    request: Request, session: NamedDependency[Session], actor: NamedDependency[Actor]
) -> Response:
    """Show what can be ordered now, what opens soon, what is on its way and what is past."""
    mine = households.of_member(session, actor)
    centres = {household.centre_id for household in mine}  # elsewhere nobody books for oneself
    rows = listed(session, centres, households=[h.id for h in mine], states=lifecycle.STATES)
    next_first = sorted(rows, key=lambda row: standing.turn(row, actor.now))
    staged = [(row, standing.stage(row, actor.now)) for row in next_first]
    return web.page(
        request,
        "market/group_orders/index.html",
        open=[row for row, stage in staged if stage is Stage.OPEN],
        coming=[row for row, stage in staged if stage is Stage.COMING],
        under_way=[row for row, stage in staged if stage in _UNDER_WAY],
        past=[row for row in rows if row.state in lifecycle.PAST],
        families=mine,
        centres=len(centres),
        standing=standing,
    )


@get("/group-orders/{group_order_id:int}/booking", access="signed-in")
def edit(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    group_order_id: FromPath[int],
    household: FromQuery[str] = "",
) -> Response:
    """Show a household's booking: to be filled in while open, the result afterwards."""
    key = _key(session, actor, group_order_id, household)
    found = page.page_of(session, actor, key, actor.now)
    return _show(request, session, actor, found, {})


@post(
    "/group-orders/{group_order_id:int}/booking/lines/{product_id:int}",
    access="signed-in",
    resent="merged",
)
def set_line(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    group_order_id: FromPath[int],
    product_id: FromPath[int],
) -> Response:
    """Save one line and answer its progress, the total and the minimum."""
    key = _key(session, actor, group_order_id, form.raw("household"))
    terms = offers.of_product(session, group_order_id, product_id)
    ask = booking_form.read(form, terms)
    try:
        _check(session, actor, key, form)
        answer = lines.set_line(session, actor, key, ask, actor.now)
    except PersonError as error:
        if not web.is_htmx(request) or isinstance(error, NotFound):
            raise
        session.rollback()  # others want the rows it held: not while the answer is written
        told = error.marks if isinstance(error, Overtaken) else booking_form.seen(form, product_id)
        return _refused_line(request, session, actor, key, RefusedLine(terms, error, told))
    if not web.is_htmx(request):
        return see_other(f"{_path(key)}#line-{product_id}", Message("Salvato."))
    line = answer.lines[0]
    told = line_marks(line.sums.wanted, line.sums.at_most)
    html = _line_answer(terms, Live(line.left, line.case), None, told)
    return web.html_response(
        request, html + _totals(booking_totals.of_answer(actor, key.household_id, answer))
    )


@post("/group-orders/{group_order_id:int}/booking", access="signed-in", resent="merged")
def set_lines(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    group_order_id: FromPath[int],
) -> Response:
    """Save all lines of the form; each is saved or answered on its own, nothing typed is lost.

    What was not changed on the page stays as it is now, whoever changed it meanwhile.
    """
    key = _key(session, actor, group_order_id, form.raw("household"))
    before = page.page_of(session, actor, key, actor.now)
    if form.resumed:
        typed = booking_form.resumed(form, before.offers, before.counters)
        return _show(request, session, actor, before, typed, status=422, again=form)
    closed, refusals = before.closed_because, {}
    if closed is None:
        try:
            refusals = _save(session, actor, key, form, before)
        except Refused as refused:
            closed = refused
    if closed is not None:
        return _show_closed(request, session, actor, before, closed, form=form)
    if not refusals and not form.errors:
        return see_other(_path(key), Message("La prenotazione è salvata."))
    after = page.page_of(session, actor, key, actor.now)
    if after.closed_because is not None:  # in this very moment
        response = _show_closed(request, session, actor, after, after.closed_because, form=form)
    else:
        typed = booking_form.wrong(form, after.offers, refusals)
        status = 409 if refusals else 422
        response = _show(request, session, actor, after, typed, status=status)
    web.kept(request)
    return response


def _check(session: Session, actor: Actor, key: BookingKey, form: Form) -> None:
    """Refuse what cannot be read to who may book here; a form opens nothing to anybody else."""
    try:
        form.check()
    except Invalid:
        keys.require(session, actor, key)
        raise


def _save(
    session: Session, actor: Actor, key: BookingKey, form: Form, before: BookingPage
) -> dict[int, Refused]:
    """Save the lines that are to change and can be read; give by product what was refused."""
    asks = booking_form.asks(form, before.offers, before.counters)
    if not asks:
        return {}
    answer = lines.set_lines(session, actor, key, asks, actor.now)
    return {line.product_id: line.refusal for line in answer.lines if line.refusal is not None}


def _show(
    request: Request,
    session: Session,
    actor: Actor,
    found: BookingPage,
    typed: Mapping[int, TypedLine],
    *,
    status: int = 200,
    again: Form | None = None,
) -> Response:
    """Answer the page: the form, or once bookings are over what became of the booking.

    `again` is the form of a session that had ended, whose lines are shown and not saved.
    """
    if found.closed_because is not None:
        return _show_closed(request, session, actor, found, found.closed_because, form=again)
    sheet = offer_lines.sheet(found.head.id, found.offers)
    return web.page_around(
        request,
        "market/bookings/edit.html",
        offer_lines.pieces(sheet, found.counters, typed),
        status,
        head=found.head,
        families=_families(session, actor, found),
        standing=standing,
        closed=None,
        again=again,
        categories=sheet.categories,
        not_saved=[
            (offer.product_id, offer.name, typed[offer.product_id].error)
            for offer in found.offers
            if offer.product_id in typed
        ],
        refused_words=counted(len(typed), "Una riga non è salvata:", "{n} righe non sono salvate:"),
        **booking_totals.of_page(actor, found)._asdict(),
    )


def _show_closed(
    request: Request,
    session: Session,
    actor: Actor,
    found: BookingPage,
    because: Refused,
    *,
    form: Form | None = None,
) -> Response:
    """Say what became of the booking; with a form, also what it would have changed (409)."""
    own = page.lines_of(session, found.head)
    lost = []
    if form is not None:
        lost = booking_form.lost(form, offers.of_order(session, found.head.id), own)
    return web.page(
        request,
        "market/bookings/edit.html",
        200 if form is None else 409,
        head=found.head,
        families=_families(session, actor, found),
        standing=standing,
        closed=because.message,
        sent=form is not None,
        mine=own,
        typed_lost=lost,
        recall=recall,
    )


def _refused_line(
    request: Request,
    session: Session,
    actor: Actor,
    key: BookingKey,
    refused: RefusedLine,
) -> Response:
    """Answer a refusal beside its field; progress and totals are those of what is saved now."""
    terms, error, told = refused
    now = offer_lines.live(terms, *page.counted(session, terms.id))
    message = error.message
    if isinstance(error, Invalid):
        message = next(iter(error.errors.values()))
    html = _line_answer(terms, now, message, told)
    found = page.page_of(session, actor, key, actor.now)
    if found.closed_because is None:
        html += _totals(booking_totals.of_page(actor, found))
    return web.html_response(request, html, error.status)


def _line_answer(terms: OfferTerms, now: Live, error: Message | None, told: LineMarks) -> str:
    return templates.render(
        "market/bookings/_line_answer.html",
        id=terms.product_id,
        whole=now.progress is not None,
        slot=offer_lines.slots(terms, now, error, told),
    )


def _totals(found: BookingTotals) -> str:
    return templates.render("market/bookings/_saved.html", **found._asdict())


def _path(key: BookingKey) -> str:
    return f"/group-orders/{key.group_order_id}/booking?household={key.household_id}"


def _families(session: Session, actor: Actor, found: BookingPage) -> list[Household]:
    """The person's households in the order's centre; none where there can be one only."""
    if len(actor.scopes(MEMBER, "household")) < 2:
        return []
    return _there(session, actor, found.head.centre_id)


def _there(session: Session, actor: Actor, centre_id: int) -> list[Household]:
    return [h for h in households.of_member(session, actor) if h.centre_id == centre_id]


def _key(session: Session, actor: Actor, group_order_id: int, household: str) -> BookingKey:
    """Find for which household the page is: the named one, or the person's own there."""
    named = an_id(household)
    if named is not None:
        return BookingKey(group_order_id, named)
    own = actor.scopes(MEMBER, "household")
    if not own:
        raise NotFound
    if len(own) == 1:
        return BookingKey(group_order_id, own[0])
    there = _there(session, actor, orders.get(session, group_order_id).centre_id)
    if not there:
        raise NotFound
    return BookingKey(group_order_id, there[0].id)


HANDLERS = [index, edit, set_line, set_lines]
