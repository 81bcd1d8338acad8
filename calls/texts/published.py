"""Reading published versions of calls: parsed once, because they never change."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Bundle, Session, aliased

from calls.tables.envelopes import Opening
from calls.tables.rankings import Ranking
from calls.tables.texts import CallVersion
from calls.texts.rules import call_content
from calls.texts.rules.call_content import CallContent
from kit import db
from kit.errors import NotFound
from kit.kept import Kept

# Parsed contents by their hash: equal content has an equal hash, in any database.
_known: Kept[str, CallContent] = Kept(200)


@dataclass(frozen=True)
class Published:
    """One published version of a call, with its typed content, and what became of the call.

    `opened` is how many applications the opening brought to light, None before it; `ranked_at`
    is when the ranking was published.
    """

    call_id: int
    version_id: int
    number: int
    sha256: str
    published_at: datetime
    opened: int | None
    ranked_at: datetime | None
    content: CallContent

    @property
    def title(self) -> str:
        """The title as published."""
        return self.content.title

    @property
    def opens_at(self) -> datetime:
        """The instant from which applications may be started."""
        return self.content.opens_at

    @property
    def deadline_at(self) -> datetime:
        """The last second in which an application may be received (DR-1)."""
        return self.content.deadline_at


class Head(NamedTuple):
    """A version without its text: what a statement brings once the text is known."""

    call_id: int
    version_id: int
    number: int
    sha256: str
    published_at: datetime
    opened: int | None
    ranked_at: datetime | None


HEAD = (
    CallVersion.call_id,
    CallVersion.id.label("version_id"),
    CallVersion.number,
    CallVersion.sha256,
    CallVersion.published_at,
    select(Opening.applications)
    .where(Opening.call_id == CallVersion.call_id)
    .scalar_subquery()
    .label("opened"),
    select(func.max(Ranking.published_at))
    .where(Ranking.call_id == CallVersion.call_id)
    .scalar_subquery()
    .label("ranked_at"),
)


class _Beside(Bundle[Any]):
    """A head as one column of a statement that brings more."""

    def create_row_processor(
        self, query: Select[Any], procs: Sequence[Callable[[Any], Any]], labels: Sequence[str]
    ) -> Callable[[Any], Head]:
        """Make what its columns bring a Head; called by SQLAlchemy for each statement."""
        return lambda row: Head._make(proc(row) for proc in procs)


BESIDE = _Beside("head", *HEAD)
_later = aliased(CallVersion)
# The version in force of each call: the last one published.
IN_FORCE = (
    ~select(_later.id)
    .where(_later.call_id == CallVersion.call_id, _later.number > CallVersion.number)
    .exists()
)
_OF_CALL = select(*HEAD).where(CallVersion.call_id == bindparam("call_id"), IN_FORCE)
_OF_VERSION = select(*HEAD).where(CallVersion.id == bindparam("version_id"))
_EVERY = select(*HEAD).where(IN_FORCE).order_by(CallVersion.deadline_at.desc(), CallVersion.call_id)


def of_call(session: Session, call_id: int) -> Published:
    """The version in force with its content. Raises NotFound before the first."""
    return _one(session, db.row(session, Head, _OF_CALL, {"call_id": call_id}))


def of_version(session: Session, call_version_id: int) -> Published:
    """One version by its id. Raises NotFound when there is none such."""
    return _one(session, db.row(session, Head, _OF_VERSION, {"version_id": call_version_id}))


def _one(session: Session, head: Head | None) -> Published:
    if head is None:
        raise NotFound
    return of_heads(session, [head])[0]


def listed(session: Session) -> list[Published]:
    """Every published call in the version in force, the latest deadline first."""
    return of_heads(session, db.rows(session, Head, _EVERY))


def of_heads(session: Session, heads: Sequence[Head]) -> list[Published]:
    """Give versions their content; one statement more for those this process has not read."""
    contents = _contents(session, {head.sha256: head.version_id for head in heads})
    return [Published(*head, content=contents[head.sha256]) for head in heads]


def content(session: Session, version_id: int, sha256: str) -> CallContent:
    """Return the content of a version; no statement when this process has read it before."""
    return _contents(session, {sha256: version_id})[sha256]


def _contents(session: Session, wanted: dict[str, int]) -> dict[str, CallContent]:
    def read(missing: list[str]) -> dict[str, CallContent]:
        return _read(session, [wanted[sha256] for sha256 in missing])

    return _known.get_all(wanted, read)


class _Text(NamedTuple):
    sha256: str
    content: str


def _read(session: Session, version_ids: Iterable[int]) -> dict[str, CallContent]:
    query = select(CallVersion.sha256, CallVersion.content).where(CallVersion.id.in_(version_ids))
    texts = db.rows(session, _Text, query)
    return {text.sha256: call_content.from_plain(json.loads(text.content)) for text in texts}


def plain(session: Session, call_version_id: int) -> bytes:
    """The canonical bytes of a version, as they were hashed."""
    text = session.scalar(select(CallVersion.content).where(CallVersion.id == call_version_id))
    if text is None:
        raise NotFound
    return text.encode()
