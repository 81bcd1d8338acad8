"""Somebody who belongs to two households of one centre reaches both on every page."""

import pytest
from sqlalchemy import select

from market.tables.bookings import Booking, BookingLine
from tests.market import make


@pytest.fixture
def both(enter, at, order_id):
    """A member of both households; each has booked in the order."""
    return enter(*(("member", "household", family.id) for family in (at.first, at.second)))


def paths(order_id):
    return f"/group-orders/{order_id}/booking", "/pickups", "/statement"


def test_each_page_says_for_whom_and_leads_to_the_other(both, at, order_id):
    for path in paths(order_id):
        for mine, other in ((at.first, at.second), (at.second, at.first)):
            text = both.get(f"{path}?household={mine.id}").text
            assert f"Per la famiglia: {mine.name}" in text, path
            assert f'href="{path}?household={other.id}">passa a {other.name}' in text, path


def test_with_one_household_there_is_nothing_to_switch(enter, at, order_id):
    client = enter(("member", "household", at.first.id))
    for path in paths(order_id):
        assert "passa a" not in client.get(path).text


def test_the_household_of_another_centre_is_not_offered_for_an_order(enter, session, at, order_id):
    elsewhere = make.household(session, make.world(session))
    client = enter(*(("member", "household", family.id) for family in (at.first, elsewhere)))
    text = client.get(f"/group-orders/{order_id}/booking").text
    assert at.first.name in text and "passa a" not in text
    assert f"?household={elsewhere.id}" in client.get("/statement").text


def test_foreign_and_odd_households_are_absent(enter, session, at, order_id):
    client = enter(("member", "household", at.first.id))
    for path in paths(order_id):
        for id_ in (at.second.id, 999999, "pippo", "-1", "٣", "1e3", 2**70):
            assert client.get(path, params={"household": id_}).status_code == 404, (path, id_)


def test_what_is_sent_for_one_household_stays_with_it(both, session, at, order_id):
    path = f"/group-orders/{order_id}/booking"
    line = session.execute(
        select(BookingLine.booking_id, BookingLine.offer_id, Booking.household_id)
        .join(Booking, Booking.id == BookingLine.booking_id)
        .where(Booking.household_id == at.second.id)
    ).first()
    assert line is not None
    answer = both.post(path, data={"household": at.second.id}, follow_redirects=False)
    assert answer.headers["location"] == f"{path}?household={at.second.id}"
    assert (
        f'name="household" id="booking-household" value="{at.second.id}"'
        in both.get(answer.headers["location"]).text
    )
    for wrong in ("pippo", "999999"):
        assert both.post(path, data={"household": wrong}).status_code == 404


def test_pickups_show_the_parcels_of_all_or_of_one(both, at, order_id):
    everything = both.get("/pickups").text
    assert everything.count("fl-panel") == 2 and "Tutte le famiglie" in everything
    one = both.get(f"/pickups?household={at.second.id}").text
    assert one.count("fl-panel") == 1
    assert f"/group-orders/{order_id}/booking?household={at.second.id}" in one
    assert f"/group-orders/{order_id}/booking?household={at.first.id}" not in one


def test_home_names_each_purse_and_leads_to_it(both, at):
    text = both.get("/").text
    for family in (at.first, at.second):
        assert f'href="/statement?household={family.id}"' in text and family.name in text


def test_who_has_booked_for_one_household_only_sees_nothing_for_the_other(enter, session, at):
    boxes = make.pieces(session, at)
    family, idle = make.household(session, at), make.household(session, at)
    make.book(session, at, make.opened(session, at), family, (boxes.id, 1))
    client = enter(*(("member", "household", one.id) for one in (family, idle)))
    for path in ("/group-orders", "/"):
        page = client.get(path)
        assert page.status_code == 200
        assert f'household={idle.id}">{idle.name}</a>: niente' in page.text, path
