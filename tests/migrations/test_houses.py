"""Every house of a former release goes forward to today's tables with all its data, and back."""

import hashlib
import os
from contextlib import contextmanager

import pytest
from alembic.util import CommandError
from sqlalchemy import create_engine, text

import cli
from kit import audit, clock, db, migrate, seals
from market.price_files import imports
from market.tables.catalogue import PriceListImport, Product
from tests.migrations import house

SEEDED = sorted(house.HOUSES.glob("*.copy.gz"))

# What the revisions make, in words that two servers say alike. Grants are left out: they
# belong to the newest tables and come with every upgrade.
SHAPE = {
    "columns": "select table_name, column_name, data_type, collation_name, is_nullable,"
    " column_default, is_identity, identity_generation, generation_expression"
    " from information_schema.columns where table_schema = 'public' order by 1, 2",
    "constraints": "select conrelid::regclass::text, conname, pg_get_constraintdef(oid)"
    " from pg_constraint where connamespace = 'public'::regnamespace order by 1, 2",
    "indexes": "select indexname, indexdef from pg_indexes where schemaname = 'public' order by 1",
    "triggers": "select tgrelid::regclass::text, tgname, tgenabled, pg_get_triggerdef(oid)"
    " from pg_trigger where not tgisinternal order by 1, 2",
    "functions": "select oid::regprocedure::text, prosrc, proconfig from pg_proc"
    " where pronamespace = 'public'::regnamespace order by 1",
}


class House:
    """A database that begins as a release left it."""

    def __init__(self, urls, source) -> None:
        self.owner_url, self.app_url = urls.owner_url, urls.app_url
        self.revision = source.name.split(".")[0]
        with self.owner() as connection:
            migrate.bring(connection, self.revision)
        house.load(source, self.owner_url)

    @contextmanager
    def owner(self):
        engine = create_engine(self.owner_url)
        try:
            with engine.begin() as connection:
                yield connection
        finally:
            engine.dispose()

    def shape(self) -> dict:
        with self.owner() as connection:
            return {what: connection.execute(text(query)).all() for what, query in SHAPE.items()}

    def rows(self) -> dict[str, tuple[int, str]]:
        """How many rows each table has, and a digest of them."""
        found = {}
        with self.owner() as connection:
            tables = connection.execute(
                text(
                    "select tablename from pg_tables where schemaname = 'public'"
                    " and tablename !~ '^(procrastinate|alembic)' order by 1"
                )
            )
            for (table,) in tables.all():
                lines = connection.scalars(text(f'select t::text from "{table}" t order by 1'))
                body = lines.all()
                found[table] = len(body), hashlib.sha256("\n".join(body).encode()).hexdigest()
        return found

    def version(self) -> str:
        with self.owner() as connection:
            return connection.scalar(text("select version_num from alembic_version"))

    def upgrade(self) -> None:
        migrate.upgrade(self.owner_url, self.app_url)

    def broken(self) -> list[str]:
        """What `litestar check` finds, as the application's role."""
        engine = db.make_engine(self.app_url, statement_timeout_s=60)
        db.configure(engine)
        try:
            with db.transaction() as session:
                return [
                    f"{name}: {line}"
                    for name, violations in cli.CHECKS.items()
                    if name != "files"  # the rows were kept without what they name
                    for line in violations(session)
                ]
        finally:
            engine.dispose()


@pytest.fixture(params=SEEDED, ids=lambda path: path.name.split(".")[0])
def old(request, cluster):
    name = "house_" + os.urandom(4).hex()
    yield House(cluster.create_database(name), request.param)
    cluster.drop_database(name)


@pytest.fixture(scope="module")
def shape_of_today(cluster):
    name = "fresh_" + os.urandom(4).hex()
    urls = cluster.create_database(name)
    migrate.upgrade(urls.owner_url, urls.app_url)
    fresh = House.__new__(House)
    fresh.owner_url = urls.owner_url
    yield fresh.shape()
    cluster.drop_database(name)


def test_the_first_house_is_here_with_everything_in_it():
    assert SEEDED[0].name == "0005.copy.gz"
    filled = {into.split('"')[1]: rows.count(b"\n") for into, rows in house._tables(SEEDED[0])}
    for table in ("journal", "posting", "audit_event", "audit_seal", "booking_line", "submission"):
        assert filled[table] >= 25, table


def test_no_house_tells_of_the_machine_that_made_it():
    for source in SEEDED:
        told = b"".join(rows for _, rows in house._tables(source))
        for place in (b"/home/", b"/tmp/", b"/var/", b"/root/", b"http://", b"127.0.0."):
            assert place not in told, (source.name, place)


def test_it_goes_forward_with_all_its_data_and_everything_holds(old, shape_of_today):
    before = old.rows()
    old.upgrade()
    assert old.shape() == shape_of_today
    assert old.broken() == []
    after = old.rows()
    assert {table: n for table, (n, _) in before.items()} == {
        table: after[table][0] for table in before
    }
    old.upgrade()
    assert old.rows() == after


