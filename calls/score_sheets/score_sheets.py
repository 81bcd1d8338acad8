"""An evaluator's sheet: marks saved one by one, sent once, never changed again.

Nobody sees a colleague's marks on an application before sending their own; a sheet whose
evaluator declared a conflict is in no total. Statements are counted (docs/conventions.md).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session

from calls.commission import access
from calls.commission.declarations import Key, State, locked
from calls.score_sheets.rules import scoring
from calls.tables.score_sheets import ScoreSheet
from calls.texts import published
from calls.texts.rules.call_content import CallContent
from kit import audit
from kit.canonical import decimal_text, encode
from kit.errors import NotFound, Refused
from people.actors import Actor

LONGEST_MOTIVATION = 5000


@dataclass(frozen=True)
class Saved:
    """A sheet as it stands after a save: what the page shows beside the marks."""

    grid: CallContent
    marks: Mapping[str, Decimal | None]
    motivations: Mapping[str, str]
    total: Decimal | None
    saved_at: datetime

    @property
    def missing(self) -> list[scoring.Missing]:
        """What keeps it from being sent."""
        return scoring.missing(self.grid.criteria, self.marks, self.motivations)


def save(
    session: Session,
    actor: Actor,
    key: Key,
    typed: Mapping[str, tuple[str, str]],
    now: datetime,
) -> Saved:
    """Save marks and motivations (criterion to texts as typed) of a sheet not yet sent.

    An empty mark is taken away, never counted 0. Raises NotFound where the content may not
    be read, Refused for a mark outside the grid, a sheet already sent, a published ranking.
    """
    state = locked(session, actor, key)
    content = _content(session, state)
    given = {code: _read(content, code, mark, why) for code, (mark, why) in typed.items()}
    sheet = session.execute(
        _OPEN_SHEET,
        {
            "application_id": key.application_id,
            "evaluator_id": actor.person_id,
            "call_version_id": state.version_id,
            "at": now,
        },
    ).first()
    if sheet is None:
        raise Refused("La scheda è stata inviata: non si può più cambiare.")
    marks = {**read_marks(sheet.marks), **{code: mark for code, (mark, _) in given.items()}}
    total = scoring.sheet_total(content.criteria, marks)
    before = session.scalar(
        _KEEP,
        {
            "id": sheet.id,
            "codes": list(given),
            "marks": [mark for mark, _ in given.values()],
            "motivations": [why for _, why in given.values()],
            "at": now,
            **_kept(marks, total),
        },
    )
    motivations = {**(before or {}), **{code: why for code, (_, why) in given.items()}}
    digest = hashlib.sha256(state.salt + encode({c: [m, w] for c, (m, w) in typed.items()}))
    facts = {"criteria": sorted(given), "salted_sha256": digest.hexdigest()}
    audit.record(session, actor, "saved", audit.of(ScoreSheet, sheet.id), now, after=facts)
    return Saved(content, marks, motivations, total, now)


def _content(session: Session, state: State) -> CallContent:
    if not state.declared:
        raise NotFound
    return published.content(session, state.version_id, state.version_sha256)


def _read(content: CallContent, code: str, mark: str, why: str) -> tuple[Decimal | None, str]:
    try:
        criterion = content.criterion(code)
    except KeyError:
        raise NotFound from None
    why = why.replace("\r\n", "\n").strip()
    if len(why) > LONGEST_MOTIVATION:
        raise Refused(
            "La motivazione è troppo lunga: {length} caratteri, il massimo è {longest}.",
            field=f"motivation-{code}",
            length=len(why),
            longest=LONGEST_MOTIVATION,
        )
    return scoring.check_mark(criterion, mark), why


def read_marks(kept: Mapping[str, str]) -> dict[str, Decimal | None]:
    """Read the marks that a sheet repeats as texts."""
    return {code: Decimal(mark) for code, mark in kept.items()}


def _kept(marks: Mapping[str, Decimal | None], total: Decimal | None) -> dict[str, Any]:
    texts = {code: decimal_text(mark) for code, mark in marks.items() if mark is not None}
    return {"kept": texts, "given": len(texts), "total": total}


_NEW = insert(ScoreSheet).values(
    application_id=bindparam("application_id"),
    evaluator_id=bindparam("evaluator_id"),
    call_version_id=bindparam("call_version_id"),
    state="draft",
    given=0,
    marks={},
    created_at=bindparam("at"),
    saved_at=bindparam("at"),
)
# The row is locked by the update, so two tabs of one evaluator follow each other.
_OPEN_SHEET = _NEW.on_conflict_do_update(
    index_elements=[ScoreSheet.evaluator_id, ScoreSheet.application_id],
    set_={"saved_at": _NEW.excluded.saved_at},
    where=ScoreSheet.state == "draft",
).returning(ScoreSheet.id, ScoreSheet.marks)

# What it returns are the motivations as they were before: the new ones are known.
_KEEP = text(
    "with written as (insert into score (score_sheet_id, criterion, mark, motivation, saved_at)"
    " select :id, code, mark, why, :at from unnest(cast(:codes as text[]),"
    " cast(:marks as numeric[]), cast(:motivations as text[])) as given(code, mark, why)"
    " on conflict (score_sheet_id, criterion) do update set mark = excluded.mark,"
    " motivation = excluded.motivation, saved_at = excluded.saved_at)"
    " update score_sheet set marks = :kept, given = :given, total = :total where id = :id"
    " returning (select jsonb_object_agg(criterion, motivation) from score"
    "  where score_sheet_id = :id)"
).bindparams(bindparam("kept", type_=JSONB))


@dataclass(frozen=True)
class Sent:
    """A sheet that was sent: its total, and the next application of the evaluator's queue."""

    total: Decimal
    next_application_id: int | None


