"""Several applications of one person to one call: which of them counts (DR-10).

One person is one tax code as it was sent, whatever the account. From one account the last that
arrived counts: every one that was received was whole and in time. From several accounts none counts
by itself: whoever knows somebody's code could take their place. The office decides, with a reason,
and its newest word stands.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from calls.commission.rules import lifecycle
from kit.errors import Refused


class Sent(NamedTuple):
    """An opened application: public code, proponent's tax code, when it arrived, account."""

    application_id: int
    code: str
    tax_code: str
    received_at: datetime
    person_id: int = 0


class Decision(NamedTuple):
    """What the office decided: the application that counts, and why."""

    application_id: int
    reason: str


@dataclass(frozen=True)
class Double:
    """The applications of one tax code, in the order in which they arrived.

    `kept` alone counts; `reason` is the office's, empty where the last one counts by rule. While
    it `waits` none counts, and `kept` only says which is the last.
    """

    applications: tuple[Sent, ...]
    kept: Sent
    reason: str

    @property
    def of_several(self) -> bool:
        """Whether they came from more than one account: perhaps of more than one person."""
        return len({one.person_id for one in self.applications}) > 1

    @property
    def waits(self) -> bool:
        """Whether the office has to decide before any of them counts."""
        return self.of_several and not self.reason

    @property
    def others(self) -> tuple[Sent, ...]:
        """Those that the office may let count."""
        return self.applications if self.waits else self.excluded

    @property
    def excluded(self) -> tuple[Sent, ...]:
        """Those that do not count."""
        return tuple(one for one in self.applications if one != self.kept)


class Exclusion(NamedTuple):
    """An application that is not ranked: the one that counts instead, and the office's reason."""

    code: str
    instead: str
    reason: str


def doubles(sent: Iterable[Sent], decisions: Iterable[Decision]) -> list[Double]:
    """Find who sent more than once; `decisions` come in the order in which they were taken."""
    by_person: Mapping[str, list[Sent]] = defaultdict(list)
    for one in sent:
        if one.tax_code:
            by_person[one.tax_code].append(one)
    newest: dict[str, Decision] = {}
    owners = {one.application_id: code for code, them in by_person.items() for one in them}
    for decision in decisions:
        if decision.application_id in owners:
            newest[owners[decision.application_id]] = decision
    found = [_settled(them, newest.get(code)) for code, them in by_person.items() if len(them) > 1]
    return sorted(found, key=lambda double: double.applications[0].code)


def _settled(them: Iterable[Sent], decision: Decision | None) -> Double:
    ordered = tuple(sorted(them, key=lambda one: (one.received_at, one.code)))
    if decision is None:
        return Double(ordered, ordered[-1], "")
    kept = next(one for one in ordered if one.application_id == decision.application_id)
    return Double(ordered, kept, decision.reason)


def exclusions(found: Iterable[Double]) -> list[Exclusion]:
    """Name every application that does not count, by code."""
    return sorted(
        Exclusion(one.code, double.kept.code, double.reason)
        for double in found
        for one in double.excluded
    )


def check_may_decide(
    found: Iterable[Double], application_id: int, reason: str, *, tried: bool = False
) -> Double:
    """Give the double an application belongs to; raises Refused where nothing is to decide.

    What was settled when the ranking was `tried` stands, whatever became of that trial: whoever
    has seen all points could choose by it which outcome they want.
    """
    for double in found:
        if application_id in {one.application_id for one in double.applications}:
            break
    else:
        raise Refused("Questa domanda non è doppia: non c'è niente da decidere.")
    if application_id not in {one.application_id for one in double.others}:
        raise Refused("Questa domanda conta già.")
    if tried and not double.waits:
        raise Refused(
            "La graduatoria è stata provata, con tutti i punti in vista: quale domanda conta non "
            "cambia più, nemmeno se la prova si riapre o non vale più."
        )
    lifecycle.check_reason(reason)
    return double
