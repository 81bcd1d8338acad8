"""The commission of a call: who is on it, and how far each of them is."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, BigInteger, any_, bindparam, func, select
from sqlalchemy.orm import Session

import calls.commission.judges  # noqa: F401 - objects to who works in the office
from calls.commission import (
    access,
    chain_acts,
    conflicts,
    dismissals,
    late_seats,
    notices,
    progress,
    seats,
    trials,
)
from calls.commission.progress import CommissionMember
from calls.commission.rules import lifecycle
from calls.commission.rules.conflicts import check_may_appoint
from calls.commission.shortages import Shortage
from calls.tables.commission import EvaluatorProgress
from calls.tables.envelopes import Opening
from calls.tables.texts import Call, CallVersion
from kit import audit, clock, db, shown
from kit.db import lock_exclusive
from kit.errors import Message, NotFound, Refused
from people import roles
from people.actors import Actor
from people.tables.persons import Person


def appoint(
    session: Session,
    actor: Actor,
    call_id: int,
    email: str,
    now: datetime,
    *,
    reason: str = "",
    seen: str | None = None,
) -> Person:
    """Put a registered person on the commission of a call.

    Until the envelopes are open nobody is told who applies: whoever has an application may be
    appointed, gives the place up by sending a draft, and is found at the opening where it was
    sent before. `seen` is what the page had shown (`parts`, packed), None where there was none.
    Raises Changed where the commission is no longer that; Refused when nobody has that address,
    for oneself, whoever is on it already, works in the office of the call or has tried its
    ranking, after the opening when the person has an application in it, while a trial is in force
    and once the ranking is published; for who was taken off with sheets that, as the call says,
    count no more. After a trial, however it ended, it wants a `reason` that is
    published, and an application short of judges: the person judges those alone (`late_seats`).
    """
    access.require_office(actor, call_id)
    lock_exclusive(session, "call", call_id)
    tried, reason = trials.check_may_change(session, call_id).tried, reason.strip()
    short = late_seats.short(session, call_id, reason) if tried else None
    _check_as_shown(session, call_id, seen, short=short)
    person = session.scalars(
        select(Person).where(Person.email == email.strip().lower(), Person.disabled_at.is_(None))
    ).first()
    if person is None:
        raise Refused(
            "Nessuno è registrato con questo indirizzo. Chiedi alla persona di registrarsi, "
            "poi nominala.",
            field="email",
        )
    if any(each.id == person.id for each in commission(session, call_id)):
        raise Refused("{name} è già nella commissione.", field="email", name=person.name)
    ties = {one.tie for one in conflicts.of_persons(session, call_id, [person.id])}
    check_may_appoint(oneself=person.id == actor.person_id, name=person.name, ties=ties)
    trials.check_has_not_tried(session, call_id, person)
    dismissals.check_brings_nothing_back(session, call_id, person)
    roles.grant(session, actor.person_id, person.id, roles.EVALUATOR, "call", call_id, now)
    dismissals.end(session, call_id, person.id, now)
    facts: dict[str, Any] = {"person": person.id}
    if short is not None:
        judged = [one.application_id for one in short]
        late_seats.withhold(session, call_id, person.id, judged)
        facts |= {"short": judged, "reason": reason}
    if ties:
        facts["conflicts"] = conflicts.facts(conflicts.record(session, call_id, now))
    call = audit.of(Call, call_id)
    audit.record_act(session, actor, chain_acts.APPOINTED, call, now, after=facts)
    notices.appointed(session, call_id, person, now, only=[one.code for one in short or ()])
    return person


def dismiss(
    session: Session,
    actor: Actor,
    call_id: int,
    person_id: int,
    now: datetime,
    *,
    reason: str,
    seen: str | None = None,
) -> Person:
    """Take a person off the commission: no access from now on, sent sheets stay in the files.

    Whether they count still is what the call says (`CallContent.sheets_of_dismissed`); the act
    keeps how many there are, and why; gives the person. `seen` is what the page had shown (`parts`
    of them, packed), None where there was none. Raises Changed where that is no longer true,
    Refused once the ranking is tried or published, without a reason of ten letters, or when the
    person is not on it.
    """
    access.require_office(actor, call_id)
    lock_exclusive(session, "call", call_id)
    trials.check_may_change(session, call_id)
    reason = reason.strip()
    opened = session.get(Opening, call_id)
    told = opened is not None and opened.applications > 0
    lifecycle.check_reason(reason, published=told)
    _check_as_shown(session, call_id, seen, person_id)
    roles.revoke(session, actor.person_id, person_id, roles.EVALUATOR, "call", call_id, now)
    left = dismissals.begin(session, actor, call_id, person_id, now)
    facts = {
        "person": person_id,
        "sheets": left.sheets,
        "sheets_count": left.sheets_count,
        "reason": reason,
    }
    call = audit.of(Call, call_id)
    audit.record_act(session, actor, chain_acts.DISMISSED, call, now, after=facts)
    person = session.get_one(Person, person_id)
    notices.dismissed(session, call_id, person, left, now, reason=reason)
    return person


def renounce(
    session: Session, actor: Actor, call_id: int, now: datetime, *, seen: str | None = None
) -> None:
    """Give up one's own place on a commission, as long as no sheet was sent.

    Whoever has a draft may then send it. `seen` is what the page had shown (`own_parts`, packed),
    None where there was none. Raises NotFound for who is not on it, Changed where a sheet was
    sent meanwhile, Refused after that and once the ranking is tried or published.
    """
    access.require_evaluator(actor, call_id)
    lock_exclusive(session, "call", call_id)
    roles_ = roles.holders(session, roles.EVALUATOR, "call", call_id)
    me = next((person for person in roles_ if person.id == actor.person_id), None)
    if me is None:
        raise NotFound
    trials.check_may_change(session, call_id)
    lifecycle.check_may_renounce(sent=dismissals.has_sent(session, call_id, me.id))
    if seen is not None:
        shown.check(seen, own_parts(call_id), lambda _part: Message("la commissione"))
    _leave(session, actor, call_id, me, now)


def renounce_by_applying(session: Session, actor: Actor, call_id: int) -> None:
    """Give up one's own place before the opening by sending an application: the same act.

    Whoever appoints somebody would else shut them out, without a word that they apply. The
    caller holds the call together with other senders and has read that the actor is on its
    commission. Senders follow each other here, since an act takes a place in the call's chain;
    who holds the call alone never comes here, so that nobody waits for another in a circle.
    """
    lock_exclusive(session, "renunciation", call_id)
    me = session.get_one(Person, actor.person_id)
    _leave(session, actor, call_id, me, clock.now(session))


def _leave(session: Session, actor: Actor, call_id: int, me: Person, now: datetime) -> None:
    roles.revoke(session, me.id, me.id, roles.EVALUATOR, "call", call_id, now)
    left = dismissals.begin(session, actor, call_id, me.id, now)
    facts = {"person": me.id, "sheets": left.sheets, "sheets_count": left.sheets_count}
    audit.record_act(
        session, actor, chain_acts.RENOUNCED, audit.of(Call, call_id), now, after=facts
    )
    notices.renounced(session, call_id, me, now)


def own_parts(call_id: int) -> dict[str, str]:
    """Give what renouncing is done on, by part: one's own place on this commission."""
    return {"seat": f"{call_id}"}


