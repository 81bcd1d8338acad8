"""A centre's money: three numbers that agree, owners, cash that comes in."""

import pytest

from kit import shown
from kit.errors import NotFound, Refused
from ledger import accounts, checks, statements
from market import settlements, treasuries
from market.centres import purses
from market.closings import closings, dry_runs
from tests import make as people_make
from tests.market import make

KEY = "0" * 32


@pytest.fixture
def treasurer(session, at):
    return people_make.actor(session, None, ("treasurer", "centre", at.centre.id))


def test_what_is_held_is_what_is_owed(session, at, treasurer):
    family = make.household(session, at, credit=0)
    treasuries.take_cash(session, treasurer, family.id, 5_000, form_key=KEY, now=at.now)
    found = treasuries.of_centre(session, treasurer, at.centre.id)
    assert (found.held_cents, found.households_cents, found.difference_cents) == (5_000, 5_000, 0)
    assert found.below_zero == []


def test_what_the_households_have_is_told_with_what_of_it_is_held(session, at, order_id, treasurer):
    found = treasuries.of_centre(session, treasurer, at.centre.id)
    assert (found.households_cents, found.committed_cents) == (20_000, 1000 + 850 + 800)


def test_a_household_below_zero_is_named(session, at, closed_id, treasurer):
    before = treasuries.of_centre(session, treasurer, at.centre.id)
    settlements.settle(session, at.coordinator, closed_id, at.now)
    found = treasuries.of_centre(session, treasurer, at.centre.id)
    assert before.producers_cents == 0 and found.producers_cents > 0
    assert [account.owner_ref for account in found.below_zero] == []


@pytest.mark.parametrize(("micros", "left"), [(3_330_000, -3), (3_350_000, 5)])
def test_what_rounding_leaves_is_a_number_of_its_own(session, at, treasurer, micros, left):
    """Ten households with 100 g each; the producer's kilo costs less, or more."""
    cheese = make.product(session, at, "Caciotta", price_micros=micros, step=100)
    order_id = make.opened(session, at)
    for _ in range(10):
        make.book(session, at, order_id, make.household(session, at), (cheese.id, 100))
    token = dry_runs.dry_run(session, at.coordinator, order_id).token
    closings.close(session, at.coordinator, order_id, token, at.now)
    before = treasuries.of_centre(session, treasurer, at.centre.id)
    settlements.settle(session, at.coordinator, order_id, at.now)
    found = treasuries.of_centre(session, treasurer, at.centre.id)
    assert (found.funds_cents, found.rounding_cents) == (before.funds_cents, left)
    assert found.difference_cents == before.difference_cents


def test_cash_is_taken_once_for_a_form(session, at, treasurer):
    family = make.household(session, at, credit=0)
    for _ in range(2):
        treasuries.take_cash(session, treasurer, family.id, 5_000, form_key=KEY, now=at.now)
    assert accounts.balance(session, family.account_id) == 5_000


@pytest.mark.parametrize("key", ["", "0" * 15, "0" * 65, "è" * 32, f"{KEY}'"])
def test_a_form_that_is_not_ours_is_refused(session, at, treasurer, key):
    family = make.household(session, at, credit=0)
    with pytest.raises(Refused, match="non è più valido"):
        treasuries.take_cash(session, treasurer, family.id, 5_000, form_key=key, now=at.now)


def test_owners_are_named_by_their_account(session, at, treasurer, statements):
    family = make.household(session, at, "T7")
    found = treasuries.owners(session, at.centre.id)
    mine = found[family.account_id]
    assert (mine.name, mine.household_id) == (f"{family.name} (T7)", family.id)
    (producer,) = [owner for owner in found.values() if owner.household_id is None]
    assert producer.name == at.producer.name
    assert statements(lambda: treasuries.owners(session, at.centre.id)) == 1


