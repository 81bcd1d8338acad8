"""Who left the commission, and what becomes of the sheets they had sent."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ARRAY, BigInteger, Text, and_, bindparam, cast, exists, func, insert, select
from sqlalchemy import update as sql_update
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.orm import Session

from calls.commission import access, totals
from calls.tables.applications import Application
from calls.tables.commission import Dismissal
from calls.tables.envelopes import OpenedApplication
from calls.tables.score_sheets import ScoreSheet
from calls.tables.texts import CallVersion
from kit.audit import AuditEvent
from kit.errors import Refused
from people import roles
from people.actors import Actor
from people.tables.persons import Person
from people.tables.roles import RoleGrant

_CALL = bindparam("call_id", type_=BigInteger)


class Left(NamedTuple):
    """What a dismissal left behind: how many sheets sent, and whether they count still."""

    sheets: int
    sheets_count: bool


def begin(session: Session, actor: Actor, call_id: int, person_id: int, now: datetime) -> Left:
    """Write that a person leaves the commission, by the call's own rule, and move the totals.

    The caller holds the call alone and has taken the role back.
    """
    counts = session.scalar(_RULE, {"call_id": call_id}) != "leave"
    session.execute(
        insert(Dismissal).values(
            call_id=call_id,
            person_id=person_id,
            sheets_count=counts,
            dismissed_at=now,
            dismissed_by=actor.person_id,
        )
    )
    totals.recount(session, call_id)
    sent = session.scalar(
        select(func.count())
        .select_from(ScoreSheet)
        .join(OpenedApplication, OpenedApplication.application_id == ScoreSheet.application_id)
        .where(
            OpenedApplication.call_id == call_id,
            ScoreSheet.evaluator_id == person_id,
            ScoreSheet.sent_at.is_not(None),
        )
    )
    return Left(sent or 0, counts)


def has_sent(session: Session, call_id: int, person_id: int) -> bool:
    """Whether an evaluator has sent a sheet on an application of the call."""
    values = {"call_id": call_id, "person_id": person_id}
    return bool(session.scalar(_HAS_SENT, values))


_HAS_SENT = select(
    exists().where(
        ScoreSheet.application_id == OpenedApplication.application_id,
        OpenedApplication.call_id == _CALL,
        ScoreSheet.evaluator_id == bindparam("person_id", type_=BigInteger),
        ScoreSheet.sent_at.is_not(None),
    )
)


def end(session: Session, call_id: int, person_id: int, now: datetime) -> None:
    """Write that who had left is on the commission again: what they had sent counts again."""
    back = session.scalar(
        sql_update(Dismissal)
        .where(
            Dismissal.call_id == call_id,
            Dismissal.person_id == person_id,
            Dismissal.ended_at.is_(None),
        )
        .values(ended_at=now)
        .returning(Dismissal.id)
    )
    if back is not None:
        totals.recount(session, call_id)


# `CallContent.sheets_of_dismissed` of the version in force; a call of the first format has none.
_RULE = (
    select(cast(CallVersion.content, JSONB)["sheets_of_dismissed"].astext)
    .where(CallVersion.call_id == _CALL)
    .order_by(CallVersion.number.desc())
    .limit(1)
)


def check_brings_nothing_back(session: Session, call_id: int, person: Person) -> None:
    """Raise Refused for who was dismissed and whose sheets, by the call's rule, count no more.

    What a published rule took out stays out: with their place they would count again, and an
    office could take sheets out and put them in.
    """
    if session.scalar(_LEFT_OUT, {"call_id": call_id, "person_id": person.id}):
        raise Refused(
            "{name} era nella commissione, e le schede che aveva inviato, come dice il bando, non "
            "contano più: non può tornare, perché conterebbero di nuovo.",
            field="email",
            name=person.name,
        )


_LEFT_OUT = select(
    exists().where(
        Dismissal.call_id == _CALL,
        Dismissal.person_id == ScoreSheet.evaluator_id,
        Dismissal.ended_at.is_(None),
        Dismissal.sheets_count.is_(False),
        ScoreSheet.application_id == OpenedApplication.application_id,
        OpenedApplication.call_id == _CALL,
        ScoreSheet.evaluator_id == bindparam("person_id", type_=BigInteger),
        ScoreSheet.sent_at.is_not(None),
    )
)


class SentSheets(NamedTuple):
    """What one evaluator has sent that no conflict takes away: on which applications.

    `dismissed` says whether they are on the commission no more, and `counting` whether these count.
    """

    person_id: int
    name: str
    dismissed: bool
    counting: bool
    codes: Sequence[str]


def sheets(session: Session, call_id: int) -> list[SentSheets]:
    """Whose sheets there are and on which applications, by name (one statement)."""
    rows = session.execute(_SHEETS, {"call_id": call_id}).all()
    return [SentSheets(row[0], row[1], row[2], row[3], row[4]) for row in rows]


def codes_of(found: Iterable[SentSheets], person_id: int) -> list[str]:
    """The codes of the applications on which somebody has sent a sheet that stands."""
    return [code for who in found if who.person_id == person_id for code in who.codes]


_LEFT = and_(
    Dismissal.call_id == _CALL,
    Dismissal.person_id == Person.id,
    Dismissal.ended_at.is_(None),
)
_SHEETS = (
    select(
        Person.id,
        Person.name,
        exists().where(_LEFT).label("dismissed"),
        (~exists().where(_LEFT, Dismissal.sheets_count.is_(False))).label("counting"),
        func.array_agg(
            aggregate_order_by(cast(OpenedApplication.code, Text), OpenedApplication.code),
            type_=ARRAY(Text),
        ).label("codes"),
    )
    .select_from(ScoreSheet)
    .join(OpenedApplication, OpenedApplication.application_id == ScoreSheet.application_id)
    .join(Person, Person.id == ScoreSheet.evaluator_id)
    .where(
        OpenedApplication.call_id == _CALL,
        ScoreSheet.sent_at.is_not(None),
        access.visible(ScoreSheet.evaluator_id, ScoreSheet.application_id),
    )
    .group_by(Person.id, Person.name, Person.name_order)
    .order_by(Person.name_order, Person.id)
)


# Sheets that a dismissal took out, of who came back all the same: they count again.
BACK = """
select d.call_id, d.person_id, a.code from dismissal d
join opened_application a on a.call_id = d.call_id
join score_sheet s on s.application_id = a.application_id and s.evaluator_id = d.person_id
where not d.sheets_count and d.ended_at is not null and s.sent_at < d.dismissed_at
and not exists (
    select 1 from dismissal now where now.call_id = d.call_id and now.person_id = d.person_id
    and now.ended_at is null and not now.sheets_count
)
and not exists (
    select 1 from conflict_declaration c where c.application_id = a.application_id
    and c.evaluator_id = d.person_id and c.kind <> 'none'
)
order by 1, 2, 3
"""
# Who sent sheets and neither is on the commission nor was taken off it: nobody, ask the checks.
STRANGERS = (
    select(Application.call_id, ScoreSheet.evaluator_id.label("person_id"))
    .join(Application, Application.id == ScoreSheet.application_id)
    .where(
        ScoreSheet.sent_at.is_not(None),
        ~exists().where(
            RoleGrant.person_id == ScoreSheet.evaluator_id,
            RoleGrant.role == roles.EVALUATOR,
            RoleGrant.scope_kind == "call",
            RoleGrant.scope_id == Application.call_id,
        ),
        ~exists().where(
            AuditEvent.action == "calls.evaluator.dismissed",
            AuditEvent.subject_id == Application.call_id,
            cast(AuditEvent.after, JSONB)["person"].astext == cast(ScoreSheet.evaluator_id, Text),
        ),
    )
    .distinct()
    .order_by(Application.call_id, ScoreSheet.evaluator_id)
)
