"""How far each evaluator of a call is: kept in a row of their own, moved with every change.

A list of thousands of sheets is opened all day: nothing counts them at each look. Whoever
writes a sheet moves the row in the same transaction; `litestar check` counts again.
"""

from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    Select,
    Subquery,
    Update,
    any_,
    bindparam,
    distinct,
    exists,
    func,
    literal,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import Session

from calls.commission import access
from calls.tables.commission import ConflictDeclaration, EvaluatorProgress, WithheldApplication
from calls.tables.envelopes import OpenedApplication, Opening
from calls.tables.rankings import Ranking
from calls.tables.score_sheets import ScoreSheet
from calls.tables.texts import Call
from kit import db
from people import roles
from people.actors import Actor
from people.tables.persons import Person
from people.tables.roles import RoleGrant

COUNTED = ("conflicts", "sent", "begun", "withheld")
_TABLE = db.Base.metadata.tables[EvaluatorProgress.__tablename__]
_CALL = bindparam("of_call", type_=BigInteger)
_ME = bindparam("me", type_=BigInteger)


class CommissionProgress(NamedTuple):
    """How far an evaluator is: applications to mark, of which sent and begun.

    `opened` is how many applications the call has, None before the opening. `judged` says that
    a sheet was ever sent, also one that a conflict has taken out of `sent`.
    """

    due: int
    sent: int
    begun: int
    opened: int | None = None
    judged: bool = False


def of_evaluator(session: Session, actor: Actor, call_id: int) -> CommissionProgress:
    """An evaluator's own work; applications in conflict are not part of it."""
    access.require_evaluator(actor, call_id)
    values = {"of_call": call_id, "me": actor.person_id}
    return db.row(session, CommissionProgress, _OWN, values) or CommissionProgress(0, 0, 0)


def waiting(session: Session, actor: Actor) -> int:
    """Count the sheets an evaluator has still to send, where no ranking is published."""
    ids = actor.scopes(roles.EVALUATOR, "call")
    if not ids:
        return 0
    values = {"ids": list(ids), "me": actor.person_id}
    return session.scalar(_WAITING, values) or 0


DUE = (
    func.coalesce(Opening.applications, 0)
    - func.coalesce(EvaluatorProgress.conflicts, 0)
    - func.coalesce(EvaluatorProgress.withheld, 0)
)
_OWN = (
    select(
        DUE.label("due"),
        func.coalesce(EvaluatorProgress.sent, 0).label("sent"),
        func.coalesce(EvaluatorProgress.begun, 0).label("begun"),
        Opening.applications.label("opened"),
        exists()
        .where(
            OpenedApplication.call_id == Call.id,
            ScoreSheet.application_id == OpenedApplication.application_id,
            ScoreSheet.evaluator_id == _ME,
            ScoreSheet.sent_at.is_not(None),
        )
        .label("judged"),
    )
    .select_from(Call)
    .outerjoin(Opening, Opening.call_id == Call.id)
    .outerjoin(
        EvaluatorProgress,
        (EvaluatorProgress.call_id == Call.id) & (EvaluatorProgress.evaluator_id == _ME),
    )
    .where(Call.id == _CALL)
)
_WAITING = (
    select(func.sum(DUE - func.coalesce(EvaluatorProgress.sent, 0)))
    .select_from(Opening)
    .outerjoin(
        EvaluatorProgress,
        (EvaluatorProgress.call_id == Opening.call_id) & (EvaluatorProgress.evaluator_id == _ME),
    )
    .where(
        Opening.call_id == any_(bindparam("ids", type_=ARRAY(BigInteger))),
        ~exists().where(Ranking.call_id == Opening.call_id),
    )
)


class CommissionMember(NamedTuple):
    """How much one evaluator has sent, of what is due from them."""

    person_id: int
    name: str
    email: str
    due: int
    sent: int
    conflicts: int


def of_commission(session: Session, call_id: int) -> list[CommissionMember]:
    """Who is on the commission of a call, by name, and how far each is."""
    return db.rows(session, CommissionMember, _COMMISSION, {"of_call": call_id})


def names(session: Session, call_id: int) -> list[str]:
    """Name who is on the commission of a call; from the publication on it is told to everybody."""
    return [member.name for member in of_commission(session, call_id)]


_COMMISSION = (
    select(
        Person.id.label("person_id"),
        Person.name,
        Person.email,
        DUE.label("due"),
        func.coalesce(EvaluatorProgress.sent, 0).label("sent"),
        func.coalesce(EvaluatorProgress.conflicts, 0).label("conflicts"),
    )
    .select_from(RoleGrant)
    .join(Person, Person.id == RoleGrant.person_id)
    .outerjoin(Opening, Opening.call_id == RoleGrant.scope_id)
    .outerjoin(
        EvaluatorProgress,
        (EvaluatorProgress.call_id == RoleGrant.scope_id)
        & (EvaluatorProgress.evaluator_id == RoleGrant.person_id),
    )
    .where(
        RoleGrant.role == roles.EVALUATOR,
        RoleGrant.scope_kind == "call",
        RoleGrant.scope_id == _CALL,
    )
    .order_by(Person.name_order, Person.id)
)


