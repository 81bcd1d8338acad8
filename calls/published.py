"""Reading published versions of calls: parsed once, because they never change."""

import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.rules import call_content
from calls.rules.call_content import CallContent
from calls.tables import CallVersion
from kit.errors import NotFound

_known: dict[str, CallContent] = {}


def content(session: Session, version_id: int, sha256: str) -> CallContent:
    """Return the content of a version; no statement when this process has read it before.

    The hash is the key: equal content has an equal hash, in any database.
    """
    found = _known.get(sha256)
    if found is None:
        text = session.scalar(select(CallVersion.content).where(CallVersion.id == version_id))
        if text is None:
            raise NotFound
        if len(_known) > 200:
            _known.clear()
        found = _known[sha256] = call_content.from_plain(json.loads(text))
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
