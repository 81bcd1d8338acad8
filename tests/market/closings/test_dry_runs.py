"""The dry run: what closing would give everybody, for whoever coordinates, nothing written."""

import pytest
from sqlalchemy import update

from kit import shown
from kit.errors import NotFound, Refused
from market.centres import purses
from market.closings import closings, dry_runs
from market.tables.orders import GroupOrder
from tests.market import make
from tests.market.closings.written import line


def test_the_dry_run_shows_every_household_and_writes_nothing(session, at, order):
    seen = dry_runs.dry_run(session, at.coordinator, order)
    first, second = seen.households
    # 7 kg wanted, one case: 5 kg x 2/7 = 2.86 and 5 x 5/7 = 7.14 of ten half-kilos.
    assert [c.assigned for c in first.changes] == [1500]
    assert [c.assigned for c in second.changes] == [3500]
    assert "mancavano 3 kg" in str(first.changes[0].reason)
    # Goods: 1.5 kg x 3.50 + 2 x 2.00; transport by weight: 2.5 kg and 3.5 kg of 6.
    assert (first.goods_cents, first.transport_cents) == (925, 417)
    assert (second.goods_cents, second.transport_cents) == (1225, 583)
    assert str(first.transport_proof) == "4,17\u00a0€ = 10,00\u00a0€ × 2,5 kg / 6 kg"
    assert (seen.goods_cents, seen.transport_cents) == (2150, 1000)
    assert [(offer.total, offer.cases) for offer in seen.offers] == [(5000, 1), (2, None)]
    assert session.get(GroupOrder, order).state == "open"
    assert line(session, order, at.a, at.apples).assigned is None


def test_a_rehearsal_is_the_dry_run_beside_what_is_still_wrong(session, at, order):
    rehearsal = dry_runs.rehearse(session, at.coordinator, order, at.now)
    assert rehearsal.result == dry_runs.dry_run(session, at.coordinator, order)
    assert any("mancano 3 kg al collo" in str(issue.text) for issue in rehearsal.issues)


def test_what_a_household_pays_is_goods_and_transport_and_all_of_it_adds_up(session, at, order):
    seen = dry_runs.dry_run(session, at.coordinator, order)
    assert [household.total_cents for household in seen.households] == [925 + 417, 1225 + 583]
    total = sum(household.total_cents for household in seen.households)
    assert total == seen.goods_cents + seen.transport_cents
    owed = sum(offer.owed_cents for offer in seen.offers)
    assert owed == seen.goods_cents + seen.rounding_cents


def test_a_change_names_its_product_and_its_quantities(session, at, order):
    first, _second = dry_runs.dry_run(session, at.coordinator, order).households
    (change,) = first.changes
    assert (change.name, change.unit) == (at.apples.name, "g")
    assert (change.wanted, change.assigned) == (2000, 1500)
    assert (first.household_id, first.code, first.wanted_cents) == (at.a.id, "A", 1100)


def test_an_order_that_is_closed_has_no_dry_run_any_more(session, at, order):
    seen = dry_runs.dry_run(session, at.coordinator, order)
    closings.close(session, at.coordinator, order, seen.token, at.now)
    with pytest.raises(Refused, match="già chiuso"):
        dry_runs.dry_run(session, at.coordinator, order)
    with pytest.raises(Refused, match="già chiuso"):
        dry_runs.rehearse(session, at.coordinator, order, at.now)


def test_only_the_coordinators_of_the_centre_see_it(session, at, order):
    other = make.world(session)
    for actor in (other.coordinator, make.member(session, at.a)):
        with pytest.raises(NotFound):
            dry_runs.rehearse(session, actor, order, at.now)
        with pytest.raises(NotFound):
            dry_runs.dry_run(session, actor, order)
    with pytest.raises(NotFound):
        dry_runs.dry_run(session, at.coordinator, 10**15)


@pytest.mark.parametrize("families", [2, 12])
def test_it_costs_the_same_statements_whatever_the_size(session, at, statements, families):
    apples = make.product(session, at, case_size=5000, whole_cases=True)
    order_id = make.opened(session, at, transport_cents=900)
    for _ in range(families):
        make.book(session, at, order_id, make.household(session, at), (apples.id, 3000))
    actor = at.coordinator
    assert statements(lambda: dry_runs.rehearse(session, actor, order_id, at.now)) == 4
    assert statements(lambda: dry_runs.dry_run(session, actor, order_id)) == 3


@pytest.fixture
def tight(session, at):
    """0,78 € of credit, 0,75 € of it booked, beside one that has enough; transport equally."""
    flour = make.pieces(session, at, price_micros=750_000)
    order_id = make.opened(session, at, transport_cents=3000, transport_by="equal")
    at.poor, at.rich = make.household(session, at, "P", credit=78), make.household(session, at, "R")
    for family, wanted in ((at.poor, 1), (at.rich, 10)):
        make.book(session, at, order_id, family, (flour.id, wanted))
    return order_id


def test_whom_the_transport_takes_beyond_its_credit_is_named_with_how_far(session, at, tight):
    seen = dry_runs.dry_run(session, at.coordinator, tight)
    assert [(each.code, each.over_cents) for each in seen.over] == [("P", 75 + 1500 - 78)]
    closings.close(session, at.coordinator, tight, seen.token, at.now)
    assert purses.get(session, at.poor.id).room == -seen.over[0].over_cents
    assert purses.get(session, at.rich.id).room > 0


def test_a_credit_that_changed_meanwhile_is_looked_at_before_closing(session, at, tight):
    seen = dry_runs.dry_run(session, at.coordinator, tight)
    shown_ = shown.pack(seen.parts())
    make.top_up(session, at.poor.account_id, 1000, at.now)
    with pytest.raises(shown.Changed, match=f"il credito di {at.poor.name}"):
        closings.close(session, at.coordinator, tight, seen.token, at.now, seen=shown_)
    assert session.get_one(GroupOrder, tight).state == "open"


def test_who_gets_less_than_was_held_of_its_credit_is_not_beyond_it_by_closing(
    session, at, order_id
):
    session.execute(update(GroupOrder).values(transport_cents=0))
    make.top_up(session, at.first.account_id, -20_000, at.now)
    assert purses.get(session, at.first.id).room < 0
    assert dry_runs.dry_run(session, at.coordinator, order_id).over == []


def test_before_the_promised_hour_everybody_who_booked_is_told(session, at, tight):
    early = dry_runs.rehearse(session, at.coordinator, tight, at.now).result
    assert early.early and early.audience.letters == 2
    late = dry_runs.rehearse(session, at.coordinator, tight, at.terms.closes_at).result
    assert not late.early
    assert list(late.audience.addresses) == [at.poor.email]
