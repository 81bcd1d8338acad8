"""Settling: each household is charged exactly once, the books and the market agree."""

import pytest
from sqlalchemy import text

from kit.errors import NotFound, Refused
from kit.mail import Mail
from ledger import accounts
from ledger import checks as ledger_checks
from ledger import statements as statements_of
from market import checks, settlements
from market.closings import closings, dry_runs
from market.group_orders import opening
from market.tables.catalogue import Agreement
from market.tables.centres import Household
from market.tables.orders import GroupOrder
from market.tables.settlements import Charge
from tests import jobs
from tests import make as make_people
from tests.market import make


@pytest.fixture
def order(session, at):
    """A closed order: A 2 kg of apples (7,00), B 4 honeys (8,00), transport 10,00 equally."""
    apples, honey = make.product(session, at), make.pieces(session, at)
    at.a, at.b = make.household(session, at, "A"), make.household(session, at, "B")
    at.empty = make.household(session, at, "C")
    order_id = make.opened(session, at, transport_cents=1001, transport_by="equal")
    make.book(session, at, order_id, at.a, (apples.id, 2000, 3000))
    make.book(session, at, order_id, at.b, (honey.id, 4))
    make.book(session, at, order_id, at.empty, (honey.id, 1))
    make.book(session, at, order_id, at.empty, (honey.id, 0))
    token = dry_runs.dry_run(session, at.coordinator, order_id).token
    closings.close(session, at.coordinator, order_id, token, at.now)
    return order_id


def test_settling_charges_goods_and_transport_once_and_frees_the_commitment(session, at, order):
    settlements.settle(session, at.coordinator, order, at.now)
    session.expire_all()
    balances = accounts.balances(session, [at.a.account_id, at.b.account_id, at.empty.account_id])
    assert balances == {
        at.a.account_id: 10_000 - 700 - 501,
        at.b.account_id: 10_000 - 800 - 500,
        at.empty.account_id: 10_000,
    }
    payable = session.get(Agreement, (at.centre.id, at.producer.id)).payable_account_id
    assert accounts.balance(session, payable) == 1500
    assert accounts.balance(session, at.centre.transport_account_id) == 1001
    assert session.get(Household, at.a.id).commitment_cents == 0
    assert session.get(GroupOrder, order).state == "settled"
    assert session.query(Charge).filter_by(group_order_id=order).count() == 2
    assert checks.violations(session) == [] and ledger_checks.violations(session) == []


def test_a_settled_order_is_not_settled_again_nor_cancelled(session, at, order):
    settlements.settle(session, at.coordinator, order, at.now)
    with pytest.raises(Refused, match="già stato consegnato"):
        settlements.settle(session, at.coordinator, order, at.now)
    with pytest.raises(Refused, match="già stato consegnato"):
        opening.cancel(session, at.coordinator, order, "", at.now)
    assert session.query(Charge).filter_by(group_order_id=order).count() == 2


def test_an_open_order_is_not_settled(session, at):
    make.pieces(session, at)
    order_id = make.opened(session, at)
    with pytest.raises(Refused, match="ancora aperto"):
        settlements.settle(session, at.coordinator, order_id, at.now)


def test_coordinators_and_treasurers_of_the_centre_settle_and_nobody_else(session, at, order):
    other = make.world(session)
    for actor in (other.coordinator, make.member(session, at.a)):
        with pytest.raises(NotFound):
            settlements.settle(session, actor, order, at.now)
    treasurer = make_people.actor(session, None, ("treasurer", "centre", at.centre.id))
    settlements.settle(session, treasurer, order, at.now)


def test_a_share_of_transport_may_take_a_household_below_its_limit(session, at):
    boxes = make.pieces(session, at)
    family = make.household(session, at, credit=400)
    order_id = make.opened(session, at, transport_cents=300)
    make.book(session, at, order_id, family, (boxes.id, 2))
    token = dry_runs.dry_run(session, at.coordinator, order_id).token
    closings.close(session, at.coordinator, order_id, token, at.now)
    settlements.settle(session, at.coordinator, order_id, at.now)
    assert accounts.balance(session, family.account_id) == -300


def test_every_household_reads_what_it_was_charged_and_why(session, at, order):
    settlements.settle(session, at.coordinator, order, at.now)
    jobs.run_all(session)
    letter = session.query(Mail).filter_by(to=at.a.email, subject="Ordine di prova: addebito").one()
    assert "Merce 7,00\u00a0€, trasporto 5,01\u00a0€, in tutto 12,01\u00a0€." in letter.text
    assert "5,01\u00a0€ = 10,01\u00a0€ × 1 / 2 famiglie" in letter.text


