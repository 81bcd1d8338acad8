"""Who comes to a commission after a trial has shown points: for a reason, and only where needed.

Whoever has seen every point could choose by an appointment which outcome they want. So such a
person judges the applications that are short of judges at that moment, and no other.
"""

from collections.abc import Sequence

from sqlalchemy import ARRAY, BigInteger, all_, bindparam, delete, exists, insert, select
from sqlalchemy.orm import Session

from calls.commission import access, progress, shortages
from calls.commission.rules import lifecycle
from calls.commission.shortages import Shortage
from calls.tables.commission import WithheldApplication
from calls.tables.envelopes import OpenedApplication
from calls.tables.score_sheets import ScoreSheet
from kit import db


def short(session: Session, call_id: int, reason: str) -> Sequence[Shortage]:
    """Give what a late appointment is for. Raises Refused without a reason, and where it is none.

    The caller holds the call alone.
    """
    lifecycle.check_reason(reason)
    found = shortages.of_call(session, call_id)
    lifecycle.check_needed(short=len(found))
    return found


def withhold(session: Session, call_id: int, person_id: int, judged: Sequence[int]) -> None:
    """Keep every application from a person but the `judged` ones and those they have judged.

    What was kept from them by an appointment of before is not any more.
    """
    values = {"of_call": call_id, "who": person_id, "judged": list(judged)}
    session.execute(_FORGET, values)
    session.execute(_KEEP, values)
    progress.recount(session, call_id)


_WHO = bindparam("who", type_=BigInteger)
_OF_CALL = select(OpenedApplication.application_id).where(
    OpenedApplication.call_id == bindparam("of_call", type_=BigInteger)
)
_TABLE = db.Base.metadata.tables[WithheldApplication.__tablename__]
_FORGET = delete(_TABLE).where(_TABLE.c.evaluator_id == _WHO, _TABLE.c.application_id.in_(_OF_CALL))
_KEEP = insert(_TABLE).from_select(
    ["evaluator_id", "application_id"],
    select(_WHO, OpenedApplication.application_id).where(
        OpenedApplication.call_id == bindparam("of_call", type_=BigInteger),
        OpenedApplication.application_id != all_(bindparam("judged", type_=ARRAY(BigInteger))),
        ~exists().where(
            ScoreSheet.application_id == OpenedApplication.application_id,
            ScoreSheet.evaluator_id == _WHO,
            ScoreSheet.sent_at.is_not(None),
            access.counting(ScoreSheet.evaluator_id, ScoreSheet.application_id),
        ),
    ),
)


# What `litestar check` asks of the acts, whatever the rows say: sheets of who was appointed after
# points had been seen, on applications that were not short. An act from before it named them is
# held against the sheets that had been sent by then and count.
BEYOND = f"""
select a.call_id, s.evaluator_id as person_id, a.code
from score_sheet s join opened_application a using (application_id)
join lateral (
    select e.id, e.at, e.after::jsonb as after from audit_event e
    where e.action = 'calls.evaluator.appointed' and e.subject_id = a.call_id
    and (e.after ->> 'person')::bigint = s.evaluator_id and e.at <= s.sent_at
    order by e.id desc limit 1
) seat on true
where exists (
    select 1 from audit_event t where t.action = 'calls.ranking.tried'
    and t.subject_id = a.call_id and t.id < seat.id
)
and case when jsonb_exists(seat.after, 'short')
    then not seat.after -> 'short' @> to_jsonb(s.application_id)
    else {lifecycle.FEWEST_SHEETS} <= (
        select count(*) from score_sheet o
        where o.application_id = s.application_id and o.evaluator_id <> s.evaluator_id
        and o.sent_at < seat.at
        and not exists (
            select 1 from conflict_declaration d where d.application_id = o.application_id
            and d.evaluator_id = o.evaluator_id and d.kind <> 'none'
        )
        and not exists (
            select 1 from dismissal g where g.call_id = a.call_id
            and g.person_id = o.evaluator_id and g.ended_at is null and not g.sheets_count
        )
    )
end
order by 1, 2, 3
"""
# Applications kept from somebody whom no act bounds to others.
UNFOUNDED = """
select a.call_id, w.evaluator_id as person_id, a.code
from withheld_application w join opened_application a using (application_id)
where not exists (
    select 1 from audit_event e
    where e.action = 'calls.evaluator.appointed' and e.subject_id = a.call_id
    and (e.after ->> 'person')::bigint = w.evaluator_id
    and jsonb_exists(e.after::jsonb, 'short')
    and not e.after::jsonb -> 'short' @> to_jsonb(a.application_id)
    and not exists (
        select 1 from audit_event n where n.action = e.action and n.subject_id = e.subject_id
        and n.after ->> 'person' = e.after ->> 'person' and n.id > e.id
    )
)
order by 1, 2, 3
"""
