"""What a member fetches; what a centre hands out."""

from datetime import timedelta

import pytest

from kit.errors import NotFound
from market import pickups
from market.group_orders import heading, opening
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


def test_a_cancelled_or_long_past_order_is_not_fetched(session, at, order_id):
    actor = make.member(session, at.first)
    assert pickups.of_member(session, actor, at.now + timedelta(days=20)) == []
    assert pickups.days(session, at.coordinator, at.now + timedelta(days=20)) == []
    opening.cancel(session, at.coordinator, order_id, "gelata", at.now)
    assert pickups.of_member(session, actor, at.now) == []
    assert pickups.days(session, at.coordinator, at.now) == []
    assert (
        pickups.day(session, at.coordinator, at.centre.id, day_of(session, order_id)).orders == []
    )


def test_the_days_to_come_count_orders_and_parcels(session, at, order_id):
    make.opened(session, at)
    (day,) = pickups.days(session, at.coordinator, at.now)
    assert (day.orders, day.still_open, day.parcels) == (2, 2, 2)
    assert type(day.parcels) is int


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
