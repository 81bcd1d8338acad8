"""Reading published versions of calls: parsed once, because they never change."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from calls.tables.texts import CallVersion
from calls.texts.rules import call_content
from calls.texts.rules.call_content import CallContent
from kit.errors import NotFound

_known: dict[str, CallContent] = {}


@dataclass(frozen=True)
class Published:
    """One published version of a call, with its typed content."""

    call_id: int
    version_id: int
    number: int
    sha256: str
    published_at: datetime
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


def content(session: Session, version_id: int, sha256: str) -> CallContent:
    """Return the content of a version; no statement when this process has read it before.

    The hash is the key: equal content has an equal hash, in any database.
    """
    found = _known.get(sha256)
    if found is None:
        text = session.scalar(select(CallVersion.content).where(CallVersion.id == version_id))
        if text is None:
            raise NotFound
        found = _parse(sha256, text)
    return found


def latest(session: Session, call_id: int) -> CallVersion:
    """The version in force: the last one published. Raises NotFound before the first."""
    version = session.scalars(
        select(CallVersion)
        .where(CallVersion.call_id == call_id)
        .order_by(CallVersion.number.desc())
        .limit(1)
    ).first()
    if version is None:
        raise NotFound
    return version


def of_call(session: Session, call_id: int) -> Published:
    """The version in force with its content. Raises NotFound before the first."""
    return read(latest(session, call_id))


def of_version(session: Session, call_version_id: int) -> Published:
    """One version by its id. Raises NotFound when there is none such."""
    version = session.get(CallVersion, call_version_id)
    if version is None:
        raise NotFound
    return read(version)


def listed(session: Session) -> list[Published]:
    """Every published call in the version in force, the latest deadline first."""
    newest = (
        select(CallVersion.call_id, func.max(CallVersion.number).label("number"))
        .group_by(CallVersion.call_id)
        .subquery()
    )
    rows = session.scalars(
        select(CallVersion)
        .join(
            newest,
            (newest.c.call_id == CallVersion.call_id) & (newest.c.number == CallVersion.number),
        )
        .order_by(CallVersion.deadline_at.desc(), CallVersion.call_id)
    )
    return [read(row) for row in rows]


def read(row: CallVersion) -> Published:
    """Type a version that was already fetched."""
    return Published(
        call_id=row.call_id,
        version_id=row.id,
        number=row.number,
        sha256=row.sha256,
        published_at=row.published_at,
        content=_known.get(row.sha256) or _parse(row.sha256, row.content),
    )


def _parse(sha256: str, text: str) -> CallContent:
    if len(_known) > 200:
        _known.clear()
    found = _known[sha256] = call_content.from_plain(json.loads(text))
    return found


def plain(session: Session, call_version_id: int) -> bytes:
    """The canonical bytes of a version, as they were hashed."""
    text = session.scalar(select(CallVersion.content).where(CallVersion.id == call_version_id))
    if text is None:
        raise NotFound
    return text.encode()
