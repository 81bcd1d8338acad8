"""The lines of a booking page: what is the same for everybody is rendered once and kept.

Escaping and formatting cells is most of the cost of a page of 300 products. Kept per order and
language are the frozen pieces of every line, between slots for everything else, and beside them
the same line as everybody sees it while the offer's counters stand, between slots for what
belongs to a household. A page is these pieces and a household's quantities, joined as bytes.
Nobody's quantities ever enter what is kept.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from kit.errors import Message
from kit.http import templates
from kit.http.slots import Slotted, marks
from kit.kept import Kept
from kit.sentences import asked_quantity, counted, many_of
from kit.shown import PREFIX
from kit.words import text
from market.bookings.line_marks import LineMarks, line_marks
from market.bookings.offers import OfferTerms
from market.bookings.page import OfferCounters
from market.catalogue.price_words import asked_unit, price_words
from market.catalogue.rules.measures import asked_in
from market.group_orders.progress import case_of, filled_share, no_other_case
from market.group_orders.rules import case_completion
from market.group_orders.rules.case_completion import CaseProgress

_LIVE = ("width", "full", "progress")
_OWN = ("wanted", "most", "shown", "error")
_INDENT = re.compile(r"\n\s+")
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class TypedLine:
    """What stands in a line's fields, why it was refused, and the marks of what is shown of it."""

    wanted: str
    at_most: str
    error: Message | None
    shown: LineMarks


@dataclass(frozen=True, slots=True)
class Live:
    """What everybody's bookings make of an offer just now; `left` is None without a limit."""

    left: int | None
    progress: CaseProgress | None


class _Line:
    """A line's frozen pieces, its fields of what is shown, and how everybody last saw it."""

    __slots__ = ("frozen", "seen", "terms", "told")

    def __init__(self, terms: OfferTerms, html: str) -> None:
        self.terms, self.frozen = terms, Slotted.of(_INDENT.sub("\n", html))
        self.told = Slotted.of(shown_fields(terms, LineMarks(**marks(LineMarks._fields))))
        self.seen: tuple[int, int, Slotted] | None = None

    def shared(self, row: OfferCounters) -> Slotted:
        """Give the line as everybody sees it; only a household's quantities stay open."""
        seen = self.seen
        if seen is None or seen[:2] != (row.wanted, row.at_most):
            now = live(self.terms, row.wanted, row.at_most)
            filled = self.frozen.fill({**_bytes(_live_slots(self.terms, now)), "error": b""})
            seen = self.seen = (row.wanted, row.at_most, filled)
        return seen[2]


@dataclass(frozen=True, slots=True)
class OfferSheet:
    """The lines of one order in one language, and its categories with their anchors."""

    lines: list[_Line]
    categories: list[tuple[str, str]]


def _size(sheet: OfferSheet) -> int:
    """Estimate the bytes a sheet holds: every line as frozen, and as everybody sees it."""
    return sum(2 * line.frozen.size() + 1000 for line in sheet.lines)


_sheets: Kept[tuple[int, str], OfferSheet] = Kept(20 * _MIB, _size)


def sheet(group_order_id: int, offers: Sequence[OfferTerms]) -> OfferSheet:
    """Give the lines of an order in the language of the page, headings before categories."""
    key = (group_order_id, text.locale.get())
    return _sheets.get(key, lambda: _make(group_order_id, offers))


def _make(group_order_id: int, offers: Sequence[OfferTerms]) -> OfferSheet:
    found = OfferSheet([], [])
    current: str | None = None
    for terms in offers:
        heading = ""
        if terms.category != current:
            current = terms.category
            anchor = f"category-{len(found.categories) + 1}"
            found.categories.append((current or text.gettext("Altri prodotti"), anchor))
            name = escape(found.categories[-1][0])
            heading = f'<h2 class="fl-category" id="{anchor}">{name}</h2>'
        found.lines.append(_Line(terms, heading + _html(group_order_id, terms)))
    return found


def _html(group_order_id: int, terms: OfferTerms) -> str:
    per = asked_in(terms.unit, terms.price_quantity).quantity
    return templates.render(
        "market/bookings/_line.html",
        offer=terms,
        group_order_id=group_order_id,
        slot=marks((*_LIVE, *_OWN)),
        price=price_words(terms),
        asked=asked_unit(terms.unit, terms.price_quantity),
        step=text.typed_quantity(terms.step, per) or "1",
        maximum=text.typed_quantity(terms.maximum or 0, per),
        whole=case_of(terms).binds,
        limits=_limits(terms),
    )


def _limits(terms: OfferTerms) -> str:
    """Say what one household may ask for ("Almeno 1 kg, al massimo 3 kg, a multipli di 0,5 kg").

    A step is said wherever something is refused because of it, also the one a list leaves open.
    """
    asked = asked_in(terms.unit, terms.price_quantity)
    per, found = asked.quantity, []
    if terms.minimum > terms.step:
        least = asked_quantity(terms.minimum, terms.unit, per)
        found.append(Message("almeno {least}", least=least))
    if terms.maximum is not None:
        most = asked_quantity(terms.maximum, terms.unit, per)
        found.append(Message("al massimo {most}", most=most))
    if terms.step > 1:
        step = asked_quantity(terms.step, terms.unit, per)
        found.append(Message("a multipli di {step}", step=step))
    words = ", ".join(text.render(message) for message in found)
    return words[:1].upper() + words[1:]


