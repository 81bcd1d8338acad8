"""The two long tables of an order's page, households and products, joined row by row as bytes."""

from collections.abc import Callable, Iterable
from typing import Any

from markupsafe import Markup, escape

from kit.errors import Message
from kit.http import templates
from kit.http.slots import Slotted, marks
from kit.sentences import counted, many_of
from kit.words import text
from kit.words.text import gettext as _
from market.group_orders.order_books import OrderBook
from market.group_orders.progress import case_progress, filled_share, no_other_case

Columns = list[tuple[str, str]]

_CASE = ("share", "full", "words")


def tables(book: OrderBook, *, coordinates: bool) -> list[bytes]:
    """Render the households and the products of an order (UTF-8, joined by the page).

    A coordinator finds the way to each booking.
    """
    done = book.head.assigned
    held = book.head.takes_bookings  # afterwards no more than that is held of anybody's credit
    households, products = _household_columns(done, held), _product_columns(done)
    html = templates.render(
        "market/group_orders/_tables.html",
        book=book,
        head=book.head,
        households=households,
        products=products,
        rows=marks(("households", "products")),
    )
    frame = Slotted.of(html)
    household = _row(
        "_household",
        households,
        _HOUSEHOLD,
        done=done,
        held=held,
        coordinates=coordinates,
        book=book,
    )
    product, case = _row("_product", products, (*_PRODUCT, "cases"), done=done), _case()
    value = _money("owed_cents" if done else "wanted_cents")
    cells = {**_PRODUCT, "value": value, "cases": lambda offer: _cases(case, offer)}
    filled = {
        "households": b"".join(household.each(book.bookings, _HOUSEHOLD)),
        "products": b"".join(product.each(book.offers, cells)),
    }
    return frame.join({name: filled[name] for name in frame.names})


def _household_columns(done: bool, held: bool) -> Columns:
    found = [(_("Famiglia"), ""), (_("Righe"), "number"), (_("Prenotato"), "number")]
    if done:
        found += [(_("Riceve"), "number"), (_("Trasporto"), "number"), (_("Cambi"), "")]
    elif held:
        found += [(_("Al massimo"), "number")]
    return [*found, ("", "action")]


def _product_columns(done: bool) -> Columns:
    found = [(_("Prodotto"), ""), (_("Voluti"), "number"), (_("Fino a"), "number")]
    found += [(_("Famiglie"), "number"), (_("Colli"), "")]
    if done:
        found += [(_("Ordinati"), "number")]
    return [*found, (_("Valore"), "number")]


def _row(name: str, columns: Columns, slots: Iterable[str], **context: Any) -> Slotted:
    html = templates.render(f"market/group_orders/{name}.html", slot=marks(slots), **context)
    openings = templates.cell_openings(columns)
    return Slotted.of(templates.table_row(Markup(html), openings))  # noqa: S704 - autoescaped


def _case() -> Slotted:
    return Slotted.of(templates.render("market/group_orders/_case.html", slot=marks(_CASE)))


def _changes(booking: Any) -> bytes:
    if not booking.changed:
        return escape(_("come voluto")).encode()
    return _said(counted(booking.changed, "{n} riga cambiata", "{n} righe cambiate"))


def _name(row: Any) -> bytes:
    return escape(row.name).encode()


def _money(name: str) -> Callable[[Any], bytes]:
    return lambda row: text.money(getattr(row, name) or 0).encode()


def _number(name: str) -> Callable[[Any], bytes]:
    return lambda row: b"%d" % getattr(row, name)


def _quantity(name: str) -> Callable[[Any], bytes]:
    return lambda row: text.quantity(getattr(row, name) or 0, row.unit).encode()


# What stands in the slots of a row; escaped where a person wrote it.
_HOUSEHOLD: dict[str, Callable[[Any], bytes]] = {
    "id": _number("household_id"),
    "name": _name,
    "code": lambda booking: escape(booking.code).encode(),
    "lines": _number("lines"),
    "wanted": _money("wanted_cents"),
    "committed": _money("committed_cents"),
    "assigned": _money("assigned_cents"),
    "transport": _money("transport_cents"),
    "why": _changes,
}
_PRODUCT: dict[str, Callable[[Any], bytes]] = {
    "name": _name,
    "wanted": _quantity("wanted"),
    "at_most": _quantity("at_most"),
    "households": _number("households"),
    "assigned": _quantity("assigned"),
    "value": _money("wanted_cents"),
}


def _ordered(cases: int) -> Message:
    return counted(cases, "{n} collo", "{n} colli") if cases else Message("nessun collo")


def _full(cases: int) -> Message:
    return counted(cases, "{n} pieno", "{n} pieni") if cases else Message("nessuno pieno")


def _said(words: Message) -> bytes:
    return escape(text.render(words)).encode()


def _cases(case: Slotted, offer: Any) -> bytes:
    """Say how many cases are ordered, or how full the next one is."""
    if offer.cases is not None:
        return _said(_ordered(offer.cases))
    progress = case_progress(offer)
    if progress is None:
        return escape(_("sfuso")).encode()
    words = _full(progress.cases)
    if progress.sold_out:
        size, over = (text.quantity(n, offer.unit) for n in (offer.case_size, progress.filled))
        words = no_other_case(progress, size, over)
    elif progress.filled:
        words = counted(
            many_of(progress.missing, offer.unit),
            "{full}, manca {missing} al collo",
            "{full}, mancano {missing} al collo",
            full=words,
            missing=text.quantity(progress.missing, offer.unit),
        )
    share = filled_share(offer, progress)
    return b"".join(
        case.join(
            {
                "share": b"%d" % share,
                "full": b"fl-done-full" if share == 100 else b"fl-done",
                "words": _said(words),
            }
        )
    )
