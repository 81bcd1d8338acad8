"""What an evaluator declares about an application before reading it, and what follows."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, bindparam, exists, insert, select, update
from sqlalchemy.orm import Session

from calls.commission import access, applicants, conflicts, progress
from calls.commission.rules import conflicts as ties
from calls.commission.rules import lifecycle, proponents
from calls.tables.applications import Application, Submission
from calls.tables.commission import ConflictDeclaration
from calls.tables.envelopes import OpenedApplication
from calls.tables.rankings import Ranking
from calls.tables.score_sheets import ScoreSheet
from calls.tables.texts import Call, CallVersion
from kit import audit
from kit.db import lock_exclusive, lock_shared
from kit.errors import Message, NotFound, Refused
from people.actors import Actor
from people.tables import Person

# What an evaluator may declare about an application, in the words of the form. Everything
# but the first takes the application away (art. 51 c.p.c., art. 6-bis L. 241/1990).
KINDS: dict[str, Message] = {
    "none": Message("Nessun conflitto: non ho legami con questa domanda"),
    "family": Message("Parentela, affinità o convivenza"),
    "work": Message("Lavoro, consulenza o società insieme, ora o negli ultimi tre anni"),
    "interest": Message("Un interesse economico mio o di persone vicine"),
    "dispute": Message("Una causa o una grave inimicizia"),
    "unsure": Message("Non sono sicuro: preferisco astenermi"),
}


class Declared(NamedTuple):
    """What an evaluator says about an application: a kind of `KINDS`, and a note."""

    kind: str
    note: str = ""


@dataclass(frozen=True)
class ApplicationKey:
    """An application in its call, as the address of its pages names it."""

    call_id: int
    application_id: int


def declare(
    session: Session, actor: Actor, key: ApplicationKey, declared: Declared, now: datetime
) -> bool:
    """Record what an evaluator declares; True when the content may be read.

    A conflict is final, takes the access away at once and, should a sheet have been sent,
    keeps it in the files and out of every total: that is an act of the call. Declaring the same
    again changes nothing. Raises Refused for an unknown kind, for "none" where a tie is known,
    and after the ranking; NotFound once a conflict was declared.
    """
    if declared.kind not in KINDS:
        raise Refused("Scegli una delle possibilità.", field="kind")
    free = declared.kind == access.NO_CONFLICT
    state = locked(session, actor, key, alone=not free)
    if free and state.declared:
        return True
    session.execute(
        insert(ConflictDeclaration).values(
            application_id=key.application_id,
            evaluator_id=actor.person_id,
            kind=declared.kind,
            note=declared.note[:1000],
            declared_at=now,
        )
    )
    if not free and _take_away(session, actor, key):
        late = {"application": key.application_id, "kind": declared.kind}
        call = audit.of(Call, key.call_id)
        audit.record_act(session, actor, "conflict.declared_late", call, now, after=late)
    audit.record(
        session,
        actor,
        "conflict.declared",
        audit.of(Application, key.application_id),
        now,
        after={"kind": declared.kind},
    )
    return free


@dataclass(frozen=True)
class Standing:
    """Where an application stands for one evaluator, read after the call's lock."""

    declared: bool
    version_id: int
    version_sha256: str
    salt: bytes


def locked(session: Session, actor: Actor, key: ApplicationKey, *, alone: bool = False) -> Standing:
    """Hold the call and read what an evaluator may do with an application (two statements).

    Shared, so that evaluators do not wait for each other; `alone` for what changes who may
    see, and for who declares a conflict. Raises NotFound unless the person is (still) on the
    commission, the envelopes are open and no conflict was declared; Refused when the ranking is
    already published, and for whoever is tied to the application in a way that is known and
    does not come to declare it.
    """
    access.require_evaluator(actor, key.call_id)
    (lock_exclusive if alone else lock_shared)(session, "call", key.call_id)
    row = session.execute(
        _STATE,
        {"application_id": key.application_id, "call_id": key.call_id, "me": actor.person_id},
    ).first()
    if row is None:
        raise NotFound
    lifecycle.check_may_evaluate(ranked=row.ranked)
    if not alone:
        me = conflicts.party(actor.person_id, row.my_codes, row.my_homes)
        ties.check_free(ties.tie(me, conflicts.party(row.person_id, [row.tax_code], row.homes)))
    return Standing(row.declared, row.version_id, row.sha256, row.salt)


