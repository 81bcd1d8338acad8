"""The sealer: it chains what was recorded, a few seconds after the changes themselves."""

from sqlalchemy import exists, insert, select, text
from sqlalchemy.orm import Session

from kit import audit
from kit.db import lock_exclusive

SEAL_BATCH = 5000
# A look at everything (once after an upgrade or a restore) may take longer than a page's five
# seconds.
LOOK_AT_ALL_S = 1800

_EVENT = audit.AuditEvent.__table__


def seal(session: Session) -> int:
    """Chain the events that are not sealed yet; return how many (four statements).

    Run by a timer in the worker, one at a time (exclusive lock), so that writers never wait for
    a chain head. Ids say nothing of what is new: one may be far off, and a row is committed
    behind rows with greater ones. Transactions do: whatever one before the last link's horizon
    wrote is sealed, so the look begins there. A horizon that lies ahead of every running
    transaction is of another server (a restored dump), and everything is looked at once.
    """
    lock_exclusive(session, "audit-chain", 0)
    head = session.execute(_HEAD).one()
    at_all = head.horizon is None or head.horizon > head.oldest
    if at_all:
        session.execute(_PATIENT, {"longest": f"{LOOK_AT_ALL_S}s"})
    events = session.execute(
        select(_EVENT)
        .where(_EVENT.c.transaction_id >= (0 if at_all else head.horizon), _UNSEALED)
        .order_by(_EVENT.c.transaction_id, _EVENT.c.id)
        .limit(SEAL_BATCH)
    ).all()
    horizon = head.oldest
    if len(events) == SEAL_BATCH:  # there may be more of the last one's transaction and later
        horizon = None if at_all else min(horizon, events[-1].transaction_id)
    previous, position = bytes(head.digest or b""), head.position or 0
    links = []
    for row in events:
        position += 1
        previous = audit.digest(previous, row)
        links.append({"position": position, "event_id": row.id, "digest": previous})
    if links:
        session.execute(insert(audit.AuditSeal), [{**link, "horizon": horizon} for link in links])
    return len(links)


# The oldest running transaction is asked for before the events are: whatever is older than it
# has ended, and the later statement sees what it wrote.
_HEAD = text(
    "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as oldest, s.*"
    " from (select) as one left join lateral (select position, digest, horizon from audit_seal"
    " order by position desc limit 1) as s on true"
)
_PATIENT = text("select set_config('statement_timeout', :longest, true)")
_UNSEALED = ~exists().where(audit.AuditSeal.event_id == _EVENT.c.id)
