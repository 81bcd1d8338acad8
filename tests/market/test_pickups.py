"""What a member fetches; what a centre hands out."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kit.audit import AuditEvent
from kit.errors import NotFound
from market import pickups, settlements
from market.closings import closings, dry_runs
from market.group_orders import heading, opening
from market.group_orders.rules import standing
from tests import make as people_make
from tests.market import make


def day_of(session, order_id):
    return heading.of(session, order_id).delivery_day


def test_an_open_order_shows_what_is_wanted_a_closed_one_what_is_assigned(session, at, order_id):
    actor = make.member(session, at.first)
    (found,) = pickups.of_member(session, actor, at.now)
    assert [line.quantity for line in found.lines] == [4, 1]
    assert found.order.total_cents == 1650
    assert found.order.pickup_address == "Via Roma 1"


def test_what_is_assigned_is_fetched_with_the_share_of_transport(session, at, closed_id):
    (found,) = pickups.of_member(session, make.member(session, at.first), at.now)
    assert [line.quantity for line in found.lines] == [3, 1]
    assert found.order.assigned and found.order.total_cents > 3 * 200 + 850


def test_a_cancelled_order_is_not_fetched(session, at, order_id):
    actor = make.member(session, at.first)
    opening.cancel(session, at.coordinator, order_id, "gelata", at.now)
    assert pickups.of_member(session, actor, at.now) == []
    assert pickups.days(session, at.coordinator, at.now) == []
    assert (
        pickups.day(session, at.coordinator, at.centre.id, day_of(session, order_id)).orders == []
    )


def test_the_days_to_come_count_orders_and_parcels(session, at, order_id):
    make.opened(session, at)
    (day,) = pickups.days(session, at.coordinator, at.now)
    assert (len(day.orders), day.parcels) == (2, 0)


def test_a_parcel_is_all_a_household_gets_at_a_place_also_of_two_orders(session, at, closed_id):
    other = make.opened(session, at)
    make.book(session, at, other, at.first, (at.honey.id, 2))
    seen = dry_runs.dry_run(session, at.coordinator, other)
    closings.close(session, at.coordinator, other, seen.token, at.now)
    (day,) = pickups.days(session, at.coordinator, at.now)
    there = pickups.day(session, at.coordinator, at.centre.id, day.day)
    assert (len(day.orders), day.parcels) == (2, 2)
    assert sum(len(place.parcels) for place in there.places) == day.parcels


@pytest.mark.parametrize("settled", [False, True])
def test_goods_stay_in_sight_until_a_few_days_after_they_came(session, at, closed_id, settled):
    """After the delivery day or its confirmation, whichever is later; unconfirmed for ever."""
    actor = make.member(session, at.first)
    confirmed = at.now + timedelta(days=9)  # the day was to be in 6 days
    if settled:
        settlements.settle(session, at.coordinator, closed_id, confirmed)
    for days, shown in ((10, True), (12, True), (13, not settled), (40, not settled)):
        now = at.now + timedelta(days=days)
        assert bool(pickups.of_member(session, actor, now)) == shown, days
        assert bool(pickups.days(session, at.coordinator, now)) == shown, days
        assert standing.to_fetch(heading.of(session, closed_id), now) == shown, days


def test_a_day_is_handed_out_by_household_and_by_product(session, at, closed_id):
    found = pickups.day(session, at.coordinator, at.centre.id, day_of(session, closed_id))
    (place,) = found.places
    assert [(parcel.code, len(parcel.lines)) for parcel in place.parcels] == [("F1", 2), ("F2", 1)]
    totals = {total.name: (total.quantity, total.households) for total in place.totals}
    assert totals == {at.boxes.name: (6, 2), at.honey.name: (1, 1)}


def test_who_does_not_work_there_finds_nothing(session, at, closed_id):
    day = day_of(session, closed_id)
    for actor in (make.member(session, at.first), make.world(session).coordinator):
        with pytest.raises(NotFound):
            pickups.day(session, actor, at.centre.id, day)
    driver = people_make.actor(session, None, ("driver", "centre", at.centre.id))
    assert pickups.day(session, driver, at.centre.id, day).places
    assert pickups.of_member(session, driver, at.now) == []
    assert pickups.days(session, make.member(session, at.first), at.now) == []


def test_what_is_confirmed_is_fetched_on_the_day_it_was(session, at, closed_id):
    """Its goods leave the parcels of the planned day, where others are still to come."""
    other = make.opened(session, at)
    planned, today = day_of(session, closed_id), make.a_day(at, 0)
    settlements.settle(session, at.coordinator, closed_id, at.now)
    days = pickups.days(session, at.coordinator, at.now)
    assert [(day.day, [order.id for order in day.orders], day.parcels) for day in days] == [
        (today, [closed_id], 2),
        (planned, [other], 0),
    ]
    there = pickups.day(session, at.coordinator, at.centre.id, planned)
    assert [order.id for order in there.orders] == [other] and there.places[0].parcels == []
    (place,) = pickups.day(session, at.coordinator, at.centre.id, today).places
    assert len(place.parcels) == 2


def test_a_member_fetches_first_what_comes_first(session, at, closed_id):
    """An order confirmed early is there before one that comes sooner than its planned day."""
    sooner = make.opened(session, at, delivery_day=make.a_day(at, 4))
    make.book(session, at, sooner, at.first, (at.honey.id, 2))
    actor = make.member(session, at.first)

    def found():
        return [each.order.id for each in pickups.of_member(session, actor, at.now)]

    assert found() == [sooner, closed_id]
    settlements.settle(session, at.coordinator, closed_id, at.now)
    assert found() == [closed_id, sooner]


def read_of(session):
    query = select(AuditEvent.actor_id, AuditEvent.subject_id, AuditEvent.after)
    return session.execute(query.where(AuditEvent.action == "market.pickups.read")).all()


def test_who_reads_the_names_of_a_day_is_recorded_and_who_finds_none_is_not(session, at, closed_id):
    planned = day_of(session, closed_id)
    pickups.day(session, at.coordinator, at.centre.id, planned + timedelta(days=300))
    with pytest.raises(NotFound):
        pickups.day(session, make.member(session, at.first), at.centre.id, planned)
    assert read_of(session) == []
    pickups.day(session, at.coordinator, at.centre.id, planned)
    (kept,) = read_of(session)
    said = (at.coordinator.person_id, at.centre.id, {"day": planned.isoformat()})
    assert tuple(kept) == said
