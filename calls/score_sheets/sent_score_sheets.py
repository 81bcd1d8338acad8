"""A score sheet that is sent: once, whole, and never changed again."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import BigInteger, bindparam, literal_column, select, update
from sqlalchemy.orm import Session, aliased

from calls.commission import access, progress
from calls.commission.declarations import ApplicationKey, locked
from calls.score_sheets.rules import lifecycle, scoring
from calls.score_sheets.score_sheets import SHEETS, content_of, texts_of
from calls.tables.envelopes import OpenedApplication
from calls.tables.score_sheets import Score, ScoreSheet
from kit import audit, db
from kit.errors import Refused
from people.actors import Actor

_TOTALS = db.Base.metadata.tables[OpenedApplication.__tablename__]


@dataclass(frozen=True)
class SentScoreSheet:
    """A sheet that was sent: its total, and the next application of the evaluator's queue."""

    total: Decimal
    next_application_id: int | None


def send(session: Session, actor: Actor, key: ApplicationKey, now: datetime) -> SentScoreSheet:
    """Send a complete sheet: it is immutable from now on and counts.

    Raises Refused while a mark or a due motivation is missing, and when it was sent before.
    """
    state = locked(session, actor, key)
    content = content_of(session, state)
    own = {"application_id": key.application_id, "me": actor.person_id}
    rows = db.rows(session, _Written, _LOCKED_SCORES, own)
    lifecycle.check_not_sent(rows[0].state if rows else lifecycle.NEW)
    marks = {row.criterion: row.mark for row in rows if row.criterion}
    motivations = {row.criterion: row.motivation or "" for row in rows if row.criterion}
    scoring.check_complete(content.criteria, marks, motivations)
    total = scoring.score_sheet_total(content.criteria, marks)
    if total is None:
        raise Refused("La griglia di questo bando non ha criteri.")
    kept = texts_of({c.code: marks[c.code] for c in content.criteria})
    after: int | None = session.scalar(
        _SEND,
        {
            "sheet_id": rows[0].id,
            "of_call": key.call_id,
            "me": actor.person_id,
            "kept": kept,
            "marked": len(kept),
            "points": total,
            "at": now,
        },
    )
    audit.record(
        session,
        actor,
        "sent",
        audit.of(ScoreSheet, rows[0].id),
        now,
        after={"application": key.application_id, "marks": kept},
    )
    return SentScoreSheet(total, after)


class _Written(NamedTuple):
    id: int
    state: str
    criterion: str | None
    mark: Decimal | None
    motivation: str | None


_LOCKED_SCORES = (
    select(ScoreSheet.id, ScoreSheet.state, Score.criterion, Score.mark, Score.motivation)
    .outerjoin(Score, Score.score_sheet_id == ScoreSheet.id)
    .where(
        ScoreSheet.application_id == bindparam("application_id"),
        ScoreSheet.evaluator_id == bindparam("me"),
    )
    .with_for_update(of=ScoreSheet)
)

# One statement: the sheet is closed, the application's totals move, the next one is found.
_CLOSED = (
    update(SHEETS)
    .where(SHEETS.c.id == bindparam("sheet_id"), SHEETS.c.state == lifecycle.DRAFT)
    .values(
        state=lifecycle.SENT,
        sent_at=bindparam("at"),
        saved_at=bindparam("at"),
        marks=bindparam("kept"),
        given=bindparam("marked"),
        total=bindparam("points"),
    )
    .returning(SHEETS.c.application_id, SHEETS.c.evaluator_id, SHEETS.c.total)
    .cte("closed")
)
_LATER = aliased(OpenedApplication, name="later")
_NEXT = (
    select(_LATER.application_id)
    .where(
        _LATER.call_id == _TOTALS.c.call_id,
        _LATER.code > _TOTALS.c.code,
        access.visible(bindparam("me", type_=BigInteger), _LATER.application_id),
    )
    .order_by(_LATER.code)
    .limit(1)
    .scalar_subquery()
)
_SEND = (
    update(_TOTALS)
    .where(_TOTALS.c.application_id == _CLOSED.c.application_id)
    .values(sheets=_TOTALS.c.sheets + 1, total_sum=_TOTALS.c.total_sum + _CLOSED.c.total)
    .returning(_NEXT)
    .add_cte(progress.sent(_CLOSED).returning(literal_column("1")).cte("counted"))
)
