"""The trial of a ranking: the act that shows the office all points, and the one that takes it back.

While a trial is in force commission and doubles are frozen (`commission/trials.py`).
"""

from datetime import datetime

from sqlalchemy.orm import Session

from calls.commission import access, chain_acts, seats
from calls.commission.rules import lifecycle
from calls.envelopes import doubles
from calls.rankings import rankings
from calls.rankings.rankings import Readiness
from calls.rankings.rules import publication
from calls.tables.texts import Call
from kit import audit, shown
from kit.db import lock_exclusive
from kit.errors import Message
from people.actors import Actor

_DOUBLE = "double-"


def begin(
    session: Session, actor: Actor, call_id: int, now: datetime, *, seen: str | None = None
) -> None:
    """Try the ranking: an act of the call, from which on commission and doubles are frozen.

    `seen` is what the page had shown (`parts`, packed), None where there was none. Raises Changed
    where that is no longer so, Refused while something is missing, while a trial is in force and
    once the ranking is published.
    """
    access.require_office(actor, call_id)
    lock_exclusive(session, "call", call_id)
    found = rankings.readiness(session, actor, call_id)
    publication.check_may_try(
        found.owed, ranked=found.ranking is not None, tried=found.trials.in_force is not None
    )
    if seen is not None:
        _check_as_shown(session, found, seen)
    facts = {"members": [each.person_id for each in found.members]}
    audit.record_act(session, actor, chain_acts.TRIED, audit.of(Call, call_id), now, after=facts)


def reopen(
    session: Session,
    actor: Actor,
    call_id: int,
    reason: str,
    now: datetime,
    *,
    seen: str | None = None,
) -> None:
    """Take the trial back, for a reason that stands on the published ranking.

    `seen` is what the page had shown (`trial_parts`, packed), None where there was none. Raises
    Refused where no trial is in force, without a reason of ten letters, and once the ranking is
    published; Changed where it is another trial.
    """
    access.require_office(actor, call_id)
    lock_exclusive(session, "call", call_id)
    found = rankings.readiness(session, actor, call_id)
    reason = reason.strip()
    lifecycle.check_may_reopen(
        ranked=found.ranking is not None,
        deserted=found.owed.deserted,
        tried=found.trials.in_force is not None,
        reason=reason,
    )
    if seen is not None:
        shown.check(seen, trial_parts(found), lambda _part: Message("la prova della graduatoria"))
    call, facts = audit.of(Call, call_id), {"reason": reason}
    audit.record_act(session, actor, chain_acts.REOPENED, call, now, after=facts)


def parts(found: Readiness) -> dict[str, str]:
    """Give what a trial freezes, by part: who is on the commission, and what counts of doubles."""
    settled = {
        f"{_DOUBLE}{double.applications[0].code}": "\n".join(doubles.parts(double).values())
        for double in found.doubts.doubles
    }
    return seats.parts(found.members) | settled


def trial_parts(found: Readiness) -> dict[str, str]:
    """Give what is taken back: which trial is in force."""
    trial = found.trials.in_force
    return {"trial": str(trial.event_id)} if trial else {}


def _check_as_shown(session: Session, found: Readiness, seen: str) -> None:
    seat = seats.named(session, found.call.call_id, found.members)

    def named(part: str) -> Message:
        if part.startswith(_DOUBLE):
            return Message("quale conta delle domande con lo stesso codice fiscale")
        return seat(part) or Message("la commissione")

    shown.check(seen, parts(found), named)
