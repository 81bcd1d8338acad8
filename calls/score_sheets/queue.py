"""What an evaluator sees: the queue, one application beside one's sheet, the others' marks.

Every statement carries the same two conditions: `access.visible`, and nothing of the
colleagues before the reader's own sheet is sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import BigInteger, Text, bindparam, case, cast, exists, select
from sqlalchemy.orm import Session, aliased

from calls.commission import access
from calls.commission.standings import SCORES, ApplicationKey
from calls.score_sheets.rules import lifecycle, scoring, sheet_fields
from calls.score_sheets.standing import STANDING
from calls.tables.applications import Submission
from calls.tables.envelopes import OpenedApplication
from calls.tables.rankings import Ranking
from calls.tables.score_sheets import ScoreSheet
from calls.tables.texts import CallVersion
from calls.texts import published
from calls.texts.rules.call_content import CallContent
from kit import db
from kit.errors import NotFound
from people.actors import Actor
from people.tables.persons import Person

PAGE = 250

_ME = bindparam("me", type_=BigInteger)
_CALL = bindparam("call_id", type_=BigInteger)
_APPLICATION = bindparam("application_id", type_=BigInteger)


class QueueRow(NamedTuple):
    """One application in an evaluator's list.

    `marks` is the JSON of the own sheet's marks (criterion to text), read where it is shown.
    `sheets` and `total_sum` (of all sheets that stand) are None until the own sheet is sent.
    """

    application_id: int
    code: str
    firm: str
    state: str | None
    total: Decimal | None
    marks: str | None
    declared: bool
    sheets: int | None
    total_sum: Decimal | None

    @property
    def mean_of_others(self) -> Decimal | None:
        """The mean of the others' sheets that stand, where it may be shown and there is one."""
        if self.sheets is None or self.total_sum is None or self.total is None or self.sheets < 2:
            return None
        return (self.total_sum - self.total) / (self.sheets - 1)


def queue(session: Session, actor: Actor, call_id: int, after: str = "") -> Sequence[QueueRow]:
    """List an evaluator's applications by code, from behind `after`: one statement.

    Applications in conflict are not in the list. At most `PAGE` rows.
    """
    access.require_evaluator(actor, call_id)
    values = {"call_id": call_id, "me": actor.person_id, "after": after}
    return db.rows(session, QueueRow, _QUEUE, values)


# Written so that its cost follows the page's length, also on a database that has gathered no
# statistics yet: first the page, then one look at the evaluator's own sheet for each row.
_PAGE = (
    select(OpenedApplication.__table__)
    .where(
        OpenedApplication.call_id == _CALL,
        OpenedApplication.code > bindparam("after"),
        access.visible(_ME),
    )
    .order_by(OpenedApplication.code)
    .limit(PAGE)
    .subquery("page")
)
_OWN = (
    select(ScoreSheet.state, ScoreSheet.total, ScoreSheet.marks)
    .where(ScoreSheet.evaluator_id == _ME, ScoreSheet.application_id == _PAGE.c.application_id)
    .limit(1)
    .lateral("own")
)
_QUEUE = (
    select(
        _PAGE.c.application_id,
        _PAGE.c.code,
        _PAGE.c.firm,
        _OWN.c.state,
        _OWN.c.total,
        cast(_OWN.c.marks, Text).label("marks"),
        access.readable(_ME, _PAGE.c.application_id).label("declared"),
        case((_OWN.c.state == lifecycle.SENT, _PAGE.c.sheets)).label("sheets"),
        case((_OWN.c.state == lifecycle.SENT, _PAGE.c.total_sum)).label("total_sum"),
    )
    .select_from(_PAGE.outerjoin(_OWN, onclause=_PAGE.c.code.is_not(None)))
    .order_by(_PAGE.c.code)
)


@dataclass(frozen=True)
class ScoreSheetView:
    """Everything the split page needs: the application's bytes and the evaluator's sheet."""

    key: ApplicationKey
    code: str
    firm: str
    content: bytes
    grid: CallContent
    state: str
    marks: Mapping[str, Decimal | None]
    motivations: Mapping[str, str]
    total: Decimal | None
    saved_at: datetime | None
    closed: bool

    @property
    def sent(self) -> bool:
        """Whether it is final and counts."""
        return lifecycle.is_sent(self.state)

    @property
    def may_mark(self) -> bool:
        """Whether its marks may still change."""
        return lifecycle.may_mark(self.state, ranked=self.closed)

    @property
    def missing(self) -> list[scoring.Missing]:
        """What keeps it from being sent."""
        return scoring.missing(self.grid.criteria, self.marks, self.motivations)

    @property
    def fields(self) -> dict[str, str]:
        """What its fields show, by name."""
        return sheet_fields.shown(self.grid.criteria, self.marks, self.motivations)

    @property
    def parts(self) -> dict[str, str]:
        """What is read once more before it is sent (`kit.shown`)."""
        return sheet_fields.parts(self.grid.criteria, self.marks, self.motivations, self.total)


