"""A household books: the page, one line at a time, or the whole form at once."""

from collections.abc import Sequence
from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from markupsafe import escape
from sqlalchemy.orm import Session

from kit import spelled
from kit.errors import Invalid, Message, NotFound, PersonError, Refused
from kit.http import templates, web
from kit.http.forms import Form
from kit.http.web import Request, Response, get, post, see_other
from kit.sentences import recall
from kit.words import text
from market.bookings import lines, page
from market.bookings.keys import BookingKey
from market.bookings.lines import Ask
from market.bookings.page import BookingPage
from market.centres import households
from market.group_orders import orders
from market.pages import offer_lines
from market.pages.offer_lines import Live, Typed
from people.actors import Actor
from people.roles import COORDINATOR, MEMBER


@get("/group-orders", access="signed-in")
def index(
    request: Request, session: NamedDependency[Session], actor: NamedDependency[Actor]
) -> Response:
    """Show what can be ordered now and what is on its way."""
    mine = households.of_member(session, actor)
    centres = {household.centre_id for household in mine}
    centres.update(actor.scopes(COORDINATOR, "centre"))
    rows = orders.overview(session, centres, households=[h.id for h in mine])
    return web.page(
        request,
        "market/group_orders/index.html",
        open=[row for row in rows if row.state == "open" and row.closes_at > actor.now],
        coming=[
            row
            for row in rows
            if row.state == "closed" or (row.state == "open" and row.closes_at <= actor.now)
        ],
        past=[row for row in rows if row.state in ("settled", "cancelled")],
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
    nothing = offer_lines.NOTHING
    typed = [_typed(offer) if offer.mine_wanted else nothing for offer in found.offers]
    return _show(request, found, typed)


@post("/group-orders/{group_order_id:int}/booking/lines/{product_id:int}", access="signed-in")
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
    offer = offer_lines.frozen(session, group_order_id, product_id)
    ask = _ask(form, offer)
    try:
        form.check()
        answer = lines.set_line(session, actor, key, ask, actor.now)
    except PersonError as error:
        if not web.is_htmx(request) or isinstance(error, NotFound):
            raise
        return _refused_line(request, session, offer, error)
    if not web.is_htmx(request):
        return see_other(f"{_path(key)}#line-{product_id}", Message("Salvato."))
    line = answer.lines[0]
    html = _line_answer(offer, Live(line.left, line.case), None) + templates.render(
        "market/bookings/_saved.html",
        answer=answer,
        minimum=offer.minimum_cents,
        bar_detail=_room_words(answer.room_cents),
    )
    return web.html_response(request, html)


@post("/group-orders/{group_order_id:int}/booking", access="signed-in")
def set_lines(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    group_order_id: FromPath[int],
) -> Response:
    """Save all lines of the form; each is saved or answered on its own, nothing typed is lost."""
    key = _key(session, actor, group_order_id, form.raw("household"))
    before = page.page_of(session, actor, key, actor.now)
    asks = [
        ask
        for offer in before.offers
        if f"wanted-{offer.product_id}" in form.values
        and (ask := _ask(form, offer)) is not None
        and (ask.wanted, ask.at_most) != (offer.mine_wanted, offer.mine_at_most)
        and not _errors_of(form, offer)
    ]
    closed: Refused | None = None
    try:
        answer = lines.set_lines(session, actor, key, asks, actor.now) if asks else None
    except Refused as refused:
        closed, answer = refused, None
    refusals = {line.product_id: line.refusal for line in answer.refused} if answer else {}
    if closed is None and not refusals and not form.errors:
        return see_other(_path(key), Message("La prenotazione è salvata."))
    after = page.page_of(session, actor, key, actor.now) if closed is None else before
    typed = [_kept(form, offer, refusals.get(offer.product_id)) for offer in after.offers]
    status = 409 if closed or refusals else 422
    response = _show(request, after, typed, closed=closed, status=status)
    if closed is None:
        web.kept(request)
    return response


def _show(
    request: Request,
    found: BookingPage,
    typed: Sequence[Typed],
    *,
    closed: Refused | None = None,
    status: int = 200,
) -> Response:
    because = closed or found.closed_because
    wrong = sum(1 for line in typed if line.error is not None)
    pieces, categories = ([], []) if because else _lines(found.offers, typed)
    return web.page_around(
        request,
        "market/bookings/edit.html",
        pieces,
        status,
        head=found.head,
        closed=because.message if because else None,
        categories=categories,
        mine=[o for o in found.offers if o.mine_wanted or o.mine_assigned] if because else [],
        typed_lost=[(o.name, t) for o, t in zip(found.offers, typed, strict=True) if t.wanted]
        if closed
        else [],
        refused=wrong,
        refused_words=text.ngettext(
            "Una riga non è salvata: guarda perché.",
            "{n} righe non sono salvate: guarda perché.",
            wrong,
        ).format(n=wrong),
        order_cents=found.order_cents,
        minimum_cents=found.head.minimum_cents,
        missing_cents=found.missing_to_minimum_cents,
        bar_detail=_room_words(found.head.room),
        recall=recall,
    )


def _lines(
    offers: Sequence[Any], typed: Sequence[Typed]
) -> tuple[list[bytes], list[tuple[str, str]]]:
    """Render the lines, a heading before each new category."""
    pieces: list[bytes] = []
    categories: list[tuple[str, str]] = []
    current: str | None = None
    for offer, line in zip(offers, typed, strict=True):
        if offer.category != current:
            current = offer.category
            anchor = f"category-{len(categories) + 1}"
            categories.append((current or text.gettext("Altri prodotti"), anchor))
            name = escape(categories[-1][0])
            pieces.append(f'<h2 class="fl-category" id="{anchor}">{name}</h2>'.encode())
        pieces.append(offer_lines.render(offer, line))
    return pieces, categories


def _typed(offer: Any) -> Typed:
    most = offer.mine_at_most if offer.mine_at_most != offer.mine_wanted else 0
    return Typed(
        text.typed_quantity(offer.mine_wanted, offer.unit), text.typed_quantity(most, offer.unit)
    )


def _kept(form: Form, offer: Any, refusal: Refused | None) -> Typed:
    """Show a line as it was typed, with what is wrong about it."""
    if f"wanted-{offer.product_id}" not in form.values:
        return _typed(offer)
    errors = _errors_of(form, offer)
    error = refusal.message if refusal is not None else (errors[0] if errors else None)
    return Typed(
        form.raw(f"wanted-{offer.product_id}"), form.raw(f"most-{offer.product_id}"), error
    )


def _errors_of(form: Form, offer: Any) -> list[Message]:
    names = (f"wanted-{offer.product_id}", f"most-{offer.product_id}")
    return [form.errors[name] for name in names if name in form.errors]


def _ask(form: Form, offer: Any) -> Ask:
    """Read a line: an empty quantity is none, an empty "at most" is what is wanted."""
    wanted = form.quantity(f"wanted-{offer.product_id}", offer.unit, required=False) or 0
    most = form.quantity(f"most-{offer.product_id}", offer.unit, required=False)
    return Ask(offer.product_id, wanted, most if most else wanted)


def _refused_line(request: Request, session: Session, offer: Any, error: PersonError) -> Response:
    """Answer a refusal beside its field; the progress is what everybody's bookings make it."""
    counters = page.counters_of(session, offer.id)
    message = error.message
    if isinstance(error, Invalid):
        message = next(iter(error.errors.values()))
    return web.html_response(
        request, _line_answer(offer, offer_lines.live(counters), message), error.status
    )


def _line_answer(offer: Any, now: Live, error: Message | None) -> str:
    return templates.render(
        "market/bookings/_line_answer.html",
        id=offer.product_id,
        whole=now.progress is not None,
        slot=offer_lines.slots(offer, now, Typed("", "", error)),
    )


def _room_words(room_cents: int) -> str:
    if room_cents < 0:
        return text.gettext("Il tuo credito è superato di {money}.").format(
            money=text.money(-room_cents)
        )
    return text.gettext("Puoi prenotare ancora per {money}.").format(money=text.money(room_cents))


def _path(key: BookingKey) -> str:
    return f"/group-orders/{key.group_order_id}/booking?household={key.household_id}"


def _key(session: Session, actor: Actor, group_order_id: int, household: str) -> BookingKey:
    """Find for which household the page is: the named one, or the person's own there."""
    named = spelled.id_(household)
    if named is not None:
        return BookingKey(group_order_id, named)
    own = actor.scopes(MEMBER, "household")
    if not own:
        raise NotFound
    if len(own) == 1:
        return BookingKey(group_order_id, own[0])
    centre_id = orders.get(session, group_order_id).centre_id
    there = [h.id for h in households.of_member(session, actor) if h.centre_id == centre_id]
    if not there:
        raise NotFound
    return BookingKey(group_order_id, there[0])


HANDLERS = [index, edit, set_line, set_lines]