def test_nobody_but_the_treasurer_looks_or_takes(session, at, treasurer):
    family = make.household(session, at)
    elsewhere = make.household(session, make.world(session))
    for actor in (at.coordinator, make.member(session, family)):
        with pytest.raises(NotFound):
            treasuries.of_centre(session, actor, at.centre.id)
        with pytest.raises(NotFound):
            treasuries.take_cash(session, actor, family.id, 1, form_key=KEY, now=at.now)
    with pytest.raises(NotFound):
        treasuries.statement(session, treasurer, at.centre.id, elsewhere.account_id, None)
    with pytest.raises(NotFound):
        treasuries.take_cash(session, treasurer, elsewhere.id, 1, form_key=KEY, now=at.now)


@pytest.fixture
def slip(session, at, treasurer):
    """1.000,00 € typed for 10,00 €, of which the household has booked something since."""
    at.family = make.household(session, at, credit=0)
    at.entry = treasuries.take_cash(
        session, treasurer, at.family.id, 100_000, form_key=KEY, now=at.now
    )
    boxes = make.pieces(session, at)
    make.book(session, at, make.opened(session, at), at.family, (boxes.id, 10))
    return treasuries.cash_mistake(session, treasurer, at.centre.id, at.entry)


def test_undoing_cash_shows_first_what_it_leaves(session, at, slip):
    assert (slip.cash.amount_cents, slip.balance_cents, slip.room_cents) == (100_000, 0, -2000)


def test_cash_is_undone_by_a_counter_entry_with_its_reason(session, at, treasurer, slip):
    seen = shown.pack(slip.parts())
    undone = treasuries.undo_cash(session, treasurer, slip, "erano 10 €", at.now, seen=seen)
    first, second = statements.of(session, at.family.account_id)
    assert (first.journal_id, first.reverses, second.reversed_by) == (undone, at.entry, undone)
    assert str(first.memo) == "Contanti registrati per sbaglio. erano 10 €"
    assert purses.get(session, at.family.id).room == -2000
    assert treasuries.of_centre(session, treasurer, at.centre.id).difference_cents == 0
    assert checks.violations(session) == []


def test_cash_is_undone_once(session, at, treasurer, slip):
    seen = shown.pack(slip.parts())
    treasuries.undo_cash(session, treasurer, slip, "sbagliato", at.now, seen=seen)
    with pytest.raises(Refused, match="già stata corretta"):
        treasuries.undo_cash(session, treasurer, slip, "sbagliato", at.now, seen=seen)
    with pytest.raises(Refused, match="già stata corretta"):
        treasuries.cash_mistake(session, treasurer, at.centre.id, at.entry)
    assert accounts.balance(session, at.family.account_id) == 0


def test_a_credit_that_moved_is_looked_at_before_cash_is_undone(session, at, treasurer, slip):
    make.top_up(session, at.family.account_id, 500, at.now)
    seen = shown.pack(slip.parts())
    with pytest.raises(shown.Changed, match="il credito della famiglia"):
        treasuries.undo_cash(session, treasurer, slip, "sbagliato", at.now, seen=seen)
    with pytest.raises(shown.Changed, match="guarda questa pagina"):
        treasuries.undo_cash(session, treasurer, slip, "sbagliato", at.now, seen="")
    assert accounts.balance(session, at.family.account_id) == 100_500


def test_only_cash_of_the_own_centre_is_undone_and_only_by_its_treasurer(
    session, at, treasurer, slip
):
    other = make.world(session)
    foreign = people_make.actor(session, None, ("treasurer", "centre", other.centre.id))
    undone = treasuries.undo_cash(
        session, treasurer, slip, "sbagliato", at.now, seen=shown.pack(slip.parts())
    )
    for actor, centre_id, journal_id in (
        (at.coordinator, at.centre.id, at.entry),
        (foreign, at.centre.id, at.entry),
        (foreign, other.centre.id, at.entry),
        (treasurer, at.centre.id, undone),  # a counter-entry is no cash
        (treasurer, at.centre.id, 10**15),
    ):
        with pytest.raises(NotFound):
            treasuries.cash_mistake(session, actor, centre_id, journal_id)
