"""Money that somebody moved who knows the tables: sums and counters hold, and still it is named."""

import pytest
from sqlalchemy import select, text

from ledger import checks as ledger_checks
from market import checks, settlements
from market.catalogue import products
from market.catalogue.terms import corrected
from market.closings import closings, dry_runs
from market.tables.catalogue import Product
from tests.market import make
from tests.market.price_files.files import apply, product

GUARDED = ("charge", "settlement", "journal", "posting", "audit_event")


@pytest.fixture
def at(owner):
    return make.world(owner)


@pytest.fixture
def order_id(owner, at):
    """A list brought and then corrected by hand, an order with transport by weight, closed."""
    apply(owner, at, product("Passata 500 g", 2, um="Pezzi", sku="A"), product("Mele", 3.33))
    things = {row.name: row for row in owner.scalars(select(Product))}
    apples = things["Mele"]
    dearer = {**corrected(apples), "price_micros": 3_350_000, "step": 50}
    products.correct(owner, at.coordinator, apples, dearer, at.now)
    found = make.opened(owner, at, transport_cents=1200, transport_by="weight")
    for code, jars, grams in (("F1", 2, 50), ("F2", 6, 50), ("F3", 0, 50)):
        family = make.household(owner, at, code)
        make.book(owner, at, found, family, (apples.id, grams, 150))
        if jars:
            make.book(owner, at, found, family, (things["Passata 500 g"].id, jars))
    assert checks.violations(owner) == []
    return found


def close(owner, at, order_id, *, settle=True):
    token = dry_runs.dry_run(owner, at.coordinator, order_id).token
    closings.close(owner, at.coordinator, order_id, token, at.now)
    if settle:
        settlements.settle(owner, at.coordinator, order_id, at.now)
    assert checks.violations(owner) == [] and ledger_checks.violations(owner) == []


def named(owner, *statements):
    """What the checks say once this is planted, by the name of the check."""
    owner.execute(text("set constraints all immediate"))
    for table in GUARDED:
        owner.execute(text(f"alter table {table} disable trigger user"))
    for statement in statements:
        assert owner.execute(text(statement)).rowcount
    owner.expire_all()
    return {line.split(": ")[0].removeprefix("market, ") for line in checks.violations(owner)}


@pytest.mark.parametrize("column", ["amount_cents", "at_most_cents", "assigned_cents"])
def test_a_line_that_is_not_quantity_by_price_rounded_once(owner, at, order_id, column):
    close(owner, at, order_id, settle=False)
    by = "+ 1" if column == "at_most_cents" else "- 1"
    one = "where at_most_cents > amount_cents and amount_cents > 0"
    assert "amounts" in named(owner, f"update booking_line set {column} = {column} {by} {one}")


def test_a_rounding_that_is_named_and_not_booked(owner, at, order_id):
    close(owner, at, order_id)
    gone = "(select id from journal where kind = 'market.rounding')"
    found = named(
        owner,
        f"delete from posting where journal_id = {gone}",
        "delete from journal where kind = 'market.rounding'",
    )
    assert "I8 rounding" in found


@pytest.mark.parametrize(
    "statement",
    [
        "update product set unit_weight_g = 400 where unit = 'piece'",
        "update product set unit_weight_g = null where unit = 'piece'",
        "update product set price_micros = price_micros + 10000 where unit = 'piece'",
        # Also what was corrected by hand since the list came, which is the price that counts.
        "update product set price_micros = 3330000 where unit = 'g'",
        "update product set price_quantity = 100 where unit = 'g'",
    ],
)
def test_a_product_that_is_not_what_its_list_and_corrections_say(owner, at, order_id, statement):
    assert named(owner, statement) == {"price lists"}


def test_a_correction_of_which_nothing_was_recorded(owner, at, order_id):
    unsaid = "update audit_event set action = 'x' where action = 'market.product.corrected'"
    assert named(owner, unsaid) >= {"price lists"}


@pytest.mark.parametrize(
    "statement",
    [
        "update offer set unit_weight_g = 5000 where unit = 'piece'",
        "update offer set price_micros = price_micros + 1 where unit = 'piece'",
        "update offer set vat_rate = 2200 where unit = 'piece'",
    ],
)
def test_an_offer_that_is_not_what_the_list_said_at_the_opening(owner, at, order_id, statement):
    assert "offers" in named(owner, statement)


def test_a_list_that_changes_later_leaves_offers_as_they_were(owner, at, order_id):
    apply(owner, at, product("Passata 400 g", 5, um="Pezzi", sku="A"), product("Mele", 9))
    assert checks.violations(owner) == []


def test_transport_shared_otherwise_than_by_its_rule_although_it_adds_up(owner, at, order_id):
    close(owner, at, order_id, settle=False)
    moves = [
        f"update booking set transport_cents = transport_cents {by},"
        f" committed_cents = committed_cents {by}"
        f" where id = (select {which}(id) from booking where transport_cents > 100)"
        for by, which in (("- 100", "max"), ("+ 100", "min"))
    ]
    balance = (
        "update household h set commitment_cents = (select sum(committed_cents) from booking b"
        " where b.household_id = h.id)"
    )
    assert named(owner, *moves, balance) == {"transport"}


@pytest.mark.parametrize("table", ["booking", "charge", "settlement", "group_order"])
def test_transport_that_does_not_add_up_to_its_parts(owner, at, order_id, table):
    close(owner, at, order_id)
    more = "transport_cents = transport_cents + 1"
    if table == "charge":
        more += ", total_cents = total_cents + 1"
    assert named(owner, f"update {table} set {more}") & {"closings", "I8 settled"}


def test_goods_booked_as_transport(owner, at, order_id):
    close(owner, at, order_id)
    found = named(
        owner,
        "update posting p set amount = amount - 1 from agreement a, journal j"
        " where a.payable_account_id = p.account_id and j.id = p.journal_id"
        " and j.kind = 'market.charge'",
        "update posting p set amount = amount + 1 from centre c, journal j"
        " where c.transport_account_id = p.account_id and j.id = p.journal_id"
        " and j.kind = 'market.charge'",
    )
    assert found == {"I8 journal"}
