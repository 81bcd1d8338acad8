"""A published ranking with its call as files, made of plain values: no database."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from calls.envelopes.rules.doubles import Exclusion
from calls.rankings.rules import ranking_bundle
from calls.rankings.rules.ranking import Candidate, Formula
from calls.rankings.rules.ranking_bundle import NOTHING_APART, Apart
from calls.texts.rules import call_form
from calls.texts.rules.call_content import CallContent, Criterion, RubricMark, to_plain
from calls.verification.verify_ranking_2 import verify
from kit.canonical import encode, sha256
from tests.calls.examples import call_values

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SENT = NOW + timedelta(days=3)


class Files(NamedTuple):
    """What a citizen holds: the ranking, its call, and the hash from the page."""

    ranking: bytes
    call: bytes
    sha256: str


def call_of(formula: Formula, **changes: Any) -> CallContent:
    """A whole call with this formula; it is open from the day before NOW for 25 days."""
    return replace(
        call_form.read(call_values(NOW)),
        **{name: getattr(formula, name) for name in formula.__dataclass_fields__},
        **changes,
    )


def files(
    formula: Formula,
    entries: Sequence[Candidate],
    envelopes: Mapping[str, str],
    apart: Apart = NOTHING_APART,
    **changes: Any,
) -> Files:
    """Publish the entries under a call of this formula."""
    content = call_of(formula, **changes)
    call = encode(to_plain(content))
    ranking = ranking_bundle.build(content, sha256(call), entries, envelopes, apart)
    return Files(ranking, call, sha256(ranking))


def entry(number: int, *sheets: str, received_at: datetime | None = None) -> Candidate:
    """An application with these sheets (marks on A and B), sent `number` minutes after SENT."""
    marks = tuple(
        dict(zip("AB", (Decimal(mark) for mark in sheet.split()), strict=True)) for sheet in sheets
    )
    sent = received_at or SENT + timedelta(minutes=number)
    return Candidate(f"2026/{number:07d}", (2026, number), sent, 8_000_00, marks)


def grid_line(code: str, marks: str, weight: str, minimum: str | None = None) -> Criterion:
    """A criterion that takes more than its minimum."""
    lines = tuple(RubricMark(Decimal(mark), f"Giudizio {mark}") for mark in marks.split())
    least = None if minimum is None else Decimal(minimum)
    return Criterion(
        code, f"Criterio {code}", Decimal(weight), lines[-1].mark, least, ">", True, lines
    )


FORMULA = Formula(
    (grid_line("A", "0 2.5 5 7.5 10", "1.5", "2.5"), grid_line("B", "0 4 6 8 10", "2")),
    threshold=Decimal(20),
    tie_breaks=("criterion:A", "requested_low", "sent_first", "lot"),
    budget=20_000_00,
    budget_rule="partial",
)
# In the order of the ranking: the best; two equal but for the instant, the later one with the
# lower number; two that only the lot parts; one below a minimum, one below the threshold.
ENTRIES = (
    entry(5, "10 8", "7.5 8"),
    entry(4, "7.5 8", "7.5 6", received_at=SENT + timedelta(seconds=1)),
    entry(2, "7.5 8", "7.5 6", received_at=SENT + timedelta(seconds=1, microseconds=5)),
    entry(1, "7.5 6", "7.5 6", "5 6", received_at=SENT),
    entry(3, "7.5 6", "7.5 6", "5 6", received_at=SENT),
    entry(6, "2.5 10", "2.5 10"),
    entry(7, "5 4", "5 4"),
)


# Sent by whom the best of them is of; it has an envelope and no row.
TWICE = Exclusion("2026/0000011", "2026/0000005", "Vale quella inviata per ultima.")


def envelopes(entries: Sequence[Candidate]) -> dict[str, str]:
    """An envelope for each entry, under a hash of its own."""
    return {entry.code: sha256(entry.code.encode()) for entry in entries}


def sound() -> Files:
    """A ranking that shows every way of being placed; two are funded, the third in part.

    One application is excluded, two sheets are told of.
    """
    sent = {**envelopes(ENTRIES), TWICE.code: sha256(TWICE.code.encode())}
    return files(FORMULA, ENTRIES, sent, Apart((TWICE,), 1, 1), title="Bando di prova")


def refusals(found: Files) -> list[str]:
    """What the program says of the files."""
    return list(verify(found.ranking, found.call, found.sha256))


def refused(found: Files) -> bool:
    """Whether the program says anything at all, which is when it ends with 1."""
    return next(verify(found.ranking, found.call, found.sha256), None) is not None


def bound(found: Files, call: bytes) -> Files:
    """The ranking under another call's text: it names its hash, and has one of its own."""
    ranking = found.ranking.replace(sha256(found.call).encode(), sha256(call).encode())
    return Files(ranking, call, sha256(ranking))
