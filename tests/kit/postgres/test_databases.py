"""The databases of a cluster: an owner that makes the tables, an application that uses them."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from kit.postgres import databases
from kit.postgres.clusters import Cluster
from kit.postgres.databases import Urls
from tests.kit.postgres.asked import connect, value


@pytest.fixture
def made(cluster: Cluster) -> Iterator[Urls]:
    yield cluster.create_database("second")
    cluster.drop_database("second")


def test_the_application_may_use_but_not_own_the_database(made: Urls) -> None:
    with connect(made.owner_url) as owner:
        owner.execute("CREATE TABLE owned (id int)")
    with connect(made.app_url) as app:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("CREATE TABLE mine (id int)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("SELECT * FROM owned")


@pytest.mark.parametrize("who", ["owner_url", "app_url"])
def test_neither_role_is_a_superuser_or_makes_roles(made: Urls, who: str) -> None:
    question = (
        "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls"
        " FROM pg_roles WHERE rolname = current_user"
    )
    assert value(getattr(made, who), question) is False


def test_each_database_has_its_own_two_roles(cluster: Cluster, made: Urls) -> None:
    assert value(made.owner_url, "SELECT current_user") == "second_owner"
    assert value(made.app_url, "SELECT current_user") == "second_app"
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        connect(cluster.app_url.replace("/farelegami?", "/second?"))


def test_a_copy_of_a_database_keeps_its_tables_and_roles(cluster: Cluster) -> None:
    source = cluster.create_database("source")
    with connect(source.owner_url) as owner:
        owner.execute("CREATE TABLE kept AS SELECT 7 AS n")
        owner.execute("GRANT SELECT ON kept TO source_app")
    copy = cluster.create_database("copied", template="source")
    assert value(copy.app_url, "SELECT n FROM kept") == 7
    with connect(copy.app_url):
        cluster.drop_database("copied")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        connect(copy.app_url)
    cluster.drop_database("source")


def test_a_database_that_is_there_is_left_as_it_is(cluster: Cluster, made: Urls) -> None:
    with connect(made.owner_url) as owner:
        owner.execute("CREATE TABLE kept AS SELECT 7 AS n")
    assert cluster.create_database("second") == made
    assert value(made.owner_url, "SELECT n FROM kept") == 7


def test_the_roles_of_a_database_that_is_gone_serve_the_next_one(cluster: Cluster) -> None:
    cluster.create_database("again")
    cluster.drop_database("again")
    made = cluster.create_database("again")
    assert value(made.app_url, "SELECT current_user") == "again_app"
    cluster.drop_database("again")


def test_a_name_is_a_name_whatever_stands_in_it(cluster: Cluster) -> None:
    name = 'odd"; drop role postgres; --'
    with databases.administer(cluster.sockets) as superuser:
        databases.ensure(superuser, name, roles_of="odd", template=None)
        found = superuser.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        assert found.fetchone() == (1,)
    cluster.drop_database(name)


def test_addresses_name_the_socket_the_database_and_whose_roles() -> None:
    found = databases.urls(Path("/var/lib/così è"), "copy", roles_of="source")
    where = "/var/lib/cos%C3%AC%20%C3%A8"
    assert found.owner_url == f"postgresql+psycopg://source_owner@/copy?host={where}"
    assert found.app_url == f"postgresql+psycopg://source_app@/copy?host={where}"
