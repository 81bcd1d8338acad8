"""A score sheet that is sent: once, whole, and never changed again."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial

from sqlalchemy import BigInteger, bindparam, literal_column, select, update
from sqlalchemy.orm import Session, aliased

from calls.commission import access, progress
from calls.commission.standings import ApplicationKey
from calls.score_sheets.rules import lifecycle, scoring, sheet_fields
from calls.score_sheets.score_sheets import SHEETS, held, texts_of
from calls.tables.envelopes import OpenedApplication
from calls.tables.score_sheets import ScoreSheet
from kit import audit, db, shown
from kit.errors import Refused
from people.actors import Actor

_TOTALS = db.Base.metadata.tables[OpenedApplication.__tablename__]


@dataclass(frozen=True)
class SentScoreSheet:
    """A sheet that was sent: of which application, its total, and what comes next in the queue."""

    code: str
    firm: str
    total: Decimal
    next_application_id: int | None


def send(
    session: Session,
    actor: Actor,
    key: ApplicationKey,
    now: datetime,
    *,
    seen: str | None = None,
) -> SentScoreSheet:
    """Send a complete sheet: it is immutable from now on and counts.

    `seen` is what the page had shown (`sheet_fields.parts`, packed), None where there was
    none. Raises Changed where the sheet is no longer that, Refused while a mark or a due
    motivation is missing, and when it was sent before.
    """
    sheet = held(session, actor, key)
    criteria, marks = sheet.grid.criteria, sheet.marks
    if seen is not None:
        parts = sheet_fields.parts(criteria, marks, sheet.motivations, sheet.total)
        shown.check(seen, parts, partial(sheet_fields.named, criteria))
    scoring.check_complete(criteria, marks, sheet.motivations)
    total, own = scoring.score_sheet_total(criteria, marks), sheet.standing.sheet
    if total is None or own is None:
        raise Refused("La griglia di questo bando non ha criteri.")
    kept = texts_of({c.code: marks[c.code] for c in criteria})
    moved = session.execute(
        _SEND,
        {
            "sheet_id": own.id,
            "of_call": key.call_id,
            "me": actor.person_id,
            "kept": kept,
            "marked": len(kept),
            "points": total,
            "at": now,
        },
    ).one()
    audit.record(
        session,
        actor,
        "sent",
        audit.of(ScoreSheet, own.id),
        now,
        after={"application": key.application_id, "marks": kept},
    )
    return SentScoreSheet(moved.code, moved.firm, total, moved.after)


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
    .returning(_TOTALS.c.code, _TOTALS.c.firm, _NEXT.label("after"))
    .add_cte(progress.sent(_CLOSED).returning(literal_column("1")).cte("counted"))
)
