"""Bring the database to the code's tables, grant the application's role what it needs.

Commands of `python -m kit.migrate`: `upgrade` (as DATABASE_OWNER_URL), `draft HOUSE` (write a
house's first migration from its tables), `check` (in step, on a scratch cluster).
"""

import importlib
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import procrastinate
from alembic import command, migration
from alembic.autogenerate import compare_metadata, produce_migrations, render_python_code
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, make_url, text

from kit.db import Base
from kit.postgres import clusters
from kit.settings import settings

ROOT = Path(__file__).resolve().parent.parent
HOUSES = ("kit", "people", "ledger", "market", "calls", "community")
VERSIONS = ROOT / "migrations" / "versions"
BY_HAND = ("    # --- by hand\n", "    # --- end\n")


def load_tables(houses: Sequence[str] = HOUSES) -> None:
    """Import every module of these houses that declares tables."""
    for house in houses:
        for path in sorted((ROOT / house).rglob("*.py")):
            if "\n    __tablename__ = " in path.read_text(encoding="utf-8"):
                relative = path.relative_to(ROOT).with_suffix("")
                importlib.import_module(".".join(relative.parts).removesuffix(".__init__"))


def upgrade(owner_url: str, app_url: str) -> None:
    """Migrate to the newest revision, install the jobs' tables, renew the grants.

    One at a time: an advisory lock makes a second caller wait. Running it again changes
    nothing.
    """
    engine = create_engine(owner_url)
    try:
        with engine.begin() as connection:
            connection.execute(text("select pg_advisory_xact_lock(74190001)"))
            _install_jobs(connection)
            _alembic(connection, "upgrade", "head")
            _grant(connection, make_url(app_url).username or "")
    finally:
        engine.dispose()


def _install_jobs(connection: Connection) -> None:
    present = connection.execute(text("select to_regclass('procrastinate_jobs')")).scalar()
    if present is None:
        schema = procrastinate.schema.SchemaManager.get_schema()
        raw = connection.connection.driver_connection
        if raw is None:
            raise RuntimeError("no connection")
        raw.execute(schema.encode())


def _alembic(connection: Connection, verb: str, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["connection"] = connection
    getattr(command, verb)(config, revision)


def _grant(connection: Connection, role: str) -> None:
    """Grant each table what its class declares, procrastinate's tables what it needs."""
    load_tables()
    quoted = '"' + role.replace('"', '""') + '"'
    statements = [f"grant usage on schema public to {quoted}"]
    for table in Base.metadata.sorted_tables:
        grants = table.info.get("grants", "SELECT, INSERT, UPDATE, DELETE")
        statements.append(f'revoke all on "{table.name}" from {quoted}')
        statements.append(f'grant {grants} on "{table.name}" to {quoted}')
    rows = connection.execute(
        text(
            "select tablename from pg_tables where schemaname = 'public'"
            " and tablename like 'procrastinate%'"
        )
    )
    statements += [
        f'grant select, insert, update, delete on "{name}" to {quoted}' for (name,) in rows
    ]
    statements.append(f"grant usage, select on all sequences in schema public to {quoted}")
    for statement in statements:
        connection.execute(text(statement))


@contextmanager
def _scratch() -> Iterator[Engine]:
    with clusters.start_temporary() as cluster:
        engine = create_engine(cluster.owner_url)
        try:
            yield engine
        finally:
            engine.dispose()


@contextmanager
def scratch_database() -> Iterator[Connection]:
    """A connection to an empty database of its own, brought to the newest revision."""
    with _scratch() as engine, engine.begin() as connection:
        _install_jobs(connection)
        _alembic(connection, "upgrade", "head")
        yield connection


def differences() -> list[str]:
    """Upgrade a scratch database and name every difference to the declared tables."""
    load_tables()
    with scratch_database() as connection:
        context = migration.MigrationContext.configure(
            connection, opts={"include_object": _ours, "compare_type": True}
        )
        return [str(found) for found in compare_metadata(context, Base.metadata)]


def _ours(_object: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
    return not (kind == "table" and (name or "").startswith(("procrastinate", "alembic")))


def draft(house: str) -> Path:
    """Write the first migration of a house from its tables; keep what was added by hand."""
    number = HOUSES.index(house) + 1
    load_tables(HOUSES[:number])
    path = VERSIONS / f"{number:04d}_{house}.py"
    by_hand = _by_hand(path)
    before = f"{number - 1:04d}" if number > 1 else None
    with _scratch() as engine, engine.begin() as connection:
        _install_jobs(connection)
        if before and ScriptDirectory(str(ROOT / "migrations")).get_revisions(before):
            _alembic(connection, "upgrade", before)

        def include(obj: object, name: str | None, kind: str, refl: bool, other: object) -> bool:
            table = getattr(obj, "table", obj)
            info = getattr(table, "info", {})
            return _ours(obj, name, kind, refl, other) and info.get("house") == house

        context = migration.MigrationContext.configure(connection, opts={"include_object": include})
        script = produce_migrations(context, Base.metadata)
        if script.upgrade_ops is None or script.downgrade_ops is None:
            raise RuntimeError("nothing to write")
        up = render_python_code(script.upgrade_ops, migration_context=context)
        down = render_python_code(script.downgrade_ops, migration_context=context)
    path.write_text(_file(house, number, before, (up, by_hand, down)), encoding="utf-8")
    return path


def _by_hand(path: Path) -> str:
    if not path.exists():
        return ""
    start, end = BY_HAND
    pattern = re.escape(start) + "(.*?)" + re.escape(end)
    found = re.search(pattern, path.read_text(encoding="utf-8"), re.DOTALL)
    return found.group(1) if found else ""


def _file(house: str, number: int, before: str | None, parts: tuple[str, str, str]) -> str:
    up, by_hand, down = parts
    start, end = BY_HAND
    return (
        f'"""Make the tables of {house}."""\n\n'
        "import sqlalchemy as sa\nfrom alembic import op\n"
        "from sqlalchemy.dialects import postgresql\n\n"
        f'revision = "{number:04d}"\ndown_revision = {before!r}\n\n\n'
        f"def upgrade() -> None:\n    {up}\n{start}{by_hand}{end}\n\n"
        f"def downgrade() -> None:\n    {down}\n"
    )


def main(arguments: list[str]) -> int:
    """Run a command; exit code 1 when migrations and tables differ."""
    match arguments:
        case ["draft", house] if house in HOUSES:
            sys.stdout.write(f"{draft(house)}\n")
            return 0
        case ["upgrade"]:
            current = settings()
            if current.database_owner_url is None:
                sys.stderr.write("DATABASE_OWNER_URL is not set: only the owner migrates\n")
                return 2
            upgrade(current.database_owner_url.reveal(), current.database_url.reveal())
            return 0
        case ["check"]:
            found = differences()
            for line in found:
                sys.stdout.write(f"not in step: {line}\n")
            sys.stdout.write("migrations and tables are in step\n" if not found else "")
            return 1 if found else 0
    sys.stdout.write(__doc__ or "")
    return 2


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
