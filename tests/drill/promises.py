"""What was sent, what was answered, and what of it is stored: the book that the clients keep."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.orm import Session

from kit import clock
from people import proofs, sign_ins
from tests.calls.acts import Act
from tests.drill import scenes
from tests.drill.deeds import Deed

WAITING, ACKNOWLEDGED, REFUSED, UNKNOWN = "waiting", "acknowledged", "refused", "unknown"
WHOLE, ABSENT, HALF, TWICE = "whole", "absent", "half stored", "stored twice"


@dataclass
class Promise:
    """One act: its form as it was opened, when it was sent (monotonic), what was answered.

    `since` is the last audit row of the scene itself.
    """

    deed: Deed
    act: Act
    token: str
    since: int = 0
    fields: dict[str, str] | None = None
    told: str = WAITING
    status: int = 0
    began: float = 0.0
    ended: float = 0.0

    def __str__(self) -> str:
        return f"{self.deed.name} at {self.act.action} ({self.told}, {self.status or 'no answer'})"

    def during(self, start: float, end: float) -> bool:
        """Whether it was in flight at some moment in between."""
        return 0.0 < self.began < end and (self.ended == 0.0 or self.ended > start)


@dataclass
class Book:
    """The acts of a round."""

    promises: list[Promise] = field(default_factory=list)

    def count(self) -> Counter[str]:
        """How many got which answer."""
        return Counter(each.told for each in self.promises)


def promise(session: Session, deed: Deed, at: scenes.Stall) -> Promise:
    """Make the scene of an act, and sign in whoever does it."""
    act = deed.build(session, at)
    token = ""
    if not deed.again:  # whoever signs in comes without a session
        token = sign_ins.open_session(
            session, act.person_id, "drill", clock.now(session), proofs.BY_PASSWORD_AND_CODE
        )
    return Promise(deed, act, token)


def stored(session: Session, of: Promise) -> str:
    """Say whether an act is stored: WHOLE, ABSENT, HALF or TWICE."""
    numbers = [int(each) for each in re.findall(r"/(\d+)", of.act.action)]
    values: dict[str, object] = dict(zip("ab", [*numbers, 0, 0], strict=False))
    values |= {"person": of.act.person_id, "hash": scenes.HASH[0], "recorded": of.deed.recorded}
    values["since"] = of.since
    recorded = "select count(*) from audit_event where actor_id = :person and action = :recorded"
    recorded += " and id > :since"
    asked = text(f"select ({recorded}) as times, ({of.deed.there or 'null'}) as there")
    times, there = session.execute(asked, values).one()
    if not of.deed.recorded:
        times = int(there)
    if not of.deed.there:
        there = bool(times)
    if times > 1 and not of.deed.again:
        return TWICE
    if bool(times) != there:
        return HALF
    return WHOLE if there else ABSENT


def broken(session: Session, promises: Iterable[Promise]) -> list[str]:
    """Say which promises are broken.

    What was acknowledged is stored whole; what was refused and what nobody heard of may be stored
    whole or not at all (an answer may be lost after the commit). Nothing is half there or twice.
    """
    found = []
    for each in promises:
        state = stored(session, each)
        lost = each.told == ACKNOWLEDGED and state == ABSENT
        if lost or state in (HALF, TWICE):
            found.append(f"{'lost' if lost else state}: {each}")
    return found


def undone(session: Session, promises: Iterable[Promise]) -> Sequence[Promise]:
    """Those that are not stored whole."""
    return [each for each in promises if stored(session, each) != WHOLE]
