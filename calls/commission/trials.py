"""Trials of a ranking and what stands still from them on, as the chain of the call's acts has it.

A trial shows the office every point. From then on the commission is frozen, until an act with a
reason takes the trial back; every change after that is for a reason, and stands as one of after
the trial. Who judges declares a conflict all the same, as is their duty: then it lapses, since
what it had shown holds no more. Which of a double's applications counts is decided before any
point is seen, and stands however a trial ends. What was done is read by everybody on the
published ranking.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Text,
    bindparam,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.orm import Session, aliased

from calls.commission.chain_acts import (
    APPOINTED,
    DECIDED,
    DECLARED_LATE,
    DISMISSED,
    LAPSED,
    RENOUNCED,
    REOPENED,
    TRIED,
    ChainAct,
)
from calls.commission.rules import lifecycle
from calls.tables.envelopes import OpenedApplication, Opening
from calls.tables.rankings import Ranking
from calls.tables.texts import Call
from kit import audit, db
from kit.audit import AuditEvent, AuditLink
from kit.errors import Message, Refused
from people.actors import Actor
from people.tables.persons import Person

_OPENED = "calls.call.opened"


@dataclass(frozen=True)
class Trials:
    """Of a call: the trial in force, every end of one, what was changed since the opening.

    `lapsed` is the end by a conflict of a trial after which none was begun. `moved` has who came
    and left, and what was decided on doubles; `tried` says whether points were ever seen.
    """

    in_force: ChainAct | None = None
    lapsed: ChainAct | None = None
    ended: Sequence[ChainAct] = ()
    moved: Sequence[ChainAct] = ()
    tried: bool = False

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
        [act for act in since if any(map(act.does, MOVES))],
        any(act.does(TRIED) for act in since),
    )


def check_may_change(session: Session, call_id: int) -> Trials:
    """Raise Refused while commission and doubles are frozen; give the trials there were.

    The caller holds the call alone.
    """
    of = session.scalar(_RANKED, {"call_id": call_id})
    found = of_call(session, call_id)
    tried = found.in_force is not None
    lifecycle.check_may_change(ranked=of is not None, deserted=of == 0, tried=tried)
    return found


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
MOVES = (APPOINTED, DISMISSED, RENOUNCED, DECIDED, DECLARED_LATE)
_READ = (_OPENED, *(f"calls.{act}" for act in (TRIED, REOPENED, LAPSED, *MOVES)))
_BY = aliased(Person)
_KEPT, _BEFORE, _ON = (aliased(OpenedApplication) for _ in range(3))
_SHORT = aliased(OpenedApplication)


def _named(fact: str) -> ColumnElement[int]:
    return cast(cast(AuditEvent.after, JSONB)[fact].astext, BigInteger)


def _codes_short() -> ColumnElement[str | None]:
    """The codes of the applications that a late appointment was for."""
    code = cast(_SHORT.code, Text)
    return (
        select(func.string_agg(code, aggregate_order_by(literal(", "), _SHORT.code)))
        .where(
            _SHORT.call_id == bindparam("call_id", type_=BigInteger),
            AuditEvent.action == f"calls.{APPOINTED}",
            cast(AuditEvent.after, JSONB)["short"].contains(func.to_jsonb(_SHORT.application_id)),
        )
        .correlate(AuditEvent)
        .scalar_subquery()
    )


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
        _KEPT.code.label("kept"),
        _BEFORE.code.label("before"),
        func.bool_or(AuditEvent.action == f"calls.{TRIED}")
        .over(order_by=AuditLink.position)
        .label("after_trial"),
        _codes_short().label("short"),
        _ON.code.label("on"),
        cast(AuditEvent.after, JSONB)["signed"]["means"].label("means"),
    )
    .select_from(AuditLink)
    .join(AuditEvent, AuditEvent.id == AuditLink.event_id)
    .outerjoin(_BY, _BY.id == AuditEvent.actor_id)
    .outerjoin(Person, Person.id == _named("person"))
    .outerjoin(_KEPT, _KEPT.application_id == _named("kept"))
    .outerjoin(_BEFORE, _BEFORE.application_id == _named("before"))
    .outerjoin(_ON, _ON.application_id == _named("application"))
    .where(
        AuditLink.chain_kind == "call",
        AuditLink.chain_id == bindparam("call_id", type_=BigInteger),
        or_(*(AuditEvent.action == act for act in _READ)),
    )
    .order_by(AuditLink.position)
)
