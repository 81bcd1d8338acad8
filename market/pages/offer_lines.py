"""The lines of a booking page: what is the same for everybody is rendered once and kept.

Escaping and formatting cells is most of the cost of a page of 300 products. The frozen part
of an offer's line is kept per language with slots for what belongs to a household or
changes with every booking; nobody's quantities ever enter what is kept.
"""

import re
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from kit import templates, text
from kit.errors import Message
from market import bookings
from market.group_orders import case_of, case_progress, stock_left
from market.price_words import price_words
from market.rules.case_completion import Progress
from market.rules.words import quantity

KEPT_LINES = 40_000
_SLOTS = ("wanted", "most", "width", "full", "progress", "error", "saved")
_MARK = re.compile("\x00(" + "|".join(_SLOTS) + ")\x00")
_frozen: dict[tuple[int, int], Any] = {}
_kept: OrderedDict[tuple[int, str], tuple[str, ...]] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in a line's fields, and why it was refused if it was."""

    wanted: str
    at_most: str
    error: Message | None = None
    saved: str = ""


@dataclass(frozen=True, slots=True)
class Live:
    """What everybody's bookings make of an offer just now."""

    left: int | None
    progress: Progress | None


def live(offer: Any) -> Live:
    """Read from an offer's row and counters how it stands."""
    return Live(stock_left(offer), case_progress(offer))


def frozen(session: Session, group_order_id: int, product_id: int) -> Any:
    """Give an offer's frozen terms with the order's minimum, read once in a process.

    Raises NotFound for a product that is not offered. Whether the actor may see the order
    is decided by the use case that follows.
    """
    key = (group_order_id, product_id)
    found = _frozen.get(key)
    if found is None:
        found = bookings.offer_of(session, group_order_id, product_id)
        with _lock:
            if len(_frozen) >= KEPT_LINES:
                _frozen.clear()
            _frozen[key] = found
    return found


def render(offer: Any, now: Live, typed: Typed) -> str:
    """Render one line of the form for an offer's row and how it stands."""
    values = slots(offer, now, typed)
    parts = _parts(offer)
    return "".join(part if index % 2 == 0 else values[part] for index, part in enumerate(parts))


def slots(offer: Any, now: Live, typed: Typed) -> dict[str, Markup]:
    """Give what fills the slots of a line, escaped."""
    full = now.progress is not None and now.progress.missing == 0
    return {
        "wanted": escape(typed.wanted),
        "most": escape(typed.at_most),
        "width": Markup(_width(offer, now.progress)),
        "full": Markup("fl-done-full" if full else "fl-done"),
        "progress": escape(progress_words(offer, now)),
        "error": escape(text.render(typed.error)) if typed.error is not None else Markup(""),
        "saved": escape(typed.saved),
    }


def progress_words(offer: Any, now: Live) -> str:
    """Say how far the case is and what is left: "mancano 3 kg al collo"."""
    words = []
    if now.left is not None:
        words.append(
            Message("Ne restano {left}.", left=quantity(now.left, offer.unit))
            if now.left
            else Message("Esaurito.")
        )
    if now.progress is not None:
        words.append(_case_words(offer, now.progress))
    return " ".join(text.render(message) for message in words)


def _case_words(offer: Any, progress: Progress) -> Message:
    size = quantity(offer.case_size, offer.unit)
    if progress.filled == 0:
        if progress.cases == 0:
            return Message("Collo da {size}: è ancora da cominciare.", size=size)
        return Message("Colli pieni: {n} da {size}.", n=progress.cases, size=size)
    return Message(
        "Mancano {missing} al collo da {size}.",
        missing=quantity(progress.missing, offer.unit),
        size=size,
    )


def _width(offer: Any, progress: Progress | None) -> str:
    if progress is None:
        return "0"
    if progress.filled == 0:
        return "100" if progress.cases else "0"
    return str(min(100, (offer.case_size - progress.missing) * 100 // offer.case_size))


def _parts(offer: Any) -> tuple[str, ...]:
    """Give the line's frozen pieces and, at odd places, the names of the slots between."""
    key = (offer.id, text.locale.get())
    found = _kept.get(key)
    if found is not None:
        return found
    marks = {name: Markup(f"\x00{name}\x00") for name in _SLOTS}
    html = templates.render(
        "market/bookings/_line.html",
        offer=offer,
        slot=marks,
        price=price_words(offer),
        step=text.typed_quantity(offer.step, offer.unit) or "1",
        maximum=text.typed_quantity(offer.maximum or 0, offer.unit),
        whole=case_of(offer).binds,
    )
    parts = tuple(_MARK.split(html))
    with _lock:
        _kept[key] = parts
        while len(_kept) > KEPT_LINES:
            _kept.popitem(last=False)
    return parts
