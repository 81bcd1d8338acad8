"""Trials of a ranking and changes of its commission, as the chain of the call's acts has them.

A trial shows the office every point. From then on commission and doubles are frozen, until an act
with a reason takes the trial back. Who judges declares a conflict all the same, as is their duty:
then it lapses, since what it had shown holds no more. What was done is read by everybody on the
published ranking.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, bindparam, cast, exists, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session, aliased

from calls.commission.rules import lifecycle
from calls.tables.envelopes import Opening
from calls.tables.rankings import Ranking
from calls.tables.texts import Call
from kit import audit, db
from kit.audit import AuditEvent, AuditLink
from kit.errors import Message, Refused
from people.actors import Actor
from people.tables import Person

TRIED = "ranking.tried"
REOPENED = "trial.reopened"
LAPSED = "trial.lapsed"
APPOINTED = "evaluator.appointed"
DISMISSED = "evaluator.dismissed"
RENOUNCED = "evaluator.renounced"
_OPENED = "calls.call.opened"


class ChainAct(NamedTuple):
    """An act of a call's chain: who did it, when, about whom and why (empty where it says none)."""

    event_id: int
    action: str
    at: datetime
    by_id: int | None
    by: str
    person_id: int | None
    person: str
    reason: str

    def does(self, act: str) -> bool:
        """Whether it is an act of this name."""
        return self.action == f"calls.{act}"

    @property
    def said(self) -> Message:
        """The act in words, for everybody: without the reason where it has none."""
        if self.does(REOPENED):
            return Message(
                "La prova è stata riaperta il {at} da {by}: {reason}",
                at=self.at,
                by=self.by,
                reason=self.reason,
            )
        if self.does(LAPSED):  # who declared it is told to the office alone
            return Message(
                "La prova non vale più dal {at}: nella commissione è stato dichiarato un conflitto "
                "di interesse.",
                at=self.at,
            )
        if self.does(APPOINTED):
            return Message(
                "{person} è nella commissione dal {at}, per nomina di {by}.",
                person=self.person,
                at=self.at,
                by=self.by,
            )
        if self.does(RENOUNCED):
            return Message(
                "{person} ha rinunciato alla commissione il {at}.", person=self.person, at=self.at
            )
        return Message(
            "{person} non è più nella commissione dal {at}, per atto di {by}.",
            person=self.person,
            at=self.at,
            by=self.by,
        )


@dataclass(frozen=True)
class Trials:
    """Of a call: the trial in force, every end of one, who came and left since the opening.

    `lapsed` is the end by a conflict of a trial after which none was begun.
    """

    in_force: ChainAct | None = None
    lapsed: ChainAct | None = None
    ended: Sequence[ChainAct] = ()
    moved: Sequence[ChainAct] = ()

    @property
    def told(self) -> list[Message]:
        """What everybody reads of it beside the ranking, in the order in which it was done."""
        acts = sorted([*self.ended, *self.moved], key=lambda act: act.event_id)
        return [act.said for act in acts]

    @property
    def renounced(self) -> list[ChainAct]:
        """Who gave up their place after the opening."""
        return [act for act in self.moved if act.does(RENOUNCED)]


def of_call(session: Session, call_id: int) -> Trials:
    """Read the chain of a call (one statement): changes before the opening are left out."""
    acts = db.rows(session, ChainAct, _ACTS, {"call_id": call_id})
    opened = next((place for place, act in enumerate(acts) if act.action == _OPENED), len(acts))
    since = acts[opened + 1 :]
    in_force = lapsed = None
    for act in since:
        if act.does(TRIED):
            in_force, lapsed = act, None
        elif act.does(REOPENED) or act.does(LAPSED):
            in_force, lapsed = None, act if act.does(LAPSED) else lapsed
    return Trials(
        in_force,
        lapsed,
        [act for act in since if act.does(REOPENED) or act.does(LAPSED)],
        [act for act in since if act.does(APPOINTED) or act.does(DISMISSED) or act.does(RENOUNCED)],
    )


def check_may_change(session: Session, call_id: int) -> None:
    """Raise Refused while commission and doubles are frozen; the caller holds the call alone."""
    of = session.scalar(_RANKED, {"call_id": call_id})
    tried = of_call(session, call_id).in_force is not None
    lifecycle.check_may_change(ranked=of is not None, deserted=of == 0, tried=tried)


def lapse(session: Session, actor: Actor, call_id: int, now: datetime) -> ChainAct | None:
    """End the trial in force for a conflict that was declared; give it, None where there is none.

    The caller holds the call alone.
    """
    ended = of_call(session, call_id).in_force
    if ended is not None:
        facts = {"trial": ended.event_id}
        audit.record_act(session, actor, LAPSED, audit.of(Call, call_id), now, after=facts)
    return ended


def check_has_not_tried(session: Session, call_id: int, person: Person) -> None:
    """Raise Refused for who has tried the ranking, in the office still or not."""
    acts = db.rows(session, ChainAct, _ACTS, {"call_id": call_id})
    if any(act.does(TRIED) and act.by_id == person.id for act in acts):
        raise Refused(
            "{name} ha provato la graduatoria e ha visto tutti i punti: non può stare nella "
            "commissione.",
            field="email",
            name=person.name,
        )


def appointed_by(session: Session, call_id: int, person_id: int) -> int | None:
    """Who appointed somebody last."""
    acts = db.rows(session, ChainAct, _ACTS, {"call_id": call_id})
    found = [act.by_id for act in acts if act.does(APPOINTED) and act.person_id == person_id]
    return found[-1] if found else None


# How many applications a published ranking is about: none where the call was deserted.
_RANKED = select(Opening.applications).where(
    Opening.call_id == bindparam("call_id", type_=BigInteger),
    exists().where(Ranking.call_id == Opening.call_id),
)
_READ = (
    _OPENED,
    *(f"calls.{act}" for act in (TRIED, REOPENED, LAPSED, APPOINTED, DISMISSED, RENOUNCED)),
)
_BY = aliased(Person)
_ABOUT = cast(AuditEvent.after, JSONB)["person"].astext
_ACTS = (
    select(
        AuditEvent.id.label("event_id"),
        AuditEvent.action,
        AuditEvent.at,
        AuditEvent.actor_id.label("by_id"),
        _BY.name.label("by"),
        Person.id.label("person_id"),
        Person.name.label("person"),
        cast(AuditEvent.after, JSONB)["reason"].astext.label("reason"),
    )
    .select_from(AuditLink)
    .join(AuditEvent, AuditEvent.id == AuditLink.event_id)
    .outerjoin(_BY, _BY.id == AuditEvent.actor_id)
    .outerjoin(Person, Person.id == cast(_ABOUT, BigInteger))
    .where(
        AuditLink.chain_kind == "call",
        AuditLink.chain_id == bindparam("call_id", type_=BigInteger),
        or_(*(AuditEvent.action == act for act in _READ)),
    )
    .order_by(AuditLink.position)
)
