"""The kept totals of a call's applications, counted anew after an act on the commission."""

from sqlalchemy import BigInteger, bindparam, func, select, update
from sqlalchemy.orm import Session

from calls.commission import access
from calls.tables.envelopes import OpenedApplication
from calls.tables.score_sheets import ScoreSheet
from kit import db

_TOTALS = db.Base.metadata.tables[OpenedApplication.__tablename__]
_CALL = bindparam("of_call", type_=BigInteger)


def recount(session: Session, call_id: int) -> None:
    """Count the sheets that count and add up their totals (one statement).

    For acts that are few and hold the call alone; a sheet that is sent moves its own row.
    """
    session.execute(_RECOUNT, {"of_call": call_id})


_COUNTED = (
    select(
        OpenedApplication.application_id,
        func.count(ScoreSheet.id).label("sheets"),
        func.coalesce(func.sum(ScoreSheet.total), 0).label("points"),
    )
    .outerjoin(
        ScoreSheet,
        (ScoreSheet.application_id == OpenedApplication.application_id)
        & ScoreSheet.sent_at.is_not(None)
        & access.counting(ScoreSheet.evaluator_id, ScoreSheet.application_id),
    )
    .where(OpenedApplication.call_id == _CALL)
    .group_by(OpenedApplication.application_id)
    .subquery("counted")
)
_RECOUNT = (
    update(_TOTALS)
    .where(_TOTALS.c.application_id == _COUNTED.c.application_id)
    .values(sheets=_COUNTED.c.sheets, total_sum=_COUNTED.c.points)
)
