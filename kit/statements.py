"""Every statement that stands in the code, prepared on a scratch database.

`python -m kit.statements check` names each statement that PostgreSQL does not understand, so that
a renamed column names all it breaks, whether or not a test runs that statement.
"""

import importlib
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import psycopg
from psycopg.errors import IndeterminateDatatype
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import psycopg as dialects
from sqlalchemy.sql.elements import ClauseElement, TextClause
from sqlalchemy.sql.expression import Delete, SelectBase, Update

from kit import migrate
from kit.hot import Hot

ROOT = Path(__file__).resolve().parent.parent
HOUSES = (*migrate.HOUSES, "demo")
# An insert names its columns from the table's class, which `kit.migrate check` holds in step.
KINDS = (TextClause, SelectBase, Update, Delete, Hot)
# A list that is compared with (`in`) is written out, as it is when the statement runs.
_WRITTEN_OUT = {"render_postcompile": True}
_DIALECT = dialects.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Statement:
    """A statement and where it stands: module and name."""

    where: str
    sql: str


def modules(houses: Iterable[str] = HOUSES) -> Iterator[ModuleType]:
    """Import every module of these houses."""
    for house in houses:
        for path in sorted((ROOT / house).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if parts[-1] != "__main__":
                yield importlib.import_module(".".join(parts).removesuffix(".__init__"))


def collect(found: Iterable[ModuleType]) -> list[Statement]:
    """List the statements that stand in modules, each once, in the order of the modules.

    Looks at names of a module and into what these hold (mappings, sequences).
    """
    seen: set[int] = set()
    statements = []
    for module in found:
        for name, value in vars(module).items():
            for place, clause in _clauses(name, value):
                if id(clause) not in seen:
                    seen.add(id(clause))
                    statements.append(Statement(f"{module.__name__}.{place}", _sql(clause)))
    return statements


def _sql(clause: ClauseElement | Hot[Any]) -> str:
    """Write a statement as PostgreSQL prepares it, its values as $1, $2."""
    if not isinstance(clause, Hot):
        return str(clause.compile(dialect=_DIALECT, compile_kwargs=_WRITTEN_OUT))
    places: dict[str, int] = {}
    return re.sub(
        r"%\((\w+)\)s", lambda name: f"${places.setdefault(name[1], len(places) + 1)}", clause.sql
    )


def _clauses(name: str, value: Any) -> Iterator[tuple[str, ClauseElement | Hot[Any]]]:
    if isinstance(value, KINDS):
        yield name, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _clauses(f"{name}[{key!r}]", item)
    elif isinstance(value, tuple | list):
        for place, item in enumerate(value):
            yield from _clauses(f"{name}[{place}]", item)


def broken(connection: Connection, statements: Iterable[Statement]) -> list[str]:
    """Prepare each statement; name those that do not hold, with PostgreSQL's reason."""
    raw = connection.connection.driver_connection
    if raw is None:
        raise RuntimeError("no connection")
    found = []
    for statement in statements:
        try:
            with raw.transaction(force_rollback=True):
                raw.execute(f"prepare tried as {statement.sql}".encode())
                raw.execute("deallocate tried")
        except IndeterminateDatatype:
            continue  # understood but for a value whose type only the caller knows
        except psycopg.Error as error:
            found.append(f"{statement.where}: {str(error).splitlines()[0]}")
    return found


def main(arguments: list[str]) -> int:
    """Run `check`; exit code 1 when a statement does not hold."""
    if arguments != ["check"]:
        sys.stdout.write(__doc__ or "")
        return 2
    statements = collect(modules())
    with migrate.scratch_database() as connection:
        found = broken(connection, statements)
    for line in found:
        sys.stdout.write(f"not understood: {line}\n")
    if not found:
        sys.stdout.write(f"{len(statements)} statements hold\n")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
