"""An evaluator's sheet while it is filled in: marks saved one by one.

Nobody sees a colleague's marks on an application before sending their own; a sheet whose
evaluator declared a conflict is in no total. Statements are counted (docs/conventions.md).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    DateTime,
    Numeric,
    Text,
    bindparam,
    column,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from calls.commission import progress
from calls.commission.standings import ApplicationKey, Standing, locked
from calls.score_sheets.rules import lifecycle, scoring, sheet_fields
from calls.tables.score_sheets import Score, ScoreSheet
from calls.texts import published
from calls.texts.rules.call_content import CallContent
from kit import audit, db
from kit.canonical import decimal_text, encode
from kit.errors import NotFound, Refused
from kit.sentences import bound
from people.actors import Actor

LONGEST_MOTIVATION = 5000

# As tables: what is written in one statement with others passes by the session's objects.
SHEETS = db.Base.metadata.tables[ScoreSheet.__tablename__]
_SCORES = db.Base.metadata.tables[Score.__tablename__]


class TypedScore(NamedTuple):
    """What was typed at one criterion: the mark and the motivation as texts."""

    mark: str
    motivation: str = ""


@dataclass(frozen=True)
class SavedScoreSheet:
    """A sheet as it stands, held or after a save: what its page shows of it."""

    grid: CallContent
    marks: Mapping[str, Decimal | None]
    motivations: Mapping[str, str]
    total: Decimal | None
    saved_at: datetime | None

    @property
    def missing(self) -> list[scoring.Missing]:
        """What keeps it from being sent."""
        return scoring.missing(self.grid.criteria, self.marks, self.motivations)

    @property
    def fields(self) -> dict[str, str]:
        """What its fields show, by name."""
        return sheet_fields.shown(self.grid.criteria, self.marks, self.motivations)


@dataclass(frozen=True)
class HeldScoreSheet(SavedScoreSheet):
    """A sheet that may be marked, held and read until the transaction ends."""

    standing: Standing


def held(session: Session, actor: Actor, key: ApplicationKey) -> HeldScoreSheet:
    """Hold one's own sheet and read it, to mark or to send it (two statements).

    Raises NotFound where the content may not be read, Refused for a sheet already sent and
    after a published ranking.
    """
    state = locked(session, actor, key)
    if not state.declared:
        raise NotFound
    content = published.content(session, state.version_id, state.version_sha256)
    sheet = state.sheet
    lifecycle.check_not_sent(lifecycle.SENT if sheet is not None and sheet.sent else lifecycle.NEW)
    scores = sheet.scores if sheet is not None else {}
    return HeldScoreSheet(
        grid=content,
        marks={code: None if m is None else Decimal(m) for code, (m, _) in scores.items()},
        motivations={code: why for code, (_, why) in scores.items()},
        total=sheet.total if sheet is not None else None,
        saved_at=sheet.saved_at if sheet is not None else None,
        standing=state,
    )


def save(
    session: Session,
    actor: Actor,
    key: ApplicationKey,
    typed: Mapping[str, TypedScore],
    now: datetime,
    *,
    sheet: HeldScoreSheet | None = None,
) -> SavedScoreSheet:
    """Save marks and motivations (by criterion, as typed) of a sheet not yet sent.

    An empty mark is taken away, never counted 0. `sheet` is what `held` gave in this
    transaction to a page that has compared it with what it had shown; else it is held here.
    Raises NotFound where the content may not be read, Refused for a mark outside the grid, a
    sheet already sent, a published ranking.
    """
    before = sheet if sheet is not None else held(session, actor, key)
    content, state = before.grid, before.standing
    given = {code: _read(content, code, said) for code, said in typed.items()}
    sheet_id = session.scalar(
        _OPEN_SHEET,
        {
            "of_call": key.call_id,
            "of_application": key.application_id,
            "of_version": state.version_id,
            "me": actor.person_id,
            "at": now,
        },
    )
    if sheet_id is None:  # only a draft is given back
        raise Refused(lifecycle.STANDS)
    marks = {**before.marks, **{code: read.mark for code, read in given.items()}}
    total = scoring.score_sheet_total(content.criteria, marks)
    kept = texts_of(marks)
    session.execute(
        _KEEP,
        {
            "sheet_id": sheet_id,
            "codes": list(given),
            "marks": [read.mark for read in given.values()],
            "motivations": [read.motivation for read in given.values()],
            "at": now,
            "kept": kept,
            "marked": len(kept),
            "points": total,
        },
    )
    motivations = {**before.motivations, **{code: read.motivation for code, read in given.items()}}
    digest = hashlib.sha256(state.salt + encode({code: list(said) for code, said in typed.items()}))
    facts = {"criteria": sorted(given), "salted_sha256": digest.hexdigest()}
    audit.record(session, actor, "saved", audit.of(ScoreSheet, sheet_id), now, after=facts)
    return SavedScoreSheet(content, marks, motivations, total, now)


class _Read(NamedTuple):
    mark: Decimal | None
    motivation: str


def _read(content: CallContent, code: str, said: TypedScore) -> _Read:
    try:
        criterion = content.criterion(code)
    except KeyError:
        raise NotFound from None
    why = said.motivation.replace("\r\n", "\n").strip()
    if len(why) > LONGEST_MOTIVATION:
        raise Refused(
            "La motivazione è troppo lunga: {length} caratteri, il massimo è {longest}.",
            field=f"motivation-{code}",
            length=bound(len(why)),
            longest=bound(LONGEST_MOTIVATION),
        )
    return _Read(scoring.check_mark(criterion, said.mark), why)


def texts_of(marks: Mapping[str, Decimal | None]) -> dict[str, str]:
    """Write marks as a sheet repeats them; what is not marked is left out."""
    return {code: decimal_text(mark) for code, mark in marks.items() if mark is not None}


_NEW = insert(SHEETS).values(
    application_id=bindparam("of_application"),
    evaluator_id=bindparam("me"),
    call_version_id=bindparam("of_version"),
    state=lifecycle.DRAFT,
    given=0,
    marks={},
    created_at=bindparam("at"),
    saved_at=bindparam("at"),
)
# The row is locked by the update, so two tabs of one evaluator follow each other. A row that
# was inserted has no other transaction's mark on it (xmax): only that one counts as begun.
_OPENED = (
    _NEW.on_conflict_do_update(
        index_elements=["evaluator_id", "application_id"],
        set_={"saved_at": _NEW.excluded.saved_at},
        where=SHEETS.c.state == lifecycle.DRAFT,
    )
    .returning(SHEETS.c.id, literal_column("xmax = 0").label("fresh"))
    .cte("opened")
)
_OPEN_SHEET = select(_OPENED.c.id).add_cte(
    progress.begun(_OPENED).returning(literal_column("1")).cte("counted")
)

# The scores are written and the sheet repeats them.
_GIVEN = (
    func.unnest(
        bindparam("codes", type_=ARRAY(Text)),
        bindparam("marks", type_=ARRAY(Numeric)),
        bindparam("motivations", type_=ARRAY(Text)),
    )
    .table_valued(column("code", Text), column("mark", Numeric), column("why", Text), name="given")
    .render_derived()
)
_NEW_SCORES = insert(_SCORES).from_select(
    ["score_sheet_id", "criterion", "mark", "motivation", "saved_at"],
    select(
        bindparam("sheet_id", type_=BigInteger),
        _GIVEN.c.code,
        _GIVEN.c.mark,
        _GIVEN.c.why,
        bindparam("at", type_=DateTime(timezone=True)),
    ),
)
_SCORED = (
    _NEW_SCORES.on_conflict_do_update(
        index_elements=["score_sheet_id", "criterion"],
        set_={name: _NEW_SCORES.excluded[name] for name in ("mark", "motivation", "saved_at")},
    )
    .returning(Score.criterion)
    .cte("scored")
)
_KEEP = (
    update(SHEETS)
    .where(SHEETS.c.id == bindparam("sheet_id"))
    .values(marks=bindparam("kept"), given=bindparam("marked"), total=bindparam("points"))
    .add_cte(_SCORED)
)