@pytest.mark.parametrize("families", [2, 12])
def test_settling_costs_the_same_statements_whatever_the_size(session, at, statements, families):
    boxes = make.pieces(session, at)
    order_id = make.opened(session, at, transport_cents=900)
    for _ in range(families):
        make.book(session, at, order_id, make.household(session, at), (boxes.id, 3))
    token = dry_runs.dry_run(session, at.coordinator, order_id).token
    closings.close(session, at.coordinator, order_id, token, at.now)
    act = lambda: settlements.settle(session, at.coordinator, order_id, at.now)  # noqa: E731
    assert statements(act) == 21


def in_tenths(session, at, micros):
    """A closed order of ten households, each with 100 g of a cheese at this price a kilo."""
    cheese = make.product(session, at, "Caciotta", price_micros=micros, step=100)
    order_id = make.opened(session, at)
    for _ in range(10):
        make.book(session, at, order_id, make.household(session, at), (cheese.id, 100))
    token = dry_runs.dry_run(session, at.coordinator, order_id).token
    closings.close(session, at.coordinator, order_id, token, at.now)
    return order_id


@pytest.mark.parametrize(("micros", "owed", "paid"), [(3_330_000, 333, 330), (3_350_000, 335, 340)])
def test_what_rounding_leaves_is_the_centres_and_booked_once(session, at, micros, owed, paid):
    tenths = in_tenths(session, at, micros)
    seen = settlements.preview(session, at.coordinator, tenths)
    assert (seen.owed_cents, seen.goods_cents, seen.rounding_cents) == (owed, paid, owed - paid)
    settlement = settlements.settle(session, at.coordinator, tenths, at.now)
    assert (settlement.goods_cents, settlement.rounding_cents) == (paid, owed - paid)
    payable = session.get(Agreement, (at.centre.id, at.producer.id)).payable_account_id
    assert accounts.balance(session, payable) == owed
    rounding = accounts.find(session, f"centre:{at.centre.code.lower()}:rounding")
    assert rounding is not None
    assert accounts.balance(session, rounding) == paid - owed
    (line,) = statements_of.of(session, rounding)
    assert (str(line.label), line.subject) == ("Arrotondamento", ("group_order", tenths))
    assert checks.violations(session) == [] and ledger_checks.violations(session) == []


def test_where_nothing_is_left_no_account_of_roundings_is_opened(session, at, order):
    assert settlements.settle(session, at.coordinator, order, at.now).rounding_cents == 0
    assert accounts.find(session, f"centre:{at.centre.code.lower()}:rounding") is None


ROUNDINGS = [
    "update settlement set rounding_cents = rounding_cents + 1",
    "update settlement set rounding_cents = null",
    "update offer set price_micros = price_micros + 10000",
    "update journal set key = key || 's' where kind = 'market.rounding'",
    "update posting set amount = 2 * amount"
    " where account_id in (select id from account where kind = 'rounding')",
]


@pytest.mark.parametrize("planted", ROUNDINGS)
def test_a_rounding_that_is_not_booked_as_it_is_named_is_found(owner, planted):
    at = make.world(owner)
    tenths = in_tenths(owner, at, 3_330_000)
    settlements.settle(owner, at.coordinator, tenths, at.now)
    assert checks.violations(owner) == []
    owner.execute(text("set constraints all immediate"))
    for table in ("journal", "posting"):
        owner.execute(text(f"alter table {table} disable trigger user"))
    owner.execute(text(planted))
    found = checks.violations(owner)
    assert any(line.startswith("market, I8 rounding") for line in found), found


TAMPERINGS = {
    "update household set commitment_cents = commitment_cents + 1 where id = :a": "I9",
    "update booking set committed_cents = 5 where household_id = :a": "I9",
    "update offer set wanted = wanted + 1, at_most = at_most + 1 where group_order_id = :o": "I10",
    "update offer set households = households + 1 where group_order_id = :o": "I10",
    "update booking set lines = lines + 1 where household_id = :a": "bookings",
    "update booking set changed_lines = 1 - changed_lines where household_id = :a": "bookings",
    "update booking_line set amount_cents = 0": "amounts",
    "update booking set assigned_cents = 1 where household_id = :a": "I8",
    "update booking set transport_cents = 1 where household_id = :a": "I8",
    "update offer set assigned = 1 where group_order_id = :o and unit = 'g'": "closings",
    "update group_order set state = 'closed' where id = :o": "I8",
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_what_was_tampered_with_is_named(session, at, order, tampering):
    settlements.settle(session, at.coordinator, order, at.now)
    assert checks.violations(session) == []
    values = {"a": at.a.id, "o": order}
    session.execute(text(tampering), {k: v for k, v in values.items() if f":{k}" in tampering})
    found = checks.violations(session)
    assert any(violation.startswith(f"market, {TAMPERINGS[tampering]}") for violation in found)
