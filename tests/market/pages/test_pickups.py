"""What a member fetches; what a centre hands out."""

import pytest

from market.group_orders import orders
from tests.market import make


@pytest.fixture
def day_path(session, at, closed_id):
    day = orders.get(session, closed_id).delivery_day
    return f"/centres/{at.centre.id}/pickups/{day.isoformat()}"


def test_a_member_sees_what_where_and_when(enter, at, closed_id):
    text = enter(("member", "household", at.first.id)).get("/pickups").text
    assert "3\u00a0pezzi Cassetta" in text and "Oratorio" in text and "Via Roma 1" in text
    assert "in arrivo" in text and "Consegne del centro" not in text


def test_while_the_order_is_open_it_says_what_is_wanted(enter, at, order_id):
    text = enter(("member", "household", at.first.id)).get("/pickups").text
    assert "4\u00a0pezzi Cassetta" in text and "si decidono alla chiusura" in text


def test_a_member_without_bookings_is_told_what_will_be_here(enter, session, at):
    family = make.household(session, at)
    text = enter(("member", "household", family.id)).get("/pickups").text
    assert "Niente da ritirare" in text


def test_a_helper_sees_the_day_by_household_and_by_product(enter, at, day_path):
    client = enter(("driver", "centre", at.centre.id))
    assert day_path in client.get("/pickups").text
    text = client.get(day_path).text
    assert f"F1 · {at.first.name}" in text and "3\u00a0pezzi</strong> Cassetta" in text
    text = client.get(f"{day_path}?by=product").text
    assert "6\u00a0pezzi" in text and at.first.name not in text


def test_an_open_order_is_named_as_not_yet_in_the_parcels(enter, session, at, day_path):
    make.opened(session, at, title="Agrumi")
    session.commit()
    text = enter(("coordinator", "centre", at.centre.id)).get(day_path).text
    assert "Agrumi" in text and text.count("Non è ancora nei pacchi.") == 1


def test_others_find_no_day(enter, session, at, day_path):
    stranger = make.world(session)
    client = enter(("driver", "centre", stranger.centre.id), ("member", "household", at.first.id))
    assert client.get(day_path).status_code == 404
    helper = enter(("driver", "centre", at.centre.id))
    assert helper.get(f"/centres/{at.centre.id}/pickups/2020-01-01").status_code == 404
    assert helper.get(f"/centres/{at.centre.id}/pickups/domani").status_code == 404


def test_the_day_takes_the_same_statements_for_many_households(
    enter, session, at, order_id, statements
):
    client = enter(("driver", "centre", at.centre.id))
    day = orders.get(session, order_id).delivery_day
    path = f"/centres/{at.centre.id}/pickups/{day.isoformat()}"
    client.get(path)
    few = statements(lambda: client.get(path))
    for _ in range(4):
        make.book(session, at, order_id, make.household(session, at), (at.honey.id, 1))
    session.commit()
    assert statements(lambda: client.get(path)) == few <= 5
