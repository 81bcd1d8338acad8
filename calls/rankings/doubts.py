"""What the office has to have seen before a ranking is published, and what stands apart in it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from sqlalchemy import ARRAY, BigInteger, all_, bindparam, func, select
from sqlalchemy.orm import Session

from calls.commission import access, conflicts, dismissals, shortages
from calls.commission.conflicts import FoundConflict
from calls.commission.dismissals import SentSheets
from calls.commission.rules.lifecycle import FEWEST_SHEETS
from calls.commission.shortages import Shortage
from calls.envelopes import doubles
from calls.envelopes.rules.doubles import Double, exclusions
from calls.envelopes.rules.likeness import Proponent
from calls.rankings.rules.ranking_bundle import Apart
from calls.tables.envelopes import OpenedApplication
from calls.tables.score_sheets import ScoreSheet
from kit import db


class Lacking(NamedTuple):
    """An opened application with fewer sheets than it should have, or than others have."""

    code: str
    firm: str
    sheets: int


@dataclass(frozen=True)
class Doubts:
    """What of an opened call wants a look: nothing of it before the opening.

    `ties` are conflicts found and not recorded; `sheets` is whose sheets there are; `lacking`
    are short of the least, `uneven` have that and yet fewer than others. `judges` are too few
    for `shortages`, ranked or not; those that are ranked are `short`: sheets due will not do.
    `alike` may be of one person under several tax codes.
    """

    doubles: Sequence[Double] = ()
    ties: Sequence[FoundConflict] = ()
    sheets: Sequence[SentSheets] = ()
    lacking: Sequence[Lacking] = ()
    uneven: Sequence[Lacking] = ()
    shortages: Sequence[Shortage] = ()
    alike: Sequence[Sequence[Proponent]] = ()

    @property
    def excluded(self) -> frozenset[int]:
        """The ids of the applications that are not ranked."""
        settled = [each for each in self.doubles if not each.waits]
        return frozenset(one.application_id for each in settled for one in each.excluded)

    def ranked(self, short: Iterable[Shortage]) -> list[Shortage]:
        """Of some applications those that are ranked."""
        return [one for one in short if one.application_id not in self.excluded]

    @property
    def short(self) -> list[Shortage]:
        """The ranked applications that too few people can judge."""
        return self.ranked(self.shortages)

    @property
    def behind(self) -> list[int]:
        """The ids of the applications of which the office is shown who stands behind them."""
        doubles_ = (one.application_id for each in self.doubles for one in each.applications)
        return sorted({*doubles_, *(one.application_id for them in self.alike for one in them)})

    @property
    def undecided(self) -> int:
        """Of how many tax codes the office has to say which application counts."""
        return sum(each.waits for each in self.doubles)

    @property
    def left(self) -> list[SentSheets]:
        """The sheets of those who are no longer on the commission."""
        return [who for who in self.sheets if who.dismissed]


def of_call(session: Session, call_id: int) -> Doubts:
    """Look for all of it in an opened call."""
    found = Doubts(
        doubles.of_call(session, call_id),
        conflicts.unrecorded(session, call_id),
        dismissals.sheets(session, call_id),
    )
    rows = _short(session, call_id, found.excluded)
    return replace(
        found,
        lacking=[row for row in rows if row.sheets < FEWEST_SHEETS],
        uneven=[row for row in rows if row.sheets >= FEWEST_SHEETS],
        shortages=shortages.of_call(session, call_id),
        alike=doubles.alike(session, call_id),
    )


def _short(session: Session, call_id: int, excluded: Collection[int]) -> list[Lacking]:
    values = {"call_id": call_id, "excluded": sorted(excluded)}
    return db.rows(session, Lacking, _SHORT, values)


_CALL = bindparam("call_id", type_=BigInteger)
_RANKED = (
    OpenedApplication.call_id == _CALL,
    OpenedApplication.application_id != all_(bindparam("excluded", type_=ARRAY(BigInteger))),
)
_MOST = select(func.max(OpenedApplication.sheets)).where(*_RANKED).scalar_subquery()
_SHORT = (
    select(OpenedApplication.code, OpenedApplication.firm, OpenedApplication.sheets)
    .where(
        *_RANKED,
        OpenedApplication.sheets < func.greatest(_MOST, FEWEST_SHEETS),
    )
    .order_by(OpenedApplication.sheets, OpenedApplication.code)
    .limit(200)
)


def apart(session: Session, call_id: int) -> Apart:
    """What the ranking of a call says besides its rows."""
    return Apart(
        tuple(exclusions(doubles.of_call(session, call_id))),
        sum(len(who.codes) for who in dismissals.sheets(session, call_id) if who.dismissed),
        session.scalar(_IN_CONFLICT, {"call_id": call_id}) or 0,
    )


_IN_CONFLICT = (
    select(func.count())
    .select_from(ScoreSheet)
    .join(OpenedApplication, OpenedApplication.application_id == ScoreSheet.application_id)
    .where(
        OpenedApplication.call_id == _CALL,
        ScoreSheet.sent_at.is_not(None),
        ~access.free(ScoreSheet.evaluator_id, ScoreSheet.application_id),
    )
)