def test_it_lives_on_after_the_upgrade(old):
    """The counters go on behind the old rows, and the chain of seals behind the old links."""
    old.upgrade()
    engine = db.make_engine(old.app_url)
    db.configure(engine)
    with db.transaction() as session:
        audit.record(session, None, "done", audit.of(audit.AuditEvent, 1), clock.now(session))
    with db.transaction() as session:
        assert seals.seal(session) == 1
    engine.dispose()
    assert old.broken() == []


def test_it_goes_back_whole_or_says_why_not_and_goes_forward_again(old):
    shape, before = old.shape(), old.rows()
    old.upgrade()
    newest, after = old.version(), old.rows()
    try:
        migrate.downgrade(old.owner_url, old.revision)
    except CommandError as refused:
        assert len(str(refused)) > 40
        assert (old.version(), old.rows()) == (newest, after)
    else:
        assert old.version() == old.revision
        assert (old.shape(), old.rows()) == (shape, before)
    old.upgrade()
    assert (old.version(), old.rows()) == (newest, after)
    assert old.broken() == []


PREVIEW = """
    with brought as (
        insert into price_list_import (centre_id, price_list_id, price_list_version, producer_id,
            filename, sha256, state, facts, created_at)
        select l.centre_id, l.id, l.version, l.producer_id, 'x', 'x', 'previewed',
            '{"created_on": null, "counts": {"listed": 1, "gone": 0}}', now()
        from price_list l join product p on p.price_list_id = l.id
        where p.unit_weight_g is not null order by p.id limit 1
        returning id, price_list_id
    )
    insert into price_list_import_line (import_id, position, kind, product_id, name, orderable,
        terms, changes, notes)
    select b.id, 1, 'changed', p.id, p.name, true,
        to_jsonb(p) - array['id', 'price_list_id', 'position', 'gone_at', 'orderable',
            'whole_cases'] || '{"price_cents": 777, "unit_weight_g": null}',
        jsonb_build_object('price', jsonb_build_array(
            jsonb_build_array(p.price_cents, p.price_quantity),
            jsonb_build_array(777, p.price_quantity))), '[]'
    from brought b join product p on p.price_list_id = b.price_list_id
    where p.unit_weight_g is not null order by p.id limit 1
    returning import_id, product_id
"""


def test_prices_are_worth_the_same_and_a_preview_that_waits_can_be_applied(old):
    with old.owner() as connection:
        before = dict(connection.execute(text("select id, price_cents from product")).all())
        offered = dict(connection.execute(text("select id, price_cents from offer")).all())
        ((import_id, product_id),) = connection.execute(text(PREVIEW)).all()
        ((weight, whole),) = connection.execute(
            text("select unit_weight_g, whole_cases from product where id = :id"),
            {"id": product_id},
        )
    old.upgrade()
    with old.owner() as connection:
        for table, cents in (("product", before), ("offer", offered)):
            found = dict(connection.execute(text(f"select id, price_micros from {table}")).all())
            assert found == {id_: price * 10_000 for id_, price in cents.items()}
        ((price,),) = connection.execute(
            text("select changes -> 'price' from price_list_import_line where import_id = :id"),
            {"id": import_id},
        )
        assert [each[0] for each in price] == [before[product_id] * 10_000, 7_770_000]
    engine = db.make_engine(old.app_url)
    db.configure(engine)
    with db.transaction() as session:
        row = session.get_one(PriceListImport, import_id)
        imports.apply(session, row, None, clock.now(session))
        product = session.get_one(Product, product_id, populate_existing=True)
        assert product.price_micros == 7_770_000
        assert (product.unit_weight_g, product.whole_cases) == (weight, whole)
    engine.dispose()
    assert old.broken() == []


def test_prices_finer_than_a_cent_keep_it_from_going_back(old):
    old.upgrade()
    newest = old.version()
    with old.owner() as connection:
        connection.execute(text("update product set price_micros = price_micros + 1 where id = 1"))
    rows = old.rows()
    with pytest.raises(CommandError, match="finer than a cent: restore the backup"):
        migrate.downgrade(old.owner_url, old.revision)
    assert (old.version(), old.rows()) == (newest, rows)


def test_an_act_done_once_is_not_forgotten_by_going_back(old):
    old.upgrade()
    with old.owner() as connection:
        connection.execute(
            text("insert into act_once (person_id, key, kind, at) values (1, 'a', 'b', now())")
        )
    newest, rows = old.version(), old.rows()
    with pytest.raises(CommandError, match=r"throw away what stands in act_once\.at.*backup"):
        migrate.downgrade(old.owner_url, "0005")
    assert (old.version(), old.rows()) == (newest, rows)


def test_what_the_owner_changed_behind_the_checks_is_found(old):
    """The control: on this data the check is not blind."""
    old.upgrade()
    with old.owner() as connection:
        connection.execute(text("alter table posting disable trigger user"))
        connection.execute(
            text("update posting set amount = amount + 1 where (journal_id, line) = (1, 1)")
        )
        connection.execute(text("alter table posting enable trigger user"))
    assert any(line.startswith("ledger") for line in old.broken())