def begun(opened: CTE) -> Insert:
    """Count one more sheet begun for each row of `opened` that is `fresh` (of_call, me)."""
    rows = select(_CALL, _ME, literal(0), literal(0), literal(1), literal(0)).where(opened.c.fresh)
    return _moved(rows, {"begun": _TABLE.c.begun + 1})


def sent(closed: CTE) -> Update:
    """Count each row of `closed` (evaluator_id) as sent, no longer as begun (of_call)."""
    return (
        update(_TABLE)
        .where(_TABLE.c.call_id == _CALL, _TABLE.c.evaluator_id == closed.c.evaluator_id)
        .values(begun=_TABLE.c.begun - 1, sent=_TABLE.c.sent + 1)
    )


def conflict(session: Session, actor: Actor, call_id: int, *, sent: int, begun: int) -> None:
    """Count one more application in conflict, and its sheet, sent or begun, no longer."""
    rows = select(_CALL, _ME, literal(1), literal(0), literal(0), literal(0))
    less = {
        "conflicts": _TABLE.c.conflicts + 1,
        "sent": _TABLE.c.sent - sent,
        "begun": _TABLE.c.begun - begun,
    }
    session.execute(_moved(rows, less), {"of_call": call_id, "me": actor.person_id})


def _moved(rows: Select[*tuple[int, ...]], how: dict[str, Any]) -> Insert:
    names = ["call_id", "evaluator_id", *COUNTED]
    return (
        insert(_TABLE)
        .from_select(names, rows)
        .on_conflict_do_update(index_elements=["call_id", "evaluator_id"], set_=how)
    )


def recount(session: Session, call_id: int) -> None:
    """Count the evaluators of a call anew (one statement), after an act that holds it alone."""
    found = counted()
    names = ["call_id", "evaluator_id", *COUNTED]
    rows = select(*(found.c[name] for name in names)).where(found.c.call_id == _CALL)
    anew = insert(_TABLE).from_select(names, rows)
    how = {name: anew.excluded[name] for name in names[2:]}
    session.execute(
        anew.on_conflict_do_update(index_elements=["call_id", "evaluator_id"], set_=how),
        {"of_call": call_id},
    )


def counted() -> Subquery:
    """What every row should say, counted from sheets and declarations, for the check."""
    nothing = literal(0)
    sheets = (
        select(
            OpenedApplication.call_id,
            ScoreSheet.evaluator_id,
            nothing.label("conflicts"),
            func.count().filter(ScoreSheet.sent_at.is_not(None)).label("sent"),
            func.count().filter(ScoreSheet.sent_at.is_(None)).label("begun"),
            nothing.label("withheld"),
        )
        .join_from(
            ScoreSheet,
            OpenedApplication,
            OpenedApplication.application_id == ScoreSheet.application_id,
        )
        .where(access.visible(ScoreSheet.evaluator_id, ScoreSheet.application_id))
        .group_by(OpenedApplication.call_id, ScoreSheet.evaluator_id)
    )
    who, what = ConflictDeclaration.evaluator_id, ConflictDeclaration.application_id
    conflicts = (
        select(
            OpenedApplication.call_id,
            who,
            func.count(distinct(what)).label("conflicts"),
            nothing.label("sent"),
            nothing.label("begun"),
            nothing.label("withheld"),
        )
        .join_from(ConflictDeclaration, OpenedApplication, OpenedApplication.application_id == what)
        .where(ConflictDeclaration.kind != access.NO_CONFLICT)
        .group_by(OpenedApplication.call_id, who)
    )
    kept_from, kept = WithheldApplication.evaluator_id, WithheldApplication.application_id
    withheld = (
        select(
            OpenedApplication.call_id,
            kept_from,
            nothing.label("conflicts"),
            nothing.label("sent"),
            nothing.label("begun"),
            func.count().label("withheld"),
        )
        .join_from(WithheldApplication, OpenedApplication, OpenedApplication.application_id == kept)
        .where(access.free(kept_from, kept))
        .group_by(OpenedApplication.call_id, kept_from)
    )
    every = union_all(sheets, conflicts, withheld).subquery()
    sums = [func.sum(every.c[name]).label(name) for name in COUNTED]
    columns = every.c.call_id, every.c.evaluator_id
    return select(*columns, *sums).group_by(*columns).subquery("counted")
