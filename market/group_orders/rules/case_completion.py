"""Whole cases: who gets how much when the producer sells nothing but full cases.

The rule, published in docs/rules/case-completion.md: "at most" quantities complete a case
that somebody wants and never start one; where they do not suffice, what is wanted is cut
in proportion. Shares are rounded by largest remainder, ties go to the smaller key, so that
neither the order of the lines nor the moment of booking matters.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd
from typing import Protocol

from kit.errors import Message
from kit.money import split
from kit.sentences import counted, many_of, quantity


@dataclass(frozen=True, slots=True)
class Case:
    """How a product is sold. `size` in `unit`; 0, or `whole` false: any quantity is fine."""

    size: int
    whole: bool
    unit: str = "piece"
    step: int = 1
    available: int | None = None

    def sold_out(self, total: int) -> bool:
        """Whether the producer has less than this."""
        return self.available is not None and total > self.available

    @property
    def binds(self) -> bool:
        """Whether only full cases can be ordered."""
        return self.whole and self.size > 0


@dataclass(frozen=True, slots=True)
class Wish:
    """What one household wants and how far it would go; `key` is its stable public code."""

    key: str
    wanted: int
    at_most: int


class Asked(Protocol):
    """A line as far as it says what is wanted and how far it would go."""

    @property
    def wanted(self) -> int: ...  # noqa: D102
    @property
    def at_most(self) -> int: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class CaseShare:
    """What one line gets, and why where that is not what was asked for.

    Who wanted nothing and would have completed a case (0, "at most" 3) asked for something.
    """

    key: str
    assigned: int
    reason: Message | None


@dataclass(frozen=True, slots=True)
class Completion:
    """The result for one product: `cases` is None where cases do not bind."""

    cases: int | None
    total: int
    shares: list[CaseShare]


@dataclass(frozen=True, slots=True)
class CaseProgress:
    """How full the case is that is being filled now.

    `cases` would be ordered if the order closed now; `filled` of `size` is in the next one;
    `missing` completes it, "at most" quantities counted (0: nothing is left over). `sold_out`:
    the producer has no other case, whatever anybody adds.
    """

    cases: int
    filled: int
    missing: int
    sold_out: bool = False


def progress(case: Case, wanted: int, at_most: int) -> CaseProgress | None:
    """Tell how far the sums are from the next full case; None where cases do not bind."""
    if not case.binds:
        return None
    cases = _cases(case, wanted, at_most)
    over = wanted - cases * case.size
    if over <= 0:
        return CaseProgress(cases, 0, 0)
    reachable = (cases + 1) * case.size
    return CaseProgress(cases, over, max(reachable - at_most, 0), case.sold_out(reachable))


def complete(case: Case, lines: Sequence[Wish]) -> Completion:
    """Decide the cases to order and what every line gets; shares come in the lines' order.

    The shares sum to cases x size, no line exceeds its "at most", and a line is cut only
    when no full case could be reached. Steps are kept where the case is a multiple of them.
    """
    wanted = sum(line.wanted for line in lines)
    if not case.binds:
        return Completion(None, wanted, [CaseShare(x.key, x.wanted, loose(x)) for x in lines])
    at_most = sum(line.at_most for line in lines)
    cases = _cases(case, wanted, at_most)
    total = cases * case.size
    grain = gcd(case.size, case.step, *(x for line in lines for x in (line.wanted, line.at_most)))
    if total >= wanted:
        quantities = _fill(lines, total - wanted, grain)
    else:
        quantities = _cut(lines, total, grain)
    why = _Why(case, cases, wanted, at_most)
    shares = [
        CaseShare(line.key, assigned, why.of(line, assigned))
        for line, assigned in zip(lines, quantities, strict=True)
    ]
    return Completion(cases, total, shares)


def loose(line: Asked) -> Message | None:
    """Say why a line of a product without cases gets nothing, where it only would complete one."""
    if line.wanted or not line.at_most:
        return None
    return Message("Niente: qui non ci sono colli da completare.")


def _cases(case: Case, wanted: int, at_most: int) -> int:
    cases, rest = divmod(wanted, case.size)
    reachable = (cases + 1) * case.size
    if rest and at_most >= reachable and not case.sold_out(reachable):
        return cases + 1
    return cases


def _fill(lines: Sequence[Wish], extra: int, grain: int) -> list[int]:
    tolerances = [(line.at_most - line.wanted) // grain for line in lines]
    shares = split(extra // grain, tolerances, [line.key for line in lines])
    return [line.wanted + share * grain for line, share in zip(lines, shares, strict=True)]


def _cut(lines: Sequence[Wish], total: int, grain: int) -> list[int]:
    wishes = [line.wanted // grain for line in lines]
    return [x * grain for x in split(total // grain, wishes, [line.key for line in lines])]


class _Why:
    """The sentence for a line that gets more or less than it wanted, or nothing at all."""

    def __init__(self, case: Case, cases: int, wanted: int, at_most: int) -> None:
        self.left = wanted - cases * case.size
        self.unit = case.unit
        self.size = quantity(case.size, case.unit)
        next_total = (cases + 1) * case.size
        self.sold_out = case.sold_out(next_total)
        self.lacking = max(next_total - at_most, 0)

    def of(self, line: Wish, assigned: int) -> Message | None:
        wanted = line.wanted
        if assigned > wanted:
            return counted(
                many_of(assigned - wanted, self.unit),
                "{more} in più, entro il massimo indicato: completa un collo da {size}.",
                "{more} in più, entro il massimo indicato: completano un collo da {size}.",
                more=quantity(assigned - wanted, self.unit),
                size=self.size,
            )
        if assigned == wanted:
            return self._unneeded() if not wanted and line.at_most else None
        less = quantity(wanted - assigned, self.unit)
        if self.sold_out:
            return Message(
                "{less} in meno: si ordina a colli interi da {size} e il produttore non ne ha"
                " un altro.",
                less=less,
                size=self.size,
            )
        return counted(
            many_of(self.lacking, self.unit),
            "{less} in meno: si ordina a colli interi da {size} e per un altro collo mancava"
            " {missing}.",
            "{less} in meno: si ordina a colli interi da {size} e per un altro collo mancavano"
            " {missing}.",
            less=less,
            size=self.size,
            missing=quantity(self.lacking, self.unit),
        )

    def _unneeded(self) -> Message:
        """Say why nobody needed what a household would have taken to complete a case."""
        if self.left == 0:
            return Message("Niente: non c'era un collo da {size} da completare.", size=self.size)
        if self.left < 0:
            return Message(
                "Niente: per completare il collo da {size} è bastato quello che prendono gli"
                " altri.",
                size=self.size,
            )
        if self.sold_out:
            return Message(
                "Niente: di colli da {size} il produttore non ne ha un altro.", size=self.size
            )
        return counted(
            many_of(self.lacking, self.unit),
            "Niente: per un altro collo da {size} mancava {missing}.",
            "Niente: per un altro collo da {size} mancavano {missing}.",
            size=self.size,
            missing=quantity(self.lacking, self.unit),
        )
