"""What must hold in this house (`litestar check`)."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from people import codes, factors
from people.tables import CodeGenerator, RecoveryCode

# The timer that forgets comes once an hour.
_LATE = timedelta(hours=3)


def violations(session: Session) -> list[str]:
    """Name apps that nobody confirmed long ago, and codes on paper that stand in for nothing."""
    return [*_never_confirmed(session), *_alone(session)]


def _never_confirmed(session: Session) -> list[str]:
    late = func.clock_timestamp() - codes.BEGUN_FOR - _LATE
    query = select(CodeGenerator.person_id).where(
        CodeGenerator.confirmed_at.is_(None), CodeGenerator.made_at < late
    )
    return [
        f"person {person_id}: an app for codes was never confirmed"
        for person_id in session.scalars(query.order_by(CodeGenerator.person_id))
    ]


def _alone(session: Session) -> list[str]:
    query = select(RecoveryCode.person_id).distinct().order_by(RecoveryCode.person_id)
    return [
        f"person {person_id}: recovery codes without a second step"
        for person_id in session.scalars(query)
        if not factors.of(session, person_id)
    ]