def pieces(
    found: OfferSheet, counters: Sequence[OfferCounters], typed: Mapping[int, TypedLine]
) -> list[bytes]:
    """Join the lines with everybody's counters and the household's quantities (UTF-8).

    `typed`, by product, stands in the fields of a line instead of what is booked.
    """
    out: list[bytes] = []
    for line, row in zip(found.lines, counters, strict=True):
        if line.terms.product_id in typed:
            out += _typed_line(line, row, typed[line.terms.product_id])
            continue
        shared = line.shared(row)
        if row.mine_at_most:
            wanted, most = saved(line.terms, row)
            told = line.told.join(_bytes(line_marks(row.mine_wanted, row.mine_at_most)._asdict()))
            out += shared.join(
                {**_bytes({"wanted": wanted, "most": most}), "shown": b"".join(told)}
            )
        else:
            out += shared.pieces
    return out


def saved(terms: OfferTerms, row: OfferCounters) -> tuple[str, str]:
    """Write what a household has booked of an offer as its two fields take it back (digits)."""
    per = asked_in(terms.unit, terms.price_quantity).quantity
    most = row.mine_at_most if row.mine_at_most != row.mine_wanted else 0
    return text.typed_quantity(row.mine_wanted, per), text.typed_quantity(most, per)


def shown_fields(terms: OfferTerms, marks_: LineMarks) -> Markup:
    """Say what a page shows of a line (`kit.shown`); a line without this shows nothing.

    Each of its two quantities has its own mark.
    """
    field = Markup('<input type="hidden" name="{}{}-{}" value="{}">')
    told = marks_._asdict().items()
    return Markup("").join(
        field.format(PREFIX, name, terms.product_id, mark) for name, mark in told
    )


def _typed_line(line: _Line, row: OfferCounters, typed: TypedLine) -> list[bytes]:
    now = live(line.terms, row.wanted, row.at_most)
    values = slots(line.terms, now, typed.error, typed.shown)
    own = {"wanted": escape(typed.wanted), "most": escape(typed.at_most)}
    return line.frozen.join(_bytes({**values, **own}))


def live(terms: OfferTerms, wanted: int, at_most: int) -> Live:
    """Tell from an offer's terms and counters how it stands."""
    left = None if terms.available is None else max(terms.available - wanted, 0)
    return Live(left, case_completion.progress(case_of(terms), wanted, at_most))


def slots(terms: OfferTerms, now: Live, error: Message | None, told: LineMarks) -> dict[str, str]:
    """Give what a line answers, escaped: how the offer stands, what is wrong, what it shows."""
    wrong = escape(text.render(error)) if error is not None else Markup("")
    return {**_live_slots(terms, now), "error": wrong, "shown": shown_fields(terms, told)}


def _live_slots(terms: OfferTerms, now: Live) -> dict[str, str]:
    made = now.progress
    full = made is not None and made.missing == 0 and not made.sold_out
    return {
        "width": Markup(_width(terms, now.progress)),
        "full": Markup("fl-done-full" if full else "fl-done"),
        "progress": escape(progress_words(terms, now)),
    }


def _bytes(values: Mapping[str, str]) -> dict[str, bytes]:
    return {name: value.encode() for name, value in values.items()}


def progress_words(terms: OfferTerms, now: Live) -> str:
    """Say how far the case is and what is left: "mancano 3 kg al collo"."""
    words, per = [], asked_in(terms.unit, terms.price_quantity).quantity
    if now.left is not None:
        words.append(
            counted(
                many_of(now.left, terms.unit, per),
                "Ne resta {left}.",
                "Ne restano {left}.",
                left=asked_quantity(now.left, terms.unit, per),
            )
            if now.left
            else Message("Esaurito.")
        )
    if now.progress is not None:
        words.append(_case_words(terms, now.progress))
    return " ".join(text.render(message) for message in words)


def _case_words(terms: OfferTerms, progress: CaseProgress) -> Message:
    per = asked_in(terms.unit, terms.price_quantity).quantity
    size = asked_quantity(terms.case_size, terms.unit, per)
    if progress.filled == 0:
        if progress.cases == 0:
            return Message("Collo da {size}: è ancora da cominciare.", size=size)
        return Message("Colli pieni: {n} da {size}.", n=progress.cases, size=size)
    if progress.sold_out:
        over = asked_quantity(progress.filled, terms.unit, per)
        return no_other_case(progress, size, over)
    return counted(
        many_of(progress.missing, terms.unit, per),
        "Manca {missing} al collo da {size}.",
        "Mancano {missing} al collo da {size}.",
        missing=asked_quantity(progress.missing, terms.unit, per),
        size=size,
    )


def _width(terms: OfferTerms, progress: CaseProgress | None) -> str:
    if progress is None:
        return "0"
    if progress.filled == 0:
        return "100" if progress.cases else "0"
    return str(filled_share(terms, progress))
