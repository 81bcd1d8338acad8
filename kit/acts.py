"""Acts done once: a form sent twice, or again by a queue, is answered and not done again.

Whoever sends picks a key (up to 200 characters, never used for anything else); the result of
the act is kept beside it for 90 days. A use case that is run through `once` takes the key
before any other lock.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, CheckConstraint, Index, String, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import InternalError
from sqlalchemy.orm import Mapped, Session, mapped_column

from kit import jobs
from kit.db import Base
from kit.errors import Message, PersonError, Refused

REMEMBERED = timedelta(days=90)
LONGEST_KEY = 200
NOBODY = 0  # who is not signed in; ids of persons begin at 1, and a key has no NULL


class ActOnce(Base):
    """An act of a person (or of NOBODY) under its key; without a result while it runs."""

    __tablename__ = "act_once"

    person_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(LONGEST_KEY, "C"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(80, "C"))
    result: Mapped[dict[str, Any] | None]
    at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("person_id >= 0", name="person_id"),
        CheckConstraint("length(key) > 0", name="key"),
        Index(None, "at"),
        {"info": {"grants": "SELECT, INSERT, DELETE, UPDATE (result)"}},
    )


def once(
    session: Session,
    person_id: int | None,
    key: str,
    kind: str,
    *,
    now: datetime,
    act: Callable[[], dict[str, Any]],
) -> dict[str, Any]:
    """Do an act of a person unless it was done under this key; give its result both times.

    Two who come with the same key at once: the second waits for the end of the first one's
    transaction, and does the act itself if that was rolled back. An act that is refused
    leaves nothing behind: the same key may try again. `kind` names the act like an audit
    row; the result is JSON, ids and figures and never what people wrote. A person's keys are
    theirs alone, but everybody who is not signed in (`person_id` None) shares one space:
    there a key must be a long random one of our own making. Costs two statements.

    Raises Refused for a key that is none or that served another kind of act, and whatever
    `act` raises.
    """
    if not 1 <= len(key) <= LONGEST_KEY or not key.isprintable():
        raise Refused("Questo invio non ha un contrassegno valido. Ricarica la pagina e riprova.")
    who = NOBODY if person_id is None else person_id
    if not _claim(session, who, key, kind, now):
        return _result(session, who, key, kind)
    mine = (ActOnce.person_id == who, ActOnce.key == key)
    try:
        done = act()
    except PersonError:
        # A page of many lines goes on after a refusal and commits: the key is free again. A
        # transaction that a statement has broken cannot commit, and takes no statement.
        with suppress(InternalError):
            session.execute(delete(ActOnce).where(*mine))
        raise
    # Read back, so that the first answer is the very one that is given again.
    kept = update(ActOnce).where(*mine).values(result=done).returning(ActOnce.result)
    result: dict[str, Any] = session.execute(kept).scalar_one()
    return result


class Done(NamedTuple):
    """An act that was done under its key, with its result, at an instant."""

    key: str
    at: datetime
    result: dict[str, Any]


def last_alike(session: Session, who: int, kind: str, *, said: str, since: datetime) -> Done | None:
    """Find the last act of a person (or NOBODY) of a kind whose result keeps `said`.

    An answer that was only given again (`copied` in its result) is no act. One statement.
    """
    row = session.execute(
        select(ActOnce.key, ActOnce.at, ActOnce.result)
        .where(
            ActOnce.person_id == who,
            ActOnce.kind == kind,
            ActOnce.at > since,
            ActOnce.result["said"].astext == said,
            ActOnce.result["copied"].astext.is_(None),
        )
        .order_by(ActOnce.at.desc())
        .limit(1)
    ).first()
    return None if row is None else Done(row.key, row.at, row.result)


def _claim(session: Session, who: int, key: str, kind: str, now: datetime) -> bool:
    """Take the key; False when it was taken. Waits for whoever is taking it now."""
    row = {"person_id": who, "key": key, "kind": kind, "at": now}
    taken = insert(ActOnce).values(row).on_conflict_do_nothing().returning(ActOnce.kind)
    return session.execute(taken).first() is not None


def _result(session: Session, who: int, key: str, kind: str) -> dict[str, Any]:
    found = session.execute(
        select(ActOnce.kind, ActOnce.result).where(ActOnce.person_id == who, ActOnce.key == key)
    ).one()
    if found.kind != kind:
        raise Refused(
            "Questo invio porta il contrassegno di un'altra azione. Ricarica la pagina e riprova."
        )
    if found.result is None:
        raise RuntimeError(f"the act {kind} asks for itself")
    result: dict[str, Any] = found.result
    return result


@jobs.periodic("kit.forget_acts", cron="27 * * * *", named=Message("Dimenticare gli invii vecchi"))
def forget_old(session: Session, now: datetime) -> None:
    """Forget acts older than REMEMBERED (a timer's work)."""
    session.execute(delete(ActOnce).where(ActOnce.at < now - REMEMBERED))
