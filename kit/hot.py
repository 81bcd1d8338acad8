"""Statements of the hot paths: straight to the driver, in the session's transaction, typed."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Generic, NamedTuple, TypeVar

import psycopg
from psycopg.types.numeric import Int8BinaryDumper, Int8Dumper
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

Named = TypeVar("Named", bound=NamedTuple)

_CURSOR = "kit.hot"


class Hot(Generic[Named]):
    """A statement as psycopg writes it (`%(name)s`), and the named tuple of its rows.

    Kept as a constant of a module. It runs on the session's own connection, but without what
    SQLAlchemy does around a statement, which costs more than most of these statements do.
    Whatever listens to the statements of the engine or the connection hears it
    (`before_cursor_execute`) and may change it, and what fails raises SQLAlchemy's errors.
    """

    def __init__(self, kind: type[Named], sql: str) -> None:
        self.kind, self.sql = kind, sql
        self._compared = False

    def rows(self, session: Session, values: Mapping[str, Any]) -> list[Named]:
        """Run it and give all rows.

        Raises TypeError where names or order of the columns are not those of `kind` (looked
        at once in a process).
        """
        connection = session.connection()
        cursor = _cursor(connection)
        sql = self.sql
        for listener in connection.dispatch.before_cursor_execute:
            sql, values = listener(connection, cursor, sql, values, None, False)
        with _dressed(connection, cursor, self.sql):
            cursor.execute(sql, values)
            found = cursor.fetchall()
        if not self._compared:
            self._compare(cursor)
        return list(map(self.kind._make, found))

    def row(self, session: Session, values: Mapping[str, Any]) -> Named | None:
        """Run it and give its first row, None where there is none."""
        found = self.rows(session, values)
        return found[0] if found else None

    def _compare(self, cursor: psycopg.Cursor[Any]) -> None:
        names = tuple(column.name for column in cursor.description or ())
        if names != self.kind._fields:
            raise TypeError(f"{self.kind.__name__} has {self.kind._fields}, the rows {names}")
        self._compared = True


def copy_in(session: Session, sql: str, lines: Iterable[tuple[Any, ...]]) -> None:
    """Write many rows by one COPY ... FROM STDIN; what fails raises SQLAlchemy's errors."""
    connection = session.connection()
    cursor = _cursor(connection)
    with _dressed(connection, cursor, sql), cursor.copy(sql) as copy:
        for line in lines:
            copy.write_row(line)


def _cursor(connection: Connection) -> psycopg.Cursor[Any]:
    """Give the one cursor of a database connection for such statements.

    Every integer goes as a bigint. By itself the driver sends the smallest type a value fits
    in, and a statement with a dozen of them would be prepared again for every mixture.
    """
    known: psycopg.Cursor[Any] | None = connection.info.get(_CURSOR)
    if known is None:
        driver: Any = connection.connection.driver_connection
        known = driver.cursor()
        for dumper in (Int8Dumper, Int8BinaryDumper):
            known.adapters.register_dumper(int, dumper)
        connection.info[_CURSOR] = known
    return known


@contextmanager
def _dressed(connection: Connection, cursor: psycopg.Cursor[Any], sql: str) -> Iterator[None]:
    """Dress errors as SQLAlchemy would; a connection that is lost is not used again."""
    try:
        yield
    except psycopg.Error as error:
        raw = connection.connection.dbapi_connection
        lost = connection.dialect.is_disconnect(error, raw, cursor)  # type: ignore[arg-type]
        if lost:
            connection.invalidate(error)
        raise DBAPIError.instance(
            sql,
            None,
            error,
            psycopg.Error,
            connection_invalidated=lost,
            dialect=connection.dialect,
        ) from error
