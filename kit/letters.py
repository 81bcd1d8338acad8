"""Letters to people: composed in one place, in the reader's language, and queued.

A house names every kind of letter once, at the top level of the module that writes it:

    letters.register("market.settlement_notice", Message("Addebiti di un ordine"))

and writes with `write`. Whoever has no address that can be written to gets the letter by the
channel "none": it stays in the outbox under the reader's name, so that a page can say who has
to be told by voice, and what (`written`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from kit import mail
from kit.db import rows
from kit.errors import Message
from kit.mail import Mail
from kit.words.text import locale, render

_LINE_BREAKS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of letter: what people call it, and whether they may do without it."""

    name: str
    words: Message
    optional: bool


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a letter is for. Without an `email` nobody can be written to (or wants to be)."""

    email: str | None
    name: str
    locale: str = "it"
    person_id: int | None = None


# Every kind of letter by its name.
kinds: dict[str, Kind] = {}


def register(name: str, words: Message, *, optional: bool = False) -> None:
    """Name a kind of letter, "house.noun".

    `optional` ones may be declined. What the law wants said, receipts and letters that let
    somebody in are never optional.
    """
    kinds[name] = Kind(name, words, optional)


def write(
    session: Session,
    *,
    kind: str,
    to: Reader,
    subject: Message,
    text: Message,
    key: str,
    attachments: Sequence[int] = (),
    private: bool = False,
) -> bool:
    """Write a letter in the caller's transaction; return whether it can reach its reader.

    The same `key` is written once. `attachments` are ids of documents, which may still be in
    the making; the text of a `private` letter is forgotten once it is sent. A name with a line
    break in it does not stop the letter: the subject is one line whatever it quotes. Raises
    LookupError for a kind that no house has named.
    """
    if kind not in kinds:
        raise LookupError(f"no kind of letter is named {kind}")
    reachable = to.email is not None and mail.is_address(to.email)
    token = locale.set(to.locale)
    try:
        written = _LINE_BREAKS.sub(" ", render(subject)), render(text)
    finally:
        locale.reset(token)
    mail.queue(
        session,
        kind=kind,
        channel=mail.BY_MAIL if reachable else mail.BY_NOTHING,
        to=to.email if reachable and to.email else to.name,
        reader=to.name,
        person_id=to.person_id,
        subject=written[0],
        text=written[1],
        key=key,
        attachments=attachments,
        private=private,
    )
    return reachable


def lines(*sentences: Message | str) -> Message:
    """Put sentences under each other as one text, each translated by itself; "" leaves a gap."""
    names = [f"line{n}" for n in range(len(sentences))]
    form = "\n".join(f"{{{name}}}" for name in names)
    return Message(form, **dict(zip(names, sentences, strict=True)))


class GivenUpLetter(NamedTuple):
    """A letter that no mail server took: what kind, for whom, to which address, since when."""

    kind: str
    to: str
    given_up_on: str
    created_at: datetime

    @property
    def words(self) -> Message:
        """What people call this kind of letter."""
        return kinds[self.kind].words if self.kind in kinds else Message("Lettera")


def given_up(session: Session, since: datetime) -> list[GivenUpLetter]:
    """Find the letters written since an instant that were given up, the newest first."""
    query = select(*(getattr(Mail, name) for name in GivenUpLetter._fields))
    found = query.where(
        Mail.channel == mail.BY_NOTHING, Mail.given_up_on.is_not(None), Mail.created_at >= since
    )
    return rows(session, GivenUpLetter, found.order_by(Mail.id.desc()).limit(100))


class WrittenLetter(NamedTuple):
    """A letter of the outbox: for whom, what it says, and how far it has come.

    `to` is the address, or the reader's name where nobody can be written to; `given_up_on` the
    address that did not take it.
    """

    key: str
    channel: str
    to: str
    subject: str
    text: str
    created_at: datetime
    sent_at: datetime | None
    error: str | None
    given_up_on: str | None

    @property
    def reachable(self) -> bool:
        """Whether there is an address to write to."""
        return self.channel == mail.BY_MAIL


def written(
    session: Session, key: str, *, unreached_below: str, by_reader: bool = False
) -> list[WrittenLetter]:
    """Find the letter of a key, and those below another key that reach nobody, the oldest first.

    Below "group-order:7" lie all "group-order:7:...". With `by_reader` these go on with
    "WHAT:WHOM:", and whom a letter of the same thing reached, or one written later, is left out:
    somebody there has an address, or got one since.
    """
    below = and_(
        Mail.channel == mail.BY_NOTHING, Mail.key.startswith(f"{unreached_below}:", autoescape=True)
    )
    if by_reader:
        below = and_(below, ~_reached(unreached_below))
    query = select(*(getattr(Mail, name) for name in WrittenLetter._fields))
    found = or_(Mail.key == key, below)
    return rows(session, WrittenLetter, query.where(found).order_by(Mail.id))


def _reached(above: str) -> ColumnElement[bool]:
    what, whom = (above.count(":") + n for n in (2, 3))  # counted from 1
    other = aliased(Mail)
    return exists().where(
        other.channel == mail.BY_MAIL,
        other.key.startswith(f"{above}:", autoescape=True),
        func.split_part(other.key, ":", whom) == func.split_part(Mail.key, ":", whom),
        or_(
            other.id > Mail.id,
            func.split_part(other.key, ":", what) == func.split_part(Mail.key, ":", what),
        ),
    )
