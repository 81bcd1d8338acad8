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
from calls.commission.declarations import ApplicationKey, Standing, locked
from calls.score_sheets.rules import lifecycle, scoring
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
    key: ApplicationKey,
    typed: Mapping[str, TypedScore],
    now: datetime,
) -> SavedScoreSheet:
    """Save marks and motivations (by criterion, as typed) of a sheet not yet sent.

    An empty mark is taken away, never counted 0. Raises NotFound where the content may not
    be read, Refused for a mark outside the grid, a sheet already sent, a published ranking.
    """
    state = locked(session, actor, key)
    content = content_of(session, state)
    given = {code: _read(content, code, said) for code, said in typed.items()}
    sheet = db.row(
        session,
        _Open,
        _OPEN_SHEET,
        {
            "of_call": key.call_id,
            "of_application": key.application_id,
            "of_version": state.version_id,
            "me": actor.person_id,
            "at": now,
        },
    )
    if sheet is None:  # only a draft is given back
        raise Refused(lifecycle.STANDS)
    marks = {**read_marks(sheet.marks), **{code: read.mark for code, read in given.items()}}
    total = scoring.score_sheet_total(content.criteria, marks)
    kept = texts_of(marks)
    before: Mapping[str, str] | None = session.scalar(
        _KEEP,
        {
            "sheet_id": sheet.id,
            "codes": list(given),
            "marks": [read.mark for read in given.values()],
            "motivations": [read.motivation for read in given.values()],
            "at": now,
            "kept": kept,
            "marked": len(kept),
            "points": total,
        },
    )
    motivations = {**(before or {}), **{code: read.motivation for code, read in given.items()}}
    digest = hashlib.sha256(state.salt + encode({code: list(said) for code, said in typed.items()}))
    facts = {"criteria": sorted(given), "salted_sha256": digest.hexdigest()}
    audit.record(session, actor, "saved", audit.of(ScoreSheet, sheet.id), now, after=facts)
    return SavedScoreSheet(content, marks, motivations, total, now)


def content_of(session: Session, state: Standing) -> CallContent:
    """What the call says to an evaluator who has declared; raises NotFound before that."""
    if not state.declared:
        raise NotFound
    return published.content(session, state.version_id, state.version_sha256)


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


def read_marks(kept: Mapping[str, str]) -> dict[str, Decimal | None]:
    """Read the marks that a sheet repeats as texts."""
    return {code: Decimal(mark) for code, mark in kept.items()}


def texts_of(marks: Mapping[str, Decimal | None]) -> dict[str, str]:
    """Write marks as a sheet repeats them; what is not marked is left out."""
    return {code: decimal_text(mark) for code, mark in marks.items() if mark is not None}


class _Open(NamedTuple):
    id: int
    marks: Mapping[str, str]


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
    .returning(SHEETS.c.id, SHEETS.c.marks, literal_column("xmax = 0").label("fresh"))
    .cte("opened")
)
_OPEN_SHEET = select(_OPENED.c.id, _OPENED.c.marks).add_cte(
    progress.begun(_OPENED).returning(literal_column("1")).cte("counted")
)

# The scores are written and the sheet repeats them. What comes back are the motivations as
# they were before: the new ones are known.
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
    .returning(
        select(func.jsonb_object_agg(Score.criterion, Score.motivation))
        .where(Score.score_sheet_id == bindparam("sheet_id"))
        .scalar_subquery()
    )
    .add_cte(_SCORED)
)