def send(session: Session, actor: Actor, key: Key, now: datetime) -> Sent:
    """Send a complete sheet: it is immutable from now on and counts.

    Raises Refused while a mark or a due motivation is missing, and when it was sent before.
    """
    state = locked(session, actor, key)
    content = _content(session, state)
    rows = session.execute(
        _LOCKED_SCORES, {"application_id": key.application_id, "me": actor.person_id}
    ).all()
    if rows and rows[0].state == "sent":
        raise Refused("La scheda è stata inviata: non si può più cambiare.")
    marks = {row.criterion: row.mark for row in rows}
    scoring.check_complete(
        content.criteria, marks, {row.criterion: row.motivation or "" for row in rows}
    )
    total = scoring.sheet_total(content.criteria, marks)
    if total is None:
        raise Refused("La griglia di questo bando non ha criteri.")
    kept = _kept({c.code: marks[c.code] for c in content.criteria}, total)
    after = session.scalar(_SEND, {"id": rows[0].id, "at": now, "me": actor.person_id, **kept})
    audit.record(
        session,
        actor,
        "sent",
        audit.of(ScoreSheet, rows[0].id),
        now,
        after={"application": key.application_id, "marks": kept["kept"]},
    )
    return Sent(total, after)


_LOCKED_SCORES = text(
    "select s.id, s.state, c.criterion, c.mark, c.motivation from score_sheet s"
    " left join score c on c.score_sheet_id = s.id"
    " where s.application_id = :application_id and s.evaluator_id = :me for update of s"
)
_SEND = text(
    "with sent as (update score_sheet set state = 'sent', sent_at = :at, saved_at = :at,"
    " marks = :kept, given = :given, total = :total where id = :id and state = 'draft'"
    " returning application_id)"
    " update opened_application o set sheets = o.sheets + 1, total_sum = o.total_sum + :total"
    " from sent where o.application_id = sent.application_id"
    " returning (select a.application_id from opened_application a"
    f"  where a.call_id = o.call_id and a.code > o.code and {access.STANDING}"
    "  order by a.code limit 1)"
).bindparams(bindparam("kept", type_=JSONB))
