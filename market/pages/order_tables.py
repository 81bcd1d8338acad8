"""The two long tables of an order's page, households and products, joined row by row as bytes."""

from collections.abc import Iterable
from typing import Any

from markupsafe import Markup, escape

from kit.http import templates
from kit.http.slots import Slotted, marks
from kit.words import text
from kit.words.text import gettext as _
from market.group_orders.order_books import OrderBook
from market.group_orders.progress import case_progress

Columns = list[tuple[str, str]]

_HOUSEHOLD = ("id", "name", "code", "lines", "wanted", "committed", "assigned", "transport", "why")
_PRODUCT = ("name", "wanted", "at_most", "households", "cases", "assigned", "value")
_CASE = ("share", "full", "words")


def tables(book: OrderBook, *, coordinates: bool) -> list[bytes]:
    """Render the households and the products of an order (UTF-8, joined by the page).

    A coordinator finds the way to each booking.
    """
    done = book.head.assigned
    households, products = _household_columns(done), _product_columns(done)
    html = templates.render(
        "market/group_orders/_tables.html",
        book=book,
        head=book.head,
        households=households,
        products=products,
        rows=marks(("households", "products")),
    )
    frame = Slotted.of(html)
    row = _row("_household", households, _HOUSEHOLD, done=done, coordinates=coordinates, book=book)
    filled = {
        "households": b"".join(_households(row, book.bookings)),
        "products": b"".join(
            _products(_row("_product", products, _PRODUCT, done=done), _case(), book.offers)
        ),
    }
    return frame.join({name: filled[name] for name in frame.names})


def _household_columns(done: bool) -> Columns:
    found = [(_("Famiglia"), ""), (_("Righe"), "number"), (_("Prenotato"), "number")]
    if done:
        found += [(_("Riceve"), "number"), (_("Trasporto"), "number"), (_("Cambi"), "")]
    else:
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


def _households(row: Slotted, bookings: Iterable[Any]) -> Iterable[bytes]:
    for booking in bookings:
        yield from row.join(
            {
                "id": b"%d" % booking.household_id,
                "name": escape(booking.name).encode(),
                "code": escape(booking.code).encode(),
                "lines": b"%d" % booking.lines,
                "wanted": text.money(booking.wanted_cents).encode(),
                "committed": text.money(booking.committed_cents).encode(),
                "assigned": text.money(booking.assigned_cents or 0).encode(),
                "transport": text.money(booking.transport_cents or 0).encode(),
                "why": escape(_changes(booking.changed)).encode(),
            }
        )


def _changes(changed: int) -> str:
    if not changed:
        return _("come voluto")
    return text.ngettext("%(num)s riga cambiata", "%(num)s righe cambiate", changed) % {
        "num": changed
    }


def _products(row: Slotted, case: Slotted, offers: Iterable[Any]) -> Iterable[bytes]:
    for offer in offers:
        yield from row.join(
            {
                "name": escape(offer.name).encode(),
                "wanted": text.quantity(offer.wanted, offer.unit).encode(),
                "at_most": text.quantity(offer.at_most, offer.unit).encode(),
                "households": b"%d" % offer.households,
                "cases": _cases(case, offer),
                "assigned": text.quantity(offer.assigned or 0, offer.unit).encode(),
                "value": text.money(offer.wanted_cents).encode(),
            }
        )


def _cases(case: Slotted, offer: Any) -> bytes:
    """Say how many cases are ordered, or how full the next one is."""
    if offer.cases is not None:
        words = text.ngettext("%(num)s collo", "%(num)s colli", offer.cases)
        return escape(words % {"num": offer.cases}).encode()
    progress = case_progress(offer)
    if progress is None:
        return escape(_("sfuso")).encode()
    words = text.ngettext("%(num)s pieno", "%(num)s pieni", progress.cases) % {
        "num": progress.cases
    }
    if progress.filled:
        missing = text.quantity(progress.missing, offer.unit)
        words += _(", mancano %(missing)s al collo") % {"missing": missing}
    share = min(100, (offer.case_size - progress.missing) * 100 // offer.case_size)
    return b"".join(
        case.join(
            {
                "share": b"%d" % share,
                "full": b"fl-done-full" if share == 100 else b"fl-done",
                "words": escape(words).encode(),
            }
        )
    )
