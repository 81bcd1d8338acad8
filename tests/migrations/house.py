"""The houses of former releases: the demo's data as a release seeded it, to be migrated by tests.

`python -m tests.migrations.house` writes this release's into `houses/REVISION.copy.gz`, once.
It holds the rows of every declared table in the form of COPY, which every server from 15 on
reads: no schema (the revisions make it), no jobs, and not the files that rows name.
"""

import gzip
import os
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql

HOUSES = Path(__file__).with_name("houses")
# Long ago, so that no machine's clock stands before it.
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
END = b"\\.\n"


def write(target: Path, owner_url: str, tables: list[str]) -> None:
    """Keep the rows of these tables, in this order; what the clock stamped becomes NOW."""
    with psycopg.connect(plain(owner_url)) as owner, _unnamed(target) as file:
        for table in tables:
            columns = owner.execute(
                "select column_name, column_default ~ 'clock_timestamp' from"
                " information_schema.columns where table_schema = 'public' and table_name = %s"
                " and is_generated = 'NEVER' order by ordinal_position",
                [table],
            ).fetchall()
            named = sql.SQL(", ").join(sql.Identifier(name) for name, _ in columns)
            kept = sql.SQL(", ").join(
                sql.SQL("least({}, {})").format(sql.Identifier(name), NOW)
                if stamped
                else sql.Identifier(name)
                for name, stamped in columns
            )
            into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), named)
            rows = sql.SQL("COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT").format(
                kept, sql.Identifier(table), _key(owner, table)
            )
            file.write(into.as_string().encode() + b";\n")
            with owner.cursor().copy(rows) as copy:
                for chunk in copy:
                    file.write(chunk)
            file.write(END)


def _unnamed(target: Path) -> gzip.GzipFile:
    """Compress without the file's name and the instant: the same rows are the same bytes."""
    return gzip.GzipFile(filename="", mode="wb", fileobj=target.open("xb"), mtime=0)


def _key(owner: psycopg.Connection, table: str) -> sql.Composed:
    names = owner.execute(
        "select a.attname from pg_index i join pg_attribute a on a.attrelid = i.indrelid"
        " and a.attnum = any(i.indkey) where i.indrelid = %s::regclass and i.indisprimary"
        " order by array_position(i.indkey::int2[], a.attnum)",
        [table],
    ).fetchall()
    return sql.SQL(", ").join(sql.Identifier(name) for (name,) in names)


def load(source: Path, owner_url: str) -> None:
    """Put the rows back into empty tables, as their owner, past the triggers that guard them."""
    with psycopg.connect(plain(owner_url)) as owner:
        for into, rows in _tables(source):
            table = sql.Identifier(into.split('"')[1])
            owner.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(table))
            with owner.cursor().copy(into) as copy:
                copy.write(rows)
            owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
            owner.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(table))
        _continue_counting(owner)


def _tables(source: Path) -> Iterator[tuple[str, bytes]]:
    """Each table's COPY statement and its rows."""
    with gzip.open(source) as file:
        for line in file:
            yield line.decode().rstrip(";\n"), b"".join(iter(file.readline, END))


def _continue_counting(owner: psycopg.Connection) -> None:
    """Let every identity column go on after its highest number."""
    counted = owner.execute(
        "select table_name, column_name from information_schema.columns"
        " where table_schema = 'public' and is_identity = 'YES'"
    ).fetchall()
    for table, column in counted:
        owner.execute(
            sql.SQL(
                "SELECT setval(pg_get_serial_sequence({}, {}), max({})) FROM {}"
                " HAVING max({}) IS NOT NULL"
            ).format(f'"{table}"', column, *map(sql.Identifier, (column, table, column)))
        )


def plain(url: str) -> str:
    """An address as psycopg reads it."""
    return url.replace("postgresql+psycopg", "postgresql", 1)


def _revision(owner_url: str) -> str:
    with psycopg.connect(plain(owner_url)) as owner:
        ((found,),) = owner.execute("select version_num from alembic_version").fetchall()
    return found


def main() -> None:
    """Seed the demo as of NOW in a scratch database at the newest revision, and keep it."""
    with tempfile.TemporaryDirectory(dir="/var/lib" if os.geteuid() == 0 else None) as folder:
        os.environ.update(
            FARELEGAMI_TESTING="1",
            FARELEGAMI_DATA=folder,
            PUBLIC_URL="https://farelegami.example",
        )
        # Only now: importing them reads the settings.
        from demo import world
        from kit import db, migrate, seals
        from kit.postgres import clusters

        with clusters.start_temporary() as cluster:
            migrate.upgrade(cluster.owner_url, cluster.app_url)
            target = HOUSES / f"{_revision(cluster.owner_url)}.copy.gz"
            if target.exists():
                sys.exit(f"{target.name} is there: a house is kept as its release seeded it")
            db.configure(db.make_engine(cluster.app_url, statement_timeout_s=60))
            world.build(lambda line: print(line, file=sys.stderr), NOW)
            with db.transaction() as session:
                while seals.seal(session):
                    session.flush()
            tables = [table.name for table in db.Base.metadata.sorted_tables]
            write(target, cluster.owner_url, tables)
            print(f"{target} ({target.stat().st_size // 1024} KiB)")


if __name__ == "__main__":
    main()