_OPENED_CALL = OpenedApplication.call_id
_ME = bindparam("me", type_=BigInteger)
_STATE = (
    select(
        access.readable(_ME).label("declared"),
        Application.salt,
        Application.person_id,
        OpenedApplication.tax_code,
        conflicts.households(Application.person_id).label("homes"),
        conflicts.households(_ME).label("my_homes"),
        conflicts.tax_codes(_ME).label("my_codes"),
        CallVersion.id.label("version_id"),
        CallVersion.sha256,
        exists(select(Ranking.id).where(Ranking.call_id == _OPENED_CALL)).label("ranked"),
    )
    .select_from(OpenedApplication)
    .join(Application, Application.id == OpenedApplication.application_id)
    .join(CallVersion, CallVersion.call_id == _OPENED_CALL)
    .where(
        OpenedApplication.application_id == bindparam("application_id"),
        bindparam("call_id") == _OPENED_CALL,
        access.visible(_ME),
        applicants.barred(_OPENED_CALL)[0],
    )
    .order_by(CallVersion.number.desc())
    .limit(1)
)


def _take_away(session: Session, actor: Actor, key: ApplicationKey) -> bool:
    """Keep the sheet in the files and out of every total; True where one had been sent."""
    sheet = session.execute(
        select(ScoreSheet.sent_at, ScoreSheet.total).where(
            ScoreSheet.application_id == key.application_id,
            ScoreSheet.evaluator_id == actor.person_id,
        )
    ).first()
    sent = sheet is not None and sheet.sent_at is not None
    if sheet is not None and sent:
        session.execute(
            update(OpenedApplication)
            .where(OpenedApplication.application_id == key.application_id)
            .values(
                sheets=OpenedApplication.sheets - 1,
                total_sum=OpenedApplication.total_sum - sheet.total,
            )
        )
    begun = sheet is not None and not sent
    progress.conflict(session, actor, key.call_id, sent=int(sent), begun=int(begun))
    return sent


class Applicant(NamedTuple):
    """What an evaluator has to know to declare: firm and proponent, nothing of the content.

    `proponent` is who the application that was sent names; `holder` the name of the account it
    was sent from, where that is somebody else.
    """

    code: str
    firm: str
    proponent: str
    holder: str | None
    declared: bool


def applicant(session: Session, actor: Actor, key: ApplicationKey) -> Applicant:
    """Tell an evaluator whose application it is.

    Raises NotFound as for reading.
    """
    access.require_evaluator(actor, key.call_id)
    row = session.execute(
        _APPLICANT,
        {"application_id": key.application_id, "call_id": key.call_id, "me": actor.person_id},
    ).first()
    if row is None:
        raise NotFound
    proponent = proponents.named(row.content)
    same = proponents.same(proponent, row.name)
    return Applicant(row.code, row.firm, proponent, None if same else row.name, row.declared)


_APPLICANT = (
    select(
        OpenedApplication.code,
        OpenedApplication.firm,
        Person.name,
        Submission.content,
        access.readable(_ME).label("declared"),
    )
    .select_from(OpenedApplication)
    .join(Application, Application.id == OpenedApplication.application_id)
    .join(Submission, Submission.application_id == OpenedApplication.application_id)
    .join(Person, Person.id == Application.person_id)
    .where(
        OpenedApplication.application_id == bindparam("application_id"),
        bindparam("call_id") == _OPENED_CALL,
        access.visible(_ME),
    )
)
