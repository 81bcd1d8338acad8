"""How often something may be tried: counted before it is done, also by many who come at once.

An allowance lets `most` through at once and then one for every `within / most` that passes. What
is left of it stands in one row as an instant, which every use moves on by a share: whoever comes
second waits for the first one's transaction and meets what that left (docs/decisions/0022).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, String, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from kit import jobs, secret
from kit.db import Base
from kit.errors import Message, TooMany


class LimitUse(Base):
    """How much of an allowance is used: `spent_until` lies further ahead the more it is.

    `key` is a mark of whom it is for: an address is not kept here, nor is a network.
    """

    __tablename__ = "limit_use"

    name: Mapped[str] = mapped_column(String(40, "C"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64, "C"), primary_key=True)
    spent_until: Mapped[datetime] = mapped_column(index=True)


class Limit(NamedTuple):
    """An allowance that everybody (each key) has: `most` in any time as long as `within`."""

    name: str
    most: int
    within: timedelta

    @property
    def share(self) -> timedelta:
        """After how long one more is free again."""
        return self.within / self.most


class Use(NamedTuple):
    """One use of a limit, by whom it is counted for."""

    limit: Limit
    key: str


def take(session: Session, uses: Iterable[Use], now: datetime, sentence: Message) -> None:
    """Use one of each allowance, or none: raises TooMany with this sentence where one is used up.

    The rows stay locked until the caller's transaction ends, in one order for everybody: keep it
    short. After TooMany it is rolled back, and with it what the other allowances gave: insisting
    does not prolong the wait. One statement for each.
    """
    for use in sorted(uses, key=lambda each: (each.limit.name, each.key)):
        wait = _take(session, use, now)
        if wait is not None:
            raise TooMany(sentence, max(1, round(wait.total_seconds())))


def give_back(session: Session, uses: Iterable[Use]) -> None:
    """Give back what was taken for something that turned out to be no try."""
    for use in sorted(uses, key=lambda each: (each.limit.name, each.key)):
        session.execute(
            update(LimitUse)
            .where(*_row(use))
            .values(spent_until=LimitUse.spent_until - use.limit.share)
        )


def _take(session: Session, use: Use, now: datetime) -> timedelta | None:
    """Use one of an allowance in one statement; give how long to wait where none is left."""
    share, full = use.limit.share, now + use.limit.within
    name, key = use.limit.name, _mark(use)
    row = insert(LimitUse).values(name=name, key=key, spent_until=now + share)
    after = func.greatest(LimitUse.spent_until, now) + share
    taken = row.on_conflict_do_update(
        index_elements=[LimitUse.name, LimitUse.key],
        set_={"spent_until": after},
        where=after <= full,
    )
    if session.scalar(taken.returning(LimitUse.spent_until)) is not None:
        return None
    spent_until = session.scalar(select(LimitUse.spent_until).where(*_row(use)))
    return (spent_until or now) + share - full


def _row(use: Use) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return LimitUse.name == use.limit.name, LimitUse.key == _mark(use)


def _mark(use: Use) -> str:
    return secret.mark(f"limit {use.limit.name}", use.key.encode())


@jobs.periodic(
    "kit.forget_limits", cron="37 * * * *", named=Message("Dimenticare i conteggi vecchi")
)
def forget_old(session: Session, now: datetime) -> None:
    """Forget who has used nothing that still counts (a timer's work)."""
    session.execute(delete(LimitUse).where(LimitUse.spent_until < now))