def parts(
    members: Iterable[CommissionMember],
    about: int | None = None,
    short: Iterable[Shortage] | None = None,
) -> dict[str, str]:
    """Give what a change of the commission is made on, by part: who is on it.

    Of the person it is `about` (to be dismissed) also how many sheets they have sent; after a
    trial what is `short` of judges, which is all that who is appointed would judge.
    """
    members = list(members)
    sheets = {
        f"sheets-{about}": f"{member.sent} {member.due} {member.conflicts}"
        for member in members
        if member.person_id == about
    }
    late = {} if short is None else {"short": " ".join(one.code for one in short)}
    return seats.parts(members) | sheets | late


def _check_as_shown(
    session: Session,
    call_id: int,
    seen: str | None,
    about: int | None = None,
    *,
    short: Iterable[Shortage] | None = None,
) -> None:
    if seen is None:
        return
    members = progress.of_commission(session, call_id)
    names = {f"sheets-{member.person_id}": member.name for member in members}
    seat = seats.named(session, call_id, members)

    def named(part: str) -> Message:
        if part in names:
            return Message("le schede di {name}", name=names[part])
        if part == "short":
            return Message("le domande che chi nomini può valutare")
        return seat(part) or Message("la commissione")

    shown.check(seen, parts(members, about, short), named)


def commission(session: Session, call_id: int) -> list[Person]:
    """The persons on the commission of a call, by name."""
    return roles.holders(session, roles.EVALUATOR, "call", call_id)


class CommissionCall(NamedTuple):
    """A call on whose commission somebody sits, and their own work on it."""

    id: int
    title: str
    due: int
    sent: int


def my_calls(session: Session, actor: Actor) -> list[CommissionCall]:
    """The calls on whose commission the person sits, the latest deadline first."""
    ids = actor.scopes(roles.EVALUATOR, "call")
    if not ids:
        return []
    return db.rows(session, CommissionCall, _MY_CALLS, {"ids": list(ids), "me": actor.person_id})


_ME = bindparam("me", type_=BigInteger)
_IN_FORCE = (
    select(CallVersion.deadline_at)
    .where(CallVersion.call_id == Call.id)
    .order_by(CallVersion.number.desc())
    .limit(1)
    .scalar_subquery()
)
_MY_CALLS = (
    select(
        Call.id,
        Call.title,
        progress.DUE.label("due"),
        func.coalesce(EvaluatorProgress.sent, 0).label("sent"),
    )
    .outerjoin(Opening, Opening.call_id == Call.id)
    .outerjoin(
        EvaluatorProgress,
        (EvaluatorProgress.call_id == Call.id) & (EvaluatorProgress.evaluator_id == _ME),
    )
    .where(Call.id == any_(bindparam("ids", type_=ARRAY(BigInteger))))
    .order_by(_IN_FORCE.desc().nulls_last(), Call.id.desc())
)
