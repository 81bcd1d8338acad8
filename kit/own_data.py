"""What is kept about one person: each house says it of its own tables, in words.

A house lists its tables in `own_data.py`, each as a `OwnTable`: what it is for people, why and how
long it is kept, by which columns a row is somebody's, and what of it is shown to them. What is not
shown stands in `NOT_SHOWN` there, with the reason. `community.own_data` puts the houses together,
and tests/community/test_own_data.py reads all tables and finds what nobody has named.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, SQLColumnExpression, func, literal, select, union_all
from sqlalchemy.orm import Session

from kit import sentences
from kit.db import Base
from kit.errors import Message
from kit.words.text import render

AS_LONG_AS_ACCESS = Message("finché hai l'accesso; si toglie quando lo cancelli")
MONEY = Message("almeno 10 anni dall'ultima registrazione (Codice civile, articolo 2220)")
ACTS = Message("finché la legge sugli archivi pubblici non ne permette lo scarto")
WITH_THE_CENTRE = Message("finché il centro tiene i suoi ordini: sono anche dati del centro")


class Whose(NamedTuple):
    """The person asked about: by id, and by address where no id is kept."""

    person_id: int
    email: str


class OwnField(NamedTuple):
    """A value that is shown of a row: its name in the file, its words, where it comes from."""

    name: str
    words: Message
    value: SQLColumnExpression[Any]


@dataclass(frozen=True, slots=True)
class OwnTable:
    """One table as it is kept about a person; `by` are the columns that make a row theirs."""

    table: type[Base]
    what: Message
    why: Message
    how_long: Message
    by: tuple[str, ...]
    mine: Callable[[Whose], ColumnElement[bool]]
    shows: tuple[OwnField, ...]

    @property
    def name(self) -> str:
        """The name of the table."""
        return str(self.table.__table__.name)  # type: ignore[attr-defined]


class Thing(NamedTuple):
    """What is kept of one kind about a person, read: ready for the file and for the page."""

    what: str
    why: str
    how_long: str
    fields: dict[str, str]
    rows: list[dict[str, Any]]


def own(table: type[Base], column: str) -> Callable[[Whose], ColumnElement[bool]]:
    """Say that a row is a person's by the column that holds their id."""
    return lambda whose: getattr(table, column) == whose.person_id


def columns(table: type[Base], **words: Message) -> tuple[OwnField, ...]:
    """Show columns of a table under these words, in this order."""
    return tuple(OwnField(name, said, getattr(table, name)) for name, said in words.items())


def count(session: Session, kept: Iterable[OwnTable], whose: Whose) -> list[int]:
    """Count the rows of each, in one statement."""
    parts = [
        select(literal(n).label("n"), func.count().label("rows"))
        .select_from(each.table)
        .where(each.mine(whose))
        for n, each in enumerate(kept)
    ]
    found = session.execute(union_all(*parts)).all()
    counted: dict[int, int] = {n: rows for n, rows in found}
    return [counted[n] for n in range(len(parts))]


def read(session: Session, kept: OwnTable, whose: Whose) -> Thing:
    """Read what is kept of one kind about a person, in the language that is spoken now."""
    names = [field.name for field in kept.shows]
    order = list(kept.table.__table__.primary_key.columns)  # type: ignore[attr-defined]
    shown: list[Any] = [field.value.label(field.name) for field in kept.shows]
    query = select(*shown)
    found = session.execute(query.where(kept.mine(whose)).order_by(*order)).all()
    return Thing(
        what=render(kept.what),
        why=render(kept.why),
        how_long=render(kept.how_long),
        fields={field.name: render(field.words) for field in kept.shows},
        rows=[dict(zip(names, map(plain, row), strict=True)) for row in found],
    )


def plain(value: Any) -> Any:
    """Give a value as a file of JSON holds it: instants in ISO 8601, sentences in words."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    if isinstance(value, dict) and {"text", "values"} <= set(value):
        return render(sentences.unpack(**value))
    return value
