"""The business plan: typed inputs, computed results and what does not add up.

Integer cents throughout. The plan of a draft is computed from what is there already
(an empty amount counts 0), so that results can stand beside the inputs while they grow;
`worries` says in words what a person should look at, and which of it stops the sending.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from calls.applications.rules.application_sections import (
    CATEGORIES,
    COSTS,
    INVESTMENT_ROWS,
    LARGEST_AMOUNT,
    NOT_ELIGIBLE,
    REVENUES,
    SOURCES,
    USES,
    YEARS,
)
from calls.texts.rules.call_content import CallContent
from kit.errors import Message
from kit.sentences import euro
from kit.typed import Reader


@dataclass(frozen=True)
class Investment:
    """One thing to buy, without VAT."""

    what: str
    category: str
    amount: int

    @property
    def eligible(self) -> bool:
        """Whether it counts for the grant."""
        return self.category != "" and self.category not in NOT_ELIGIBLE


@dataclass(frozen=True)
class Year:
    """One year of the economic plan, by line code."""

    number: int
    revenues: dict[str, int]
    costs: dict[str, int]

    @property
    def revenue(self) -> int:
        """Everything that comes in."""
        return sum(self.revenues.values())

    @property
    def operating_margin(self) -> int:
        """Margine operativo lordo: revenue less materials, services and staff."""
        return self.revenue - sum(self.costs[code] for code in ("materials", "services", "staff"))

    @property
    def operating_result(self) -> int:
        """Reddito operativo: the operating margin less depreciation."""
        return self.operating_margin - self.costs["depreciation"]

    @property
    def result(self) -> int:
        """Profit, or loss when negative: after interest and taxes."""
        return self.operating_result - self.costs["interest"] - self.costs["taxes"]


@dataclass(frozen=True)
class Plan:
    """What was typed, in cents."""

    investments: tuple[Investment, ...]
    uses: dict[str, int]
    sources: dict[str, int]
    years: tuple[Year, ...]

    @property
    def requested(self) -> int:
        """The grant asked for."""
        return self.sources["source_grant"]

    @property
    def invested(self) -> int:
        """All investments, eligible or not."""
        return sum(line.amount for line in self.investments)

    @property
    def eligible(self) -> int:
        """The investments that count for the grant."""
        return sum(line.amount for line in self.investments if line.eligible)

    @property
    def uses_total(self) -> int:
        """What the money is for: investments, stock and start, VAT."""
        return self.invested + sum(self.uses.values())

    @property
    def sources_total(self) -> int:
        """Where the money comes from, the grant included."""
        return sum(self.sources.values())


@dataclass(frozen=True)
class Worry:
    """Something that does not add up: the field to mend, in words; blocking or only to think of."""

    field: str
    message: Message
    blocking: bool


def read(values: Mapping[str, str]) -> Plan:
    """Compute the plan of a draft; what is missing or unreadable counts 0."""
    reader = Reader(values)
    return Plan(
        investments=tuple(
            Investment(
                what=reader.raw(f"investment-{row}-what"),
                category=_category(reader, row),
                amount=_amount(reader, f"investment-{row}-amount"),
            )
            for row in range(1, INVESTMENT_ROWS + 1)
            if _started(reader, row)
        ),
        uses={field.name: _amount(reader, field.name) for field in USES},
        sources={field.name: _amount(reader, field.name) for field in SOURCES},
        years=tuple(_year(reader, year) for year in YEARS),
    )


def highest_grant(content: CallContent, plan: Plan) -> int:
    """The most this plan may ask: intensity of the eligible cost, rounded down, and the cap.

    Rounded down because a cent more would exceed the intensity (DR-24).
    """
    return min(plan.eligible * content.intensity_percent // 100, content.cap)


def worries(content: CallContent, values: Mapping[str, str]) -> tuple[Worry, ...]:
    """Say what does not add up in a draft, blocking things first."""
    reader = Reader(values)
    plan = read(values)
    found = [*_rows(reader), *_funding(content, plan), *_losses(plan)]
    return tuple(sorted(found, key=lambda worry: not worry.blocking))


def _started(reader: Reader, row: int) -> bool:
    return any(reader.raw(f"investment-{row}-{part}") for part in ("what", "category", "amount"))


def _amount(reader: Reader, name: str) -> int:
    return reader.euro(name, maximum=LARGEST_AMOUNT, required=False) or 0


def _category(reader: Reader, row: int) -> str:
    typed = reader.raw(f"investment-{row}-category")
    return typed if typed in {code for code, _ in CATEGORIES} else ""


def _year(reader: Reader, year: int) -> Year:
    def amounts(lines: tuple[tuple[str, Message], ...]) -> dict[str, int]:
        return {code: _amount(reader, f"y{year}-{code}") for code, _ in lines}

    return Year(year, amounts(REVENUES), amounts(COSTS))


def _rows(reader: Reader) -> list[Worry]:
    """Rows begun and not finished; no row at all."""
    found: list[Worry] = []
    rows = [row for row in range(1, INVESTMENT_ROWS + 1) if _started(reader, row)]
    if not rows:
        text = Message("Scrivi almeno una spesa: senza investimenti non c'è contributo.")
        return [Worry("investment-1-what", text, True)]
    for row in rows:
        if not reader.raw(f"investment-{row}-what"):
            text = Message("Spesa {row}: scrivi che cosa compri.", row=row)
            found.append(Worry(f"investment-{row}-what", text, True))
        if not _category(reader, row):
            text = Message("Spesa {row}: scegli il tipo.", row=row)
            found.append(Worry(f"investment-{row}-category", text, True))
        if not _amount(reader, f"investment-{row}-amount"):
            text = Message("Spesa {row}: manca l'importo.", row=row)
            found.append(Worry(f"investment-{row}-amount", text, True))
    return found


def _funding(content: CallContent, plan: Plan) -> list[Worry]:
    """Sources equal uses; the request within intensity and cap."""
    found: list[Worry] = []
    gap = plan.uses_total - plan.sources_total
    if gap > 0:
        text = Message("Ti mancano {gap}: gli impieghi superano le fonti.", gap=euro(gap))
        found.append(Worry("source_own", text, True))
    elif gap < 0:
        text = Message("Le fonti superano gli impieghi di {gap}.", gap=euro(-gap))
        found.append(Worry("source_own", text, True))
    highest = highest_grant(content, plan)
    if plan.requested == 0:
        text = Message("Scrivi quanto contributo chiedi.")
        found.append(Worry("source_grant", text, True))
    elif plan.requested > highest:
        found.append(Worry("source_grant", _too_much(content, plan, highest), True))
    return found


def _too_much(content: CallContent, plan: Plan, highest: int) -> Message:
    if highest == content.cap:
        return Message("Il contributo massimo del bando è {cap}.", cap=euro(content.cap))
    return Message(
        "Puoi chiedere al massimo {highest}: il {percent} % di {eligible} di spese ammesse.",
        highest=euro(highest),
        percent=content.intensity_percent,
        eligible=euro(plan.eligible),
    )


def _losses(plan: Plan) -> list[Worry]:
    """Years that end below zero, and a depreciation larger than what was bought."""
    found = [
        Worry(
            f"y{year.number}-sales",
            Message(
                "Nell'anno {year} spendi {loss} più di quanto incassi: come li copri?",
                year=year.number,
                loss=euro(-year.result),
            ),
            False,
        )
        for year in plan.years
        if year.result < 0
    ]
    depreciated = sum(year.costs["depreciation"] for year in plan.years)
    if depreciated > plan.invested:
        text = Message(
            "In tre anni ammortizzi {amount}, più di quanto investi.", amount=euro(depreciated)
        )
        found.append(Worry("y1-depreciation", text, False))
    return found
