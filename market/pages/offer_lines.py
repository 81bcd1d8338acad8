"""The lines of a booking page: what is the same for everybody is rendered once and kept.

Escaping and formatting cells is most of the cost of a page of 300 products. Two things are
kept per offer and language: its frozen part, with slots for everything else, and the line as
everybody sees it while the offer's counters stand, with slots for what belongs to a household.
Nobody's quantities ever enter what is kept.
"""

import re
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from kit.errors import Message
from kit.http import templates
from kit.sentences import quantity
from kit.words import text
from market.bookings import page
from market.catalogue.price_words import price_words
from market.group_orders.progress import case_of, case_progress, stock_left
from market.group_orders.rules.case_completion import Progress

KEPT_LINES = 8_000
_LIVE = ("width", "full", "progress")
_OWN = ("wanted", "most", "error", "saved")
_SLOTS = (*_LIVE, *_OWN)
_INDENT = re.compile(r"\n\s+")
_MARK = re.compile("\x00(" + "|".join(_SLOTS) + ")\x00")
_frozen: dict[tuple[int, int], Any] = {}
_kept: OrderedDict[tuple[int, str], tuple[str, ...]] = OrderedDict()
_shared: OrderedDict[tuple[int, str], "_Shared"] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in a line's fields, and why it was refused if it was."""

    wanted: str
    at_most: str
    error: Message | None = None
    saved: str = ""


NOTHING = Typed("", "")


@dataclass(frozen=True, slots=True)
class _Shared:
    """A line as everybody sees it while its offer's counters (wanted, at most) stand.

    `parts` has the names of the household's own slots at odd places; `empty` is the line of
    a household that wants nothing of it.
    """

    counters: tuple[int, int]
    parts: tuple[str, ...]
    empty: bytes


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
        found = page.offer_of(session, group_order_id, product_id)
        with _lock:
            if len(_frozen) >= KEPT_LINES:
                _frozen.clear()
            _frozen[key] = found
    return found


def render(offer: Any, typed: Typed) -> bytes:
    """Render one line of the form for an offer's row with its counters (UTF-8)."""
    key = (offer.id, text.locale.get())
    counters = (offer.wanted, offer.at_most)
    shared = _shared.get(key)
    if shared is None or shared.counters != counters:
        shared = _share(offer, key, counters)
    if typed is NOTHING:
        return shared.empty
    return _filled(shared.parts, _own(typed)).encode()


def slots(offer: Any, now: Live, typed: Typed) -> dict[str, str]:
    """Give what fills the slots of a line, escaped."""
    full = now.progress is not None and now.progress.missing == 0
    return {
        "width": Markup(_width(offer, now.progress)),
        "full": Markup("fl-done-full" if full else "fl-done"),
        "progress": escape(progress_words(offer, now)),
        **_own(typed),
    }


def _own(typed: Typed) -> dict[str, str]:
    return {
        "wanted": escape(typed.wanted),
        "most": escape(typed.at_most),
        "error": escape(text.render(typed.error)) if typed.error is not None else Markup(""),
        "saved": escape(typed.saved),
    }


def _filled(parts: tuple[str, ...], values: dict[str, str]) -> str:
    pieces = list(parts)
    pieces[1::2] = [values[name] for name in parts[1::2]]
    return "".join(pieces)


def _share(offer: Any, key: tuple[int, str], counters: tuple[int, int]) -> _Shared:
    """Fill in what everybody sees, leave open what is a household's own."""
    values = {
        **slots(offer, live(offer), NOTHING),
        **{name: f"\x00{name}\x00" for name in _OWN},
    }
    parts = tuple(_MARK.split(_filled(_parts(offer), values)))
    shared = _Shared(counters, parts, _filled(parts, _own(NOTHING)).encode())
    _keep(_shared, key, shared)
    return shared


def _keep(kept: OrderedDict[tuple[int, str], Any], key: tuple[int, str], value: Any) -> None:
    with _lock:
        kept[key] = value
        while len(kept) > KEPT_LINES:
            kept.popitem(last=False)


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
    parts = tuple(_MARK.split(_INDENT.sub("\n", html)))
    _keep(_kept, key, parts)
    return parts
