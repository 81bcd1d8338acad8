"""What an evaluator sees: the queue, one application beside one's sheet, the others' marks.

Every statement carries the same two conditions: no conflict of the reader's, and nothing
of the colleagues before the reader's own sheet is sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from calls.commission import access
from calls.commission.declarations import Key
from calls.score_sheets.rules import scoring
from calls.texts import published
from calls.texts.rules.call_content import CallContent
from kit.errors import NotFound
from people.actors import Actor

PAGE = 250


@dataclass(frozen=True)
class Progress:
    """How far an evaluator is: applications to mark, of which sent and begun."""

    due: int
    sent: int
    begun: int


def progress(session: Session, actor: Actor, call_id: int) -> Progress:
    """Count an evaluator's own work; applications in conflict are not part of it."""
    access.require_evaluator(actor, call_id)
    row = session.execute(_PROGRESS, {"call_id": call_id, "me": actor.person_id}).one()
    return Progress(row.due, row.sent, row.begun)


# Both statements are written so that their cost follows the evaluator's own rows and the
# page's length, also on a database that has gathered no statistics yet.
_CONFLICTS = (
    "(select d.application_id from conflict_declaration d"
    " where d.evaluator_id = :me and d.kind <> 'none')"
)
_PROGRESS = text(
    "select coalesce((select o.applications from opening o where o.call_id = :call_id), 0)"
    " - (select count(*) from opened_application a where a.call_id = :call_id"
    f"  and a.application_id in {_CONFLICTS}) as due,"
    " count(*) filter (where s.state = 'sent') as sent,"
    " count(*) filter (where s.state = 'draft') as begun"
    " from score_sheet s where s.evaluator_id = :me and s.call_version_id in"
    "  (select id from call_version where call_id = :call_id)"
    f" and s.application_id not in {_CONFLICTS}"
)


def queue(
    session: Session, actor: Actor, call_id: int, after: str = "", limit: int = PAGE
) -> Sequence[Any]:
    """List an evaluator's applications by code, from behind `after`: one statement.

    A row has the own state and marks; the mean of all totals (`sheets`, `total_sum`) is
    there only where the own sheet is sent. Applications in conflict are not in the list.
    """
    access.require_evaluator(actor, call_id)
    values = {"call_id": call_id, "me": actor.person_id, "after": after, "limit": limit}
    return session.execute(_QUEUE, values).all()


_QUEUE = text(
    "with page as materialized (select a.* from opened_application a"
    f" where a.call_id = :call_id and a.code > :after and a.application_id not in {_CONFLICTS}"
    " order by a.code limit :limit)"
    " select a.application_id, a.code, a.firm, s.state, s.given, s.total, s.marks,"
    " d.declared is not null as declared,"
    " case when s.state = 'sent' then a.sheets end as sheets,"
    " case when s.state = 'sent' then a.total_sum end as total_sum"
    " from page a left join lateral (select true as declared from conflict_declaration c"
    "  where c.kind = 'none' and c.evaluator_id = :me"
    "  and c.application_id = a.application_id limit 1) d on true"
    " left join lateral (select * from score_sheet own where own.evaluator_id = :me"
    "  and own.application_id = a.application_id limit 1) s on true"
    " order by a.code"
)


@dataclass(frozen=True)
class Sheet:
    """Everything the split page needs: the application's bytes and the evaluator's sheet."""

    key: Key
    code: str
    firm: str
    content: bytes
    grid: CallContent
    state: str
    marks: Mapping[str, Decimal | None]
    motivations: Mapping[str, str]
    total: Decimal | None
    saved_at: datetime | None
    closed: bool

    @property
    def missing(self) -> list[scoring.Missing]:
        """What keeps it from being sent."""
        return scoring.missing(self.grid.criteria, self.marks, self.motivations)


def view(session: Session, actor: Actor, key: Key) -> Sheet:
    """Open an application with one's own sheet, to read and to mark (one statement).

    Raises NotFound unless "no conflict" was declared for it. Opening writes nothing.
    """
    access.require_evaluator(actor, key.call_id)
    row = session.execute(
        _VIEW,
        {"application_id": key.application_id, "call_id": key.call_id, "me": actor.person_id},
    ).first()
    if row is None:
        raise NotFound
    scores: dict[str, Any] = row.scores or {}
    return Sheet(
        key=key,
        code=row.code,
        firm=row.firm,
        content=bytes(row.content),
        grid=published.content(session, row.version_id, row.version_sha256),
        state=row.state or "new",
        marks={code: None if m is None else Decimal(m) for code, (m, _) in scores.items()},
        motivations={code: why for code, (_, why) in scores.items()},
        total=row.total,
        saved_at=row.saved_at,
        closed=row.ranked,
    )


_VIEW = text(
    "select a.code, a.firm, u.content, s.state, s.total, s.saved_at, v.id as version_id,"
    " v.sha256 as version_sha256,"
    " exists (select 1 from ranking r where r.call_id = a.call_id) as ranked,"
    " (select jsonb_object_agg(c.criterion, jsonb_build_array(trim_scale(c.mark)::text,"
    "  c.motivation)) from score c where c.score_sheet_id = s.id) as scores"
    " from opened_application a"
    " join submission u on u.application_id = a.application_id"
    " join lateral (select id, sha256 from call_version where call_id = a.call_id"
    "  order by number desc limit 1) v on true"
    " left join score_sheet s on s.application_id = a.application_id and s.evaluator_id = :me"
    " where a.application_id = :application_id and a.call_id = :call_id"
    f" and {access.STANDING} and exists (select 1 from conflict_declaration d where d.kind = 'none'"
    "  and d.evaluator_id = :me and d.application_id = a.application_id)"
)


def neighbours(session: Session, actor: Actor, key: Key) -> tuple[int | None, int | None]:
    """The applications before and after this one in the evaluator's own queue."""
    row = session.execute(
        _NEIGHBOURS,
        {"application_id": key.application_id, "call_id": key.call_id, "me": actor.person_id},
    ).one()
    return row.before, row.after


_NEIGHBOURS = text(
    "with here as (select code from opened_application where application_id = :application_id)"
    " select (select a.application_id from opened_application a, here"
    f"  where a.call_id = :call_id and a.code < here.code and {access.STANDING}"
    "  order by a.code desc limit 1) as before,"
    " (select a.application_id from opened_application a, here"
    f"  where a.call_id = :call_id and a.code > here.code and {access.STANDING}"
    "  order by a.code limit 1) as after"
)


def colleagues(session: Session, actor: Actor, key: Key) -> Sequence[Any]:
    """The sent sheets of the others on an application; empty until one's own is sent."""
    access.require_evaluator(actor, key.call_id)
    values = {"application_id": key.application_id, "me": actor.person_id}
    return session.execute(_COLLEAGUES, values).all()


_COLLEAGUES = text(
    "select p.name, s.marks, s.total from score_sheet s join person p on p.id = s.evaluator_id"
    " where s.application_id = :application_id and s.state = 'sent' and s.evaluator_id <> :me"
    " and exists (select 1 from score_sheet own where own.application_id = s.application_id"
    "  and own.evaluator_id = :me and own.state = 'sent')"
    " and not exists (select 1 from conflict_declaration d where d.kind <> 'none'"
    "  and d.application_id = s.application_id and d.evaluator_id in (s.evaluator_id, :me))"
    " order by p.name, s.id"
)
