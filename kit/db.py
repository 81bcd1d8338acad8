"""The database: tables' base, sessions, advisory locks, one transaction per request or job."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Engine,
    Executable,
    Function,
    Identity,
    MetaData,
    SQLColumnExpression,
    cast,
    create_engine,
    event,
    func,
)
from sqlalchemy.dialects.postgresql import BIT, JSONB
from sqlalchemy.orm import (
    DeclarativeBase,
    InstrumentedAttribute,
    Session,
    mapped_column,
    sessionmaker,
)

from kit.errors import PersonError
from kit.hot import Hot, Named

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Id = Annotated[int, mapped_column(BigInteger, Identity(always=True), primary_key=True)]
Instant = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Big = Annotated[int, mapped_column(BigInteger)]

POOL_SIZE = 8


class Base(DeclarativeBase):
    """Every table: constraints named by convention, the house it belongs to, its grants.

    `__table_args__` may end in `{"info": {"grants": "SELECT, INSERT"}}`; without it the
    application's role may select, insert, update and delete.
    """

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
    }

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        table = cls.__dict__.get("__table__")
        if table is not None:
            table.info.setdefault("house", cls.__module__.split(".")[0])


_sessions: sessionmaker[Session] | None = None


def make_engine(url: str, *, pool_size: int = POOL_SIZE, statement_timeout_s: int = 5) -> Engine:
    """Make an engine for psycopg 3 with bounded waits (READ COMMITTED, UTC, no JIT)."""
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        pool_pre_ping=False,
        connect_args={"prepare_threshold": 3},
    )

    @event.listens_for(engine, "connect")
    def settle(connection: Any, _record: object) -> None:
        connection.execute(
            "select set_config('TimeZone', 'UTC', false),"
            " set_config('jit', 'off', false),"
            " set_config('lock_timeout', '2s', false),"
            f" set_config('statement_timeout', '{statement_timeout_s}s', false),"
            " set_config('idle_in_transaction_session_timeout', '30s', false)"
        )
        connection.commit()

    return engine


def configure(engine: Any, **options: Any) -> sessionmaker[Session]:
    """Bind the process to an engine (or, in tests, to one connection)."""
    global _sessions
    _sessions = sessionmaker(engine, expire_on_commit=False, autoflush=False, **options)
    return _sessions


def new_session() -> Session:
    """Open a session; it runs no SQL until its first statement."""
    if _sessions is None:
        raise RuntimeError("kit.db.configure has not been called")
    return _sessions()


@dataclass
class Outcome:
    """What a page says about its transaction: a refusal it has shown undoes everything.

    `afterwards` is written in a short transaction of its own, whatever became of the request's.
    """

    refused: bool = False
    remember: Callable[[Session], None] | None = None
    afterwards: Callable[[Session], None] | None = None


@contextmanager
def request_session(outcome: Outcome) -> Iterator[Session]:
    """Give a request its session: commit after rendering, before the first byte leaves.

    A `PersonError`, raised or shown by the page, rolls everything back; if it must be
    remembered, that is written in a second short transaction. Whatever fails, here too, the
    connection goes back to the pool before the caller hears of it.
    """
    session = new_session()
    try:
        try:
            yield session
        except PersonError as error:
            _undo(session, getattr(error, "remember", None))
            raise
        if outcome.refused:
            _undo(session, outcome.remember)
        else:
            session.commit()
    finally:
        session.close()


def let_go(session: Session) -> None:
    """End a request's transaction in which nothing was written, and give its connection back.

    For what must not hold one (a password is hashed) and goes on in transactions of its own.
    """
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("something was to be written before the connection is given back")
    session.rollback()


def _undo(session: Session, remember: Callable[[Session], None] | None) -> None:
    session.rollback()
    if remember is not None:
        remember(session)
        session.commit()


@contextmanager
def transaction() -> Iterator[Session]:
    """One transaction outside a request: a job, a command, a thread of a test."""
    session = new_session()
    try:
        yield session
        session.commit()
    except BaseException as error:  # a worker told to stop in the middle keeps nothing either
        _undo(session, getattr(error, "remember", None))
        raise
    finally:
        session.close()


Transaction = Callable[[], Any]


def rows(
    session: Session,
    kind: type[Named],
    statement: Executable,
    values: Mapping[str, Any] | None = None,
) -> list[Named]:
    """Run a statement and give its rows as `kind`, whose fields are its columns in their order.

    So that types know what plain SQL brings. Raises TypeError where names or order differ.
    """
    found = session.execute(statement, values)
    if tuple(found.keys()) != kind._fields:
        raise TypeError(f"{kind.__name__} has {kind._fields}, the rows {tuple(found.keys())}")
    return list(map(kind._make, found))


def row(
    session: Session,
    kind: type[Named],
    statement: Executable,
    values: Mapping[str, Any] | None = None,
) -> Named | None:
    """Run a statement of at most one row, typed as by `rows`; None where there is none.

    Raises ValueError for a second row.
    """
    found = rows(session, kind, statement, values)
    if len(found) > 1:
        raise ValueError(f"{len(found)} rows of {kind.__name__} where one was expected")
    return found[0] if found else None


def total(column: ColumnElement[int] | InstrumentedAttribute[int | None]) -> ColumnElement[int]:
    """Sum whole numbers as a whole number, 0 where there are none (PostgreSQL gives numeric)."""
    return cast(func.coalesce(func.sum(column), 0), BigInteger)


def lock_shared(session: Session, kind: str, id_: int) -> None:
    """Hold (kind, id) together with others until the transaction ends."""
    _LOCK_SHARED.rows(session, {"kind": kind, "id": str(id_)})


def shared_lock(kind: str, id_: SQLColumnExpression[int]) -> Function[None]:
    """The lock of `lock_shared` inside a statement that finds the id itself."""
    name = func.md5(func.concat(kind, ":", id_))
    key = cast(func.concat("x", func.substr(name, 1, 16)), BIT(64))
    return func.pg_advisory_xact_lock_shared(cast(key, BigInteger))


def lock_exclusive(session: Session, kind: str, id_: int) -> None:
    """Hold (kind, id) alone until the transaction ends."""
    _LOCK_EXCLUSIVE.rows(session, {"kind": kind, "id": str(id_)})


def lock_within(session: Session, outer: tuple[str, int], inner: tuple[str, int]) -> None:
    """Hold one (kind, id) together with others and, within it, another alone: one statement.

    What is locked second may not be there yet: two who are about to make it follow each other.
    """
    values = {"kind": outer[0], "id": str(outer[1])}
    _LOCK_WITHIN.rows(session, {**values, "inner_kind": inner[0], "inner_id": str(inner[1])})


def lock_exclusive_all(session: Session, kind: str, ids: Iterable[int]) -> None:
    """Hold many of a kind alone, taken in ascending id, in one statement."""
    _LOCK_ALL.rows(session, {"kind": kind, "ids": sorted(set(ids))})


class _Locked(NamedTuple):
    nothing: str


def _key(kind: str, id_: str) -> str:
    """Name a lock by a 64-bit number: the first 8 bytes of a hash of kind and id.

    Two different things may share one by chance, which costs a wait and nothing else.
    """
    return f"('x' || substr(md5({kind}::text || ':' || {id_}), 1, 16))::bit(64)::bigint"


_KEY = _key("%(kind)s", "%(id)s")
SHARED_LOCK = f"pg_advisory_xact_lock_shared({_KEY})"
"""The lock of `lock_shared` inside a statement that has a kind and an id as text."""
_INNER_KEY = _key("%(inner_kind)s", "%(inner_id)s")
_LOCK_SHARED = Hot(_Locked, f"select {SHARED_LOCK} as nothing")
_LOCK_EXCLUSIVE = Hot(_Locked, f"select pg_advisory_xact_lock({_KEY}) as nothing")
# The subquery is not merged into what is around it (offset 0): it waits first.
_LOCK_WITHIN = Hot(
    _Locked,
    f"select pg_advisory_xact_lock({_INNER_KEY}) as nothing"
    f" from (select pg_advisory_xact_lock_shared({_KEY}) offset 0) as outer_held",
)
_LOCK_ALL = Hot(
    _Locked,
    f"select pg_advisory_xact_lock({_key('%(kind)s', 'wanted.id')}) as nothing"
    " from unnest(%(ids)s::bigint[]) as wanted(id)",
)
