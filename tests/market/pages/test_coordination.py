"""The board of whoever runs a centre."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from market.tables.orders import GroupOrder
from tests.market import make


def test_the_board_shows_open_orders_with_their_progress(coordinator, at, order_id):
    text = coordinator.get("/coordination").text
    assert "Ordine di prova" in text and "2 famiglie hanno prenotato" in text
    assert "mancano 75,50\u00a0€ al minimo" in text
    assert f"/centres/{at.centre.id}/group-orders/new" in text
    assert "Da fare adesso" not in text


def test_an_order_past_its_hour_comes_first(coordinator, session, at, order_id):
    values = {"opens_at": at.now - timedelta(days=2), "closes_at": at.now - timedelta(hours=1)}
    session.execute(update(GroupOrder).where(GroupOrder.id == order_id).values(values))
    session.commit()
    text = coordinator.get("/coordination").text
    assert "Da fare adesso" in text and f"/group-orders/{order_id}/closing" in text


def test_a_delivery_of_today_asks_to_be_settled(coordinator, session, at, closed_id):
    session.execute(update(GroupOrder).values(delivery_day=make.a_day(at, -1)))
    session.commit()
    text = coordinator.get("/coordination").text
    assert f"/group-orders/{closed_id}/settlement" in text


def test_a_treasurer_sees_the_board_without_what_is_not_theirs(enter, at, order_id):
    text = enter(("treasurer", "centre", at.centre.id)).get("/coordination").text
    assert f"/centres/{at.centre.id}/accounts" in text
    assert "/group-orders/new" not in text and "/households" not in text


@pytest.mark.parametrize("role", ["driver", None])
def test_for_anybody_else_there_is_no_board(enter, at, role):
    grants = [(role, "centre", at.centre.id)] if role else []
    assert enter(*grants).get("/coordination").status_code == 404


def test_an_empty_board_teaches_the_first_step(coordinator):
    assert "Un ordine comincia da un listino" in coordinator.get("/coordination").text


def test_the_board_takes_the_same_statements_for_many_orders(
    coordinator, session, at, order_id, statements
):
    coordinator.get("/coordination")
    few = statements(lambda: coordinator.get("/coordination"))
    for _ in range(4):
        make.opened(session, at)
    session.commit()
    assert statements(lambda: coordinator.get("/coordination")) == few <= 6


@pytest.mark.parametrize(
    ("template", "entry"),
    [
        ("/coordination", "/coordination"),
        ("/centres/{centre}/households", "/coordination"),
        ("/group-orders/{order}/closing", "/coordination"),
        ("/centres/{centre}", "/centres"),
        ("/centres/{centre}/pickups/{day}", "/pickups"),
    ],
)
def test_the_header_marks_where_one_is(coordinator, at, order_id, template, entry):
    path = template.format(centre=at.centre.id, order=order_id, day=at.terms.delivery_day)
    text = coordinator.get(path).text
    current = re.findall(r'fl-nav-link" href="([^"]+)" aria-current', text)
    assert current == [entry]
