"""Databases of the embedded cluster: two roles each, and the addresses to reach them."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

PORT = 5432  # names the socket's file only; nothing listens on the network


@dataclass(frozen=True, slots=True)
class Urls:
    """How the owner of the tables and how the application reach one database."""

    owner_url: str
    app_url: str


def urls(sockets: Path, database: str, *, roles_of: str) -> Urls:
    """The addresses of `database` through the socket in `sockets`, for the two roles."""
    where = quote(str(sockets), safe="/")
    owner, app = (
        f"postgresql+psycopg://{role}@/{database}?host={where}" for role in _roles(roles_of)
    )
    return Urls(owner, app)


def administer(sockets: Path) -> psycopg.Connection:
    """Connect as the cluster's superuser, each statement on its own."""
    return psycopg.connect(
        host=str(sockets), port=PORT, user="postgres", dbname="postgres", autocommit=True
    )


def ensure(
    connection: psycopg.Connection, name: str, *, roles_of: str, template: str | None
) -> None:
    """Make the two roles and the database where they are missing; the owner is no superuser."""
    owner, app = _roles(roles_of)
    for role in (owner, app):
        if not _exists(connection, b"SELECT 1 FROM pg_roles WHERE rolname = %s", role):
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
    if _exists(connection, b"SELECT 1 FROM pg_database WHERE datname = %s", name):
        return
    names = {
        "database": sql.Identifier(name),
        "owner": sql.Identifier(owner),
        "app": sql.Identifier(app),
        "template": sql.Identifier(template or "template0"),
    }
    for statement in (
        "CREATE DATABASE {database} OWNER {owner} TEMPLATE {template}",
        "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        "GRANT CONNECT ON DATABASE {database} TO {app}",
    ):
        connection.execute(sql.SQL(statement).format(**names))


def _exists(connection: psycopg.Connection, question: bytes, name: str) -> bool:
    return connection.execute(question, [name]).fetchone() is not None


def _roles(database: str) -> tuple[str, str]:
    return f"{database}_owner", f"{database}_app"
