"""What an evaluator declares about an application before reading it, and what follows."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, exists, insert, select, update
from sqlalchemy.orm import Session

from calls.commission import access, chain_acts, conflicts, notices, progress, trials
from calls.commission.rules import proponents
from calls.commission.standings import (
    ME,
    NOTE,
    OPENED_CALL,
    OWN,
    SENT,
    ApplicationKey,
    OwnScoreSheet,
    locked,
)
from calls.tables.applications import Application, Submission
from calls.tables.commission import ConflictDeclaration
from calls.tables.envelopes import OpenedApplication
from calls.tables.texts import Call
from kit import audit, db, shown
from kit.errors import Message, NotFound, Refused
from people.actors import Actor
from people.tables.persons import Person

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


def declare(
    session: Session,
    actor: Actor,
    key: ApplicationKey,
    declared: Declared,
    now: datetime,
    *,
    seen: str | None = None,
) -> bool:
    """Record what an evaluator declares; True when the content may be read.

    A conflict is final, takes the access away at once and, should a sheet have been sent,
    keeps it in the files and out of every total: that is an act of the call. So is what follows
    from it: the other applications with the same tax code go the same way, and a trial of the
    ranking that is in force ends, which who had tried it is written. Declaring the same again
    changes nothing. `seen` is what the page had shown (`Applicant.parts`, packed), None
    where there was none. Raises Changed where that is no longer true, Refused for an unknown
    kind, for "none" where a tie is known, and after the ranking; NotFound once another conflict
    was declared.
    """
    if declared.kind not in KINDS:
        raise Refused("Scegli una delle possibilità.", field="kind")
    declared = declared._replace(note=declared.note[:1000])
    free = declared.kind == access.NO_CONFLICT
    access.require_evaluator(actor, key.call_id)
    try:
        state = locked(session, actor, key, alone=not free)
    except NotFound:
        if not free and _stands(session, actor, key, declared):
            return False
        raise
    if free and state.declared and declared.note in {"", state.note}:
        return True
    if seen is not None:
        shown.check(seen, applicant(session, actor, key).parts, named)
    session.execute(
        insert(ConflictDeclaration).values(
            application_id=key.application_id,
            evaluator_id=actor.person_id,
            kind=declared.kind,
            note=declared.note,
            declared_at=now,
        )
    )
    if not free:
        taken = _take_away(session, actor, key, state.sheet)
        late = {"application": key.application_id, "kind": declared.kind} if taken else None
        _follow(session, actor, key.call_id, late, now)
    audit.record(
        session,
        actor,
        "conflict.declared",
        audit.of(Application, key.application_id),
        now,
        after={"kind": declared.kind},
    )
    return free


def _follow(
    session: Session, actor: Actor, call_id: int, late: dict[str, Any] | None, now: datetime
) -> None:
    """Write what follows from a conflict; `late` where it took a sheet that had been sent."""
    call = audit.of(Call, call_id)
    if late is not None:
        audit.record_act(session, actor, chain_acts.DECLARED_LATE, call, now, after=late)
    if found := conflicts.record(session, call_id, now, of=actor.person_id):
        facts = {"conflicts": conflicts.facts(found)}
        audit.record_act(session, actor, "conflicts.recorded", call, now, after=facts)
    if tried := trials.lapse(session, actor, call_id, now):
        notices.lapsed(session, call_id, tried, now)


def _stands(session: Session, actor: Actor, key: ApplicationKey, declared: Declared) -> bool:
    """Whether the person has declared just this, as from a second page or by a second press."""
    same = exists().where(
        ConflictDeclaration.application_id == key.application_id,
        ConflictDeclaration.evaluator_id == actor.person_id,
        ConflictDeclaration.kind == declared.kind,
        ConflictDeclaration.note == declared.note,
        OpenedApplication.application_id == ConflictDeclaration.application_id,
        OpenedApplication.call_id == key.call_id,
    )
    return bool(session.scalar(select(same)))


def _take_away(
    session: Session, actor: Actor, key: ApplicationKey, sheet: OwnScoreSheet | None
) -> bool:
    """Keep the sheet in the files and out of every total; True where one had been sent."""
    sent = sheet is not None and sheet.sent
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
    was sent from, where that is somebody else. `note` is that of one's own newest declaration,
    `sent` whether one's own sheet is.
    """

    code: str
    firm: str
    proponent: str
    holder: str | None
    declared: bool
    note: str | None
    sent: bool

    @property
    def parts(self) -> dict[str, str]:
        """What a declaration is made on, by part (`kit.shown`)."""
        return {
            "applicant": "\n".join((self.code, self.firm, self.proponent, self.holder or "")),
            "declaration": f"{self.declared} {self.note or ''}",
            "sheet": str(self.sent),
        }


_NAMES = {
    "applicant": Message("chi ha presentato la domanda"),
    "declaration": Message("la tua dichiarazione"),
    "sheet": Message("la tua scheda"),
}


def named(part: str) -> Message:
    """Put a part of `Applicant` into words."""
    return _NAMES.get(part, Message("la domanda"))


def applicant(session: Session, actor: Actor, key: ApplicationKey) -> Applicant:
    """Tell an evaluator whose application it is.

    Raises NotFound as for reading.
    """
    access.require_evaluator(actor, key.call_id)
    row = db.row(
        session,
        _Applicant,
        _APPLICANT,
        {"application_id": key.application_id, "call_id": key.call_id, "me": actor.person_id},
    )
    if row is None:
        raise NotFound
    proponent = proponents.named(row.content)
    return Applicant(
        code=row.code,
        firm=row.firm,
        proponent=proponent,
        holder=None if proponents.same(proponent, row.name) else row.name,
        declared=row.declared,
        note=row.note,
        sent=row.sent,
    )


class _Applicant(NamedTuple):
    code: str
    firm: str
    name: str
    content: bytes
    declared: bool
    note: str | None
    sent: bool


_APPLICANT = (
    select(
        OpenedApplication.code,
        OpenedApplication.firm,
        Person.name,
        Submission.content,
        access.readable(ME).label("declared"),
        NOTE.label("note"),
        exists().where(OWN, SENT).label("sent"),
    )
    .select_from(OpenedApplication)
    .join(Application, Application.id == OpenedApplication.application_id)
    .join(Submission, Submission.application_id == OpenedApplication.application_id)
    .join(Person, Person.id == Application.person_id)
    .where(
        OpenedApplication.application_id == bindparam("application_id"),
        bindparam("call_id") == OPENED_CALL,
        access.visible(ME),
    )
)
