"""Applications that fewer people can judge than a ranking wants: known before anybody sends."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import BigInteger, Boolean, ColumnElement, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from calls.commission import access
from calls.commission.rules.lifecycle import FEWEST_SHEETS
from calls.tables.envelopes import OpenedApplication
from calls.tables.score_sheets import ScoreSheet
from kit import db
from people import roles
from people.tables.roles import RoleGrant


class Shortage(NamedTuple):
    """An opened application that only so many `judges` can give a sheet, or have given one."""

    application_id: int
    code: str
    firm: str
    judges: int


def of_call(
    session: Session, call_id: int, *, without: int | None = None, keep: bool = True
) -> Sequence[Shortage]:
    """Find what cannot come to the least number of sheets, by code (one statement).

    A judge is who is on the commission and may know the application, or left a sheet that counts.
    `without` is a person to be counted as dismissed, whose sheets count still if `keep`. None
    before the opening; applications that are not ranked are among them.
    """
    values = {"call_id": call_id, "without": without, "keep": keep}
    return db.rows(session, Shortage, _SHORT, values)


_WITHOUT = bindparam("without", type_=BigInteger)
_SEAT, _STILL = aliased(RoleGrant), aliased(RoleGrant)


def _on_it(seat: type[RoleGrant]) -> tuple[ColumnElement[bool], ...]:
    return (
        seat.role == roles.EVALUATOR,
        seat.scope_kind == "call",
        seat.scope_id == bindparam("call_id", type_=BigInteger),
        seat.person_id.is_distinct_from(_WITHOUT),
    )


_SEATED = (
    select(func.count())
    .select_from(_SEAT)
    .where(*_on_it(_SEAT), access.visible(_SEAT.person_id))
    .correlate(OpenedApplication)
    .scalar_subquery()
)
_LEFT = (
    select(func.count())
    .select_from(ScoreSheet)
    .where(
        ScoreSheet.application_id == OpenedApplication.application_id,
        ScoreSheet.sent_at.is_not(None),
        access.counting(ScoreSheet.evaluator_id, ScoreSheet.application_id),
        or_(
            bindparam("keep", type_=Boolean),
            ScoreSheet.evaluator_id.is_distinct_from(_WITHOUT),
        ),
        ~select(_STILL.id)
        .where(and_(*_on_it(_STILL), _STILL.person_id == ScoreSheet.evaluator_id))
        .correlate(ScoreSheet)
        .exists(),
    )
    .correlate(OpenedApplication)
    .scalar_subquery()
)
_JUDGES = (_SEATED + _LEFT).label("judges")
_SHORT = (
    select(
        OpenedApplication.application_id, OpenedApplication.code, OpenedApplication.firm, _JUDGES
    )
    .where(
        OpenedApplication.call_id == bindparam("call_id", type_=BigInteger),
        _SEATED + _LEFT < FEWEST_SHEETS,
    )
    .order_by(OpenedApplication.code)
)