def view(session: Session, actor: Actor, key: ApplicationKey) -> ScoreSheetView:
    """Open an application with one's own sheet, to read and to mark (one statement).

    Raises NotFound unless "no conflict" was declared for it. Opening writes nothing.
    """
    access.require_evaluator(actor, key.call_id)
    row = db.row(session, _Viewed, _VIEW, _values(actor, key))
    if row is None:
        raise NotFound
    scores = row.scores or {}
    return ScoreSheetView(
        key=key,
        code=row.code,
        firm=row.firm,
        content=row.content,
        grid=published.content(session, row.version_id, row.version_sha256),
        state=row.state or lifecycle.NEW,
        marks={code: None if m is None else Decimal(m) for code, (m, _) in scores.items()},
        motivations={code: why for code, (_, why) in scores.items()},
        total=row.total,
        saved_at=row.saved_at,
        closed=row.ranked,
    )


def _values(actor: Actor, key: ApplicationKey) -> dict[str, int]:
    return {
        "application_id": key.application_id,
        "call_id": key.call_id,
        "me": actor.person_id,
    }


class _Viewed(NamedTuple):
    code: str
    firm: str
    content: bytes
    state: str | None
    total: Decimal | None
    saved_at: datetime | None
    version_id: int
    version_sha256: str
    ranked: bool
    scores: Mapping[str, tuple[str | None, str]] | None


_NEWEST = (
    select(CallVersion.id, CallVersion.sha256)
    .where(CallVersion.call_id == OpenedApplication.call_id)
    .order_by(CallVersion.number.desc())
    .limit(1)
    .lateral("version")
)
_VIEW = (
    select(
        OpenedApplication.code,
        OpenedApplication.firm,
        Submission.content,
        ScoreSheet.state,
        ScoreSheet.total,
        ScoreSheet.saved_at,
        _NEWEST.c.id.label("version_id"),
        _NEWEST.c.sha256.label("version_sha256"),
        exists().where(Ranking.call_id == OpenedApplication.call_id).label("ranked"),
        SCORES.label("scores"),
    )
    .select_from(OpenedApplication)
    .join(Submission, Submission.application_id == OpenedApplication.application_id)
    .join(_NEWEST, _NEWEST.c.id.is_not(None))
    .outerjoin(
        ScoreSheet,
        (ScoreSheet.application_id == OpenedApplication.application_id)
        & (ScoreSheet.evaluator_id == _ME),
    )
    .where(
        OpenedApplication.application_id == _APPLICATION,
        OpenedApplication.call_id == _CALL,
        access.readable(_ME),
    )
)


class Neighbours(NamedTuple):
    """The ids of the applications before and after one in an evaluator's own queue."""

    before: int | None
    after: int | None


def neighbours(session: Session, actor: Actor, key: ApplicationKey) -> Neighbours:
    """The applications before and after this one in the evaluator's own queue."""
    access.require_evaluator(actor, key.call_id)
    return db.row(session, Neighbours, _NEIGHBOURS, _values(actor, key)) or Neighbours(None, None)


_HERE = aliased(OpenedApplication, name="here")
_BESIDE = (
    select(OpenedApplication.application_id)
    .where(OpenedApplication.call_id == _HERE.call_id, access.visible(_ME))
    .limit(1)
)
_NEIGHBOURS = select(
    _BESIDE.where(OpenedApplication.code < _HERE.code)
    .order_by(OpenedApplication.code.desc())
    .scalar_subquery()
    .label("before"),
    _BESIDE.where(OpenedApplication.code > _HERE.code)
    .order_by(OpenedApplication.code)
    .scalar_subquery()
    .label("after"),
).where(_HERE.application_id == _APPLICATION, _HERE.call_id == _CALL)


class ColleagueScoreSheet(NamedTuple):
    """What a colleague sent on the same application: marks as texts by criterion."""

    name: str
    marks: Mapping[str, str]
    total: Decimal


def colleagues(
    session: Session, actor: Actor, key: ApplicationKey
) -> Sequence[ColleagueScoreSheet]:
    """The sent sheets of the others on an application; empty until one's own is sent."""
    access.require_evaluator(actor, key.call_id)
    return db.rows(session, ColleagueScoreSheet, _COLLEAGUES, _values(actor, key))


_MINE = aliased(ScoreSheet, name="mine")
_COLLEAGUES = (
    select(Person.name, ScoreSheet.marks, ScoreSheet.total)
    .join(Person, Person.id == ScoreSheet.evaluator_id)
    .join(OpenedApplication, OpenedApplication.application_id == ScoreSheet.application_id)
    .join(_MINE, _MINE.application_id == ScoreSheet.application_id)
    .where(
        ScoreSheet.application_id == _APPLICATION,
        OpenedApplication.call_id == _CALL,
        access.visible(_ME),
        _MINE.evaluator_id == _ME,
        _MINE.state == lifecycle.SENT,
        ScoreSheet.evaluator_id != _ME,
        STANDING,
    )
    .order_by(Person.name_order, ScoreSheet.id)
)
