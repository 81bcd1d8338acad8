"""How far a group order is: cases, stock and minimum, for everybody to see."""

from typing import Protocol

from kit.errors import Message
from kit.sentences import counted
from market.group_orders.rules.case_completion import Case, CaseProgress, progress


class SoldOffer(Protocol):
    """An offer's row as far as it says how it is sold; whoever reads one may read more."""

    @property
    def unit(self) -> str: ...  # noqa: D102
    @property
    def step(self) -> int: ...  # noqa: D102
    @property
    def case_size(self) -> int: ...  # noqa: D102
    @property
    def whole_cases(self) -> bool: ...  # noqa: D102
    @property
    def available(self) -> int | None: ...  # noqa: D102


class CountedOffer(SoldOffer, Protocol):
    """The same with its counters."""

    @property
    def wanted(self) -> int: ...  # noqa: D102
    @property
    def at_most(self) -> int: ...  # noqa: D102


def case_of(offer: SoldOffer) -> Case:
    """Read from an offer's row how it is sold."""
    return Case(offer.case_size, offer.whole_cases, offer.unit, offer.step, offer.available)


def case_progress(offer: CountedOffer) -> CaseProgress | None:
    """Tell from an offer's row and counters how far its next case is."""
    return progress(case_of(offer), offer.wanted, offer.at_most)


def filled_share(offer: SoldOffer, made: CaseProgress) -> int:
    """Tell how full the next case is, in hundredths; one that cannot come is never full."""
    done = made.filled if made.sold_out else offer.case_size - made.missing
    return min(100, done * 100 // offer.case_size)


def no_other_case(made: CaseProgress, size: Message | str, over: Message | str) -> Message:
    """Say that the producer has no other case, whatever anybody adds.

    `size` names a case, `over` what is booked beyond those that are full.
    """
    if not made.cases:
        return Message("Il produttore non ha un collo intero da {size}: non arriva.", size=size)
    return counted(
        made.cases,
        "{n} collo pieno da {size}, e il produttore non ne ha un altro: {over} di troppo.",
        "{n} colli pieni da {size}, e il produttore non ne ha un altro: {over} di troppo.",
        size=size,
        over=over,
    )


def stock_left(offer: CountedOffer) -> int | None:
    """Tell from an offer's row how much is left; None where it is not limited."""
    return None if offer.available is None else max(offer.available - offer.wanted, 0)
