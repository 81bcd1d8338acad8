"""When the commission of a call reads no more: its places stay, as facts of who judged.

A published ranking may be appealed against for 120 days (D.P.R. 1199/1971 art. 9; 60 before the
court, c.p.a. art. 29): for so long whoever judged may be asked, and reads what they judged. Then
the pages close. Office and rows of the commission stay: what was done goes on being verified.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from calls.tables.texts import Call
from kit import audit
from kit.rome import to_rome
from people import role_ends, roles
from people.actors import Actor

APPEALED_WITHIN = timedelta(days=120)


def with_ranking(session: Session, actor: Actor, call_id: int, published_at: datetime) -> datetime:
    """Let the commission of a call read until its ranking cannot be appealed against any more.

    The caller holds the call. Gives the instant: the end of that day in Rome.
    """
    day = to_rome(published_at + APPEALED_WITHIN).date()
    until = role_ends.last_instant(day, published_at)
    roles.end_all(session, roles.EVALUATOR, "call", call_id, until)
    facts = {"until": until.isoformat()}
    call = audit.of(Call, call_id)
    audit.record(session, actor, "commission.bounded", call, published_at, after=facts)
    return until
