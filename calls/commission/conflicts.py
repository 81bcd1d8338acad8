"""Conflicts that are found: what ties evaluators to applications, asked at every act.

One query gives what `rules/conflicts.py` needs (`parties.py`).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    DateTime,
    and_,
    any_,
    bindparam,
    exists,
    insert,
    or_,
    select,
)
from sqlalchemy.orm import Session

from calls.commission import access, parties, progress, totals, trials
from calls.commission.rules import conflicts
from calls.commission.rules.conflicts import Tie
from calls.tables.applications import Application
from calls.tables.commission import ConflictDeclaration
from calls.tables.envelopes import OpenedApplication
from calls.tables.score_sheets import ScoreSheet
from calls.tables.texts import Call
from kit import audit, db
from kit.errors import NotFound
from people import roles
from people.actors import Actor
from people.tables.persons import Person
from people.tables.roles import RoleGrant

_CALL = bindparam("call_id", type_=BigInteger)
_UNTIL = bindparam("until", type_=DateTime(timezone=True))
_THEN = or_(_UNTIL.is_(None), RoleGrant.granted_at <= _UNTIL)


class FoundConflict(NamedTuple):
    """An evaluator, an application of the call, and what ties them (`rules.conflicts.Tie`)."""

    evaluator_id: int
    name: str
    application_id: int
    code: str
    firm: str
    tie: Tie


def of_persons(
    session: Session, call_id: int, ids: Sequence[int], *, until: datetime | None = None
) -> list[FoundConflict]:
    """What ties some persons to the opened applications of a call (two statements).

    Of households only who was in one before `until`, where that is given.
    """
    sent = db.rows(session, _Sent, _SENT, {"call_id": call_id, "until": until})
    applicants = {
        one.application_id: parties.party(one.person_id, [one.tax_code], one.homes) for one in sent
    }
    by_id = {one.application_id: one for one in sent}
    judges = (
        db.rows(session, _Judge, _JUDGES, {"ids": list(ids), "until": until})
        if sent and ids
        else []
    )
    return [
        FoundConflict(judge.id, judge.name, id_, by_id[id_].code, by_id[id_].firm, tie)
        for judge in judges
        for id_, tie in conflicts.found(
            parties.party(judge.id, judge.codes, judge.homes), applicants, judge.declared or ()
        ).items()
    ]


class _Sent(NamedTuple):
    application_id: int
    code: str
    firm: str
    tax_code: str
    person_id: int
    homes: Sequence[int] | None


_SENT = (
    select(
        OpenedApplication.application_id,
        OpenedApplication.code,
        OpenedApplication.firm,
        OpenedApplication.tax_code,
        Application.person_id,
        parties.households(Application.person_id, _THEN).label("homes"),
    )
    .join(Application, Application.id == OpenedApplication.application_id)
    .where(OpenedApplication.call_id == _CALL)
    .order_by(OpenedApplication.code)
)


class _Judge(NamedTuple):
    id: int
    name: str
    codes: Sequence[str] | None
    homes: Sequence[int] | None
    declared: Sequence[int] | None


_JUDGES = (
    select(
        Person.id,
        Person.name,
        parties.tax_codes(Person.id).label("codes"),
        parties.households(Person.id, _THEN).label("homes"),
        parties.declared(Person.id).label("declared"),
    )
    .where(Person.id == any_(bindparam("ids", type_=ARRAY(BigInteger))))
    .order_by(Person.name_order, Person.id)
)


def unrecorded(
    session: Session, call_id: int, *, until: datetime | None = None
) -> list[FoundConflict]:
    """Ties of whoever is on the commission, or has sent a sheet, not recorded as conflicts.

    Three statements, one where nobody judges yet, and three more where a tie is found on a sheet
    that was sent: one that began after it takes nothing away. Else whoever applied could come into
    the household of who had judged them, and be rid of that sheet.
    """
    ids = session.scalars(_WHO_JUDGES, {"call_id": call_id}).all()
    found = of_persons(session, call_id, ids, until=until)
    if not found:
        return []
    known = {tuple(row) for row in session.execute(_RECORDED, {"call_id": call_id})}
    found = [one for one in found if (one.evaluator_id, one.application_id) not in known]
    return [one for one in found if not _began_after_the_sheet(session, call_id, one)]


def _began_after_the_sheet(session: Session, call_id: int, one: FoundConflict) -> bool:
    if one.tie not in (conflicts.HOUSEHOLD, conflicts.DOUBLE):
        return False
    values = {"evaluator_id": one.evaluator_id, "application_id": one.application_id}
    sent_at = session.scalar(_SENT_AT, values)
    if sent_at is None:
        return False
    then = of_persons(session, call_id, [one.evaluator_id], until=sent_at)
    return one.application_id not in {each.application_id for each in then}


_SENT_AT = select(ScoreSheet.sent_at).where(
    ScoreSheet.evaluator_id == bindparam("evaluator_id"),
    ScoreSheet.application_id == bindparam("application_id"),
)

_ON_IT = and_(
    RoleGrant.role == roles.EVALUATOR,
    RoleGrant.scope_kind == "call",
    RoleGrant.scope_id == _CALL,
)
_WHO_JUDGES = (
    select(Person.id)
    .where(
        or_(
            exists().where(_ON_IT, RoleGrant.person_id == Person.id),
            exists().where(
                ScoreSheet.evaluator_id == Person.id,
                ScoreSheet.application_id == OpenedApplication.application_id,
                OpenedApplication.call_id == _CALL,
                ScoreSheet.sent_at.is_not(None),
            ),
        )
    )
    .order_by(Person.id)
)
_RECORDED = (
    select(ConflictDeclaration.evaluator_id, ConflictDeclaration.application_id)
    .join(OpenedApplication, OpenedApplication.application_id == ConflictDeclaration.application_id)
    .where(OpenedApplication.call_id == _CALL, ConflictDeclaration.kind != access.NO_CONFLICT)
)


def record(
    session: Session, call_id: int, now: datetime, *, of: int | None = None
) -> list[FoundConflict]:
    """Record what is found as conflicts, as if each evaluator had declared it; give them.

    Only those `of` one evaluator, where that is given. The caller holds the call alone and links
    what comes back into its act. Access ends at once, sheets leave every total.
    """
    found = [one for one in unrecorded(session, call_id) if of in (None, one.evaluator_id)]
    if found:
        session.execute(
            insert(ConflictDeclaration),
            [
                {
                    "application_id": one.application_id,
                    "evaluator_id": one.evaluator_id,
                    "kind": one.tie,
                    "note": "",
                    "declared_at": now,
                }
                for one in found
            ],
        )
        progress.recount(session, call_id)
        totals.recount(session, call_id)
    return found


def facts(found: Iterable[FoundConflict]) -> list[list[Any]]:
    """What a chained act keeps of conflicts that were recorded with it: ids and kind."""
    return [[one.evaluator_id, one.application_id, one.tie] for one in found]


def record_found(session: Session, actor: Actor, call_id: int, now: datetime) -> int:
    """Record, for the office, conflicts that came to light after the opening; how many.

    Raises NotFound where there is no such call, Refused once the ranking is tried or published:
    what a tie takes away would change what was seen. Nothing found changes nothing.
    """
    access.require_office(actor, call_id)
    db.lock_exclusive(session, "call", call_id)
    if session.get(Call, call_id) is None:
        raise NotFound
    trials.check_may_change(session, call_id)
    found = record(session, call_id, now)
    if found:
        call = audit.of(Call, call_id)
        after = {"conflicts": facts(found)}
        audit.record_act(session, actor, "conflicts.recorded", call, now, after=after)
    return len(found)


class ToldConflict(NamedTuple):
    """What was declared, as the office reads it: who, on which application, kind, note and when.

    A declaration without a conflict is told where it has a note.
    """

    name: str
    code: str
    firm: str
    kind: str
    note: str
    declared_at: datetime
    sheet_sent: bool


def told(session: Session, actor: Actor, call_id: int) -> Sequence[ToldConflict]:
    """Every conflict and note of a call for its office alone; those who compete once each."""
    access.require_office(actor, call_id)
    return db.rows(session, ToldConflict, _TOLD, {"call_id": call_id})


_TOLD = (
    select(
        Person.name,
        OpenedApplication.code,
        OpenedApplication.firm,
        ConflictDeclaration.kind,
        ConflictDeclaration.note,
        ConflictDeclaration.declared_at,
        exists()
        .where(
            ScoreSheet.application_id == ConflictDeclaration.application_id,
            ScoreSheet.evaluator_id == ConflictDeclaration.evaluator_id,
            ScoreSheet.sent_at.is_not(None),
        )
        .label("sheet_sent"),
    )
    .select_from(ConflictDeclaration)
    .join(Person, Person.id == ConflictDeclaration.evaluator_id)
    .join(OpenedApplication, OpenedApplication.application_id == ConflictDeclaration.application_id)
    .where(
        OpenedApplication.call_id == _CALL,
        or_(ConflictDeclaration.kind != access.NO_CONFLICT, ConflictDeclaration.note != ""),
        ConflictDeclaration.kind != conflicts.RIVAL,
    )
    .order_by(Person.name_order, OpenedApplication.code, ConflictDeclaration.id)
    .limit(500)
)
