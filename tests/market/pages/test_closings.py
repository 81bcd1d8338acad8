"""Closing as whoever coordinates does it: what is missing, the dry run, one button."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from market.group_orders import opening
from market.group_orders.opening import Hours
from market.tables.bookings import BookingLine
from market.tables.orders import GroupOrder
from tests import jobs
from tests.forms import filled, form
from tests.market import make
from tests.market.pages import shown


def token_of(text):
    return re.findall(r'name="token" value="([0-9a-f]{64})"', text)[0]


def state(session):
    session.expire_all()
    return session.scalar(select(GroupOrder.state))


def test_the_page_says_what_is_missing_with_its_remedy_then_the_result(coordinator, at, order_id):
    text = coordinator.get(f"/group-orders/{order_id}/closing").text
    assert "Mancano 75,50\u00a0€ al minimo" in text
    assert "mancano 3 pezzi al collo" in text
    assert "voleva 4\u00a0pezzi, riceve 3\u00a0pezzi" in text
    assert "Chiudi l'ordine: partono 2 lettere" in text.replace("&#39;", "'")
    # Goods 3 x 2,00 + 8,50 and 3 x 2,00: the proof of the transport stands in the row.
    assert "14,50\u00a0€" in text and "10,01\u00a0€ ×" in text


def test_a_minimum_that_only_the_cut_quantities_miss_is_said(coordinator, session, at, order_id):
    session.execute(update(GroupOrder).values(minimum_cents=2400))
    session.commit()
    text = coordinator.get(f"/group-orders/{order_id}/closing").text
    assert "al minimo del produttore" not in text
    assert "vanno 20,50\u00a0€: 3,50\u00a0€ sotto il suo minimo di 24,00\u00a0€" in text
    session.execute(update(GroupOrder).values(minimum_cents=2050))
    session.commit()
    assert "sotto il suo minimo" not in coordinator.get(f"/group-orders/{order_id}/closing").text


def test_closing_does_what_was_shown_and_orders_the_papers(coordinator, session, at, order_id):
    token = token_of(coordinator.get(f"/group-orders/{order_id}/closing").text)
    answer = coordinator.post(f"/group-orders/{order_id}/closing", data={"token": token})
    assert "Ordine chiuso" in answer.text and state(session) == "closed"
    boxes = session.scalars(select(BookingLine.assigned).where(BookingLine.wanted == 4)).all()
    assert boxes == [3, 3]
    assert {"market.order_sheet", "market.closing_notices"} <= {
        name for name, _ in jobs.queued(session)
    }


def test_when_bookings_changed_it_is_refused_and_shows_the_new_result(
    coordinator, session, at, order_id
):
    token = token_of(coordinator.get(f"/group-orders/{order_id}/closing").text)
    make.book(session, at, order_id, at.second, (at.boxes.id, 2))
    session.commit()
    answer = coordinator.post(f"/group-orders/{order_id}/closing", data={"token": token})
    assert answer.status_code == 409 and "sono cambiate dopo la prova" in answer.text
    assert "Ogni famiglia riceve quello che voleva" in answer.text
    assert state(session) == "open"
    fresh = token_of(answer.text)
    assert fresh != token
    coordinator.post(f"/group-orders/{order_id}/closing", data={"token": fresh})
    assert state(session) == "closed"


def test_what_changed_since_the_dry_run_is_named(coordinator, session, at, order_id):
    path = f"/group-orders/{order_id}/closing"
    old = filled(coordinator, path, {})
    make.book(session, at, order_id, at.second, (at.boxes.id, 2))
    session.commit()
    refused = coordinator.post(path, data=old)
    assert refused.status_code == 409 and state(session) == "open"
    told = shown.text(refused).partition("è cambiato qualcosa: ")[2].partition(". ")[0]
    assert told.startswith(f"la prenotazione di {at.second.name}, quanto si ordina di ")
    assert f"il risultato di {at.first.name}" in told
    assert coordinator.post(path, data=form(refused.text, path).values).status_code == 200
    assert state(session) == "closed"


def test_hours_moved_since_the_dry_run_are_told_as_before(coordinator, session, at, order_id):
    path = f"/group-orders/{order_id}/closing"
    old = filled(coordinator, path, {})
    hours = Hours(at.terms.closes_at + timedelta(hours=1), at.terms.delivery_day)
    opening.prolong(session, at.coordinator, order_id, hours, at.now)
    session.commit()
    refused = coordinator.post(path, data=old)
    assert refused.status_code == 409 and "dopo la prova" in shown.text(refused)


def test_an_order_is_closed_once(coordinator, session, at, closed_id):
    data = {"token": "0" * 64}
    answer = coordinator.post(f"/group-orders/{closed_id}/closing", data=data)
    assert answer.status_code == 409 and "già chiuso" in answer.text
    answer = coordinator.get(f"/group-orders/{closed_id}/closing", follow_redirects=False)
    assert answer.status_code == 303


def test_an_order_nobody_booked_shows_the_way_out_and_no_button(coordinator, session, at):
    make.pieces(session, at)
    order_id = make.opened(session, at)
    session.commit()
    text = coordinator.get(f"/group-orders/{order_id}/closing").text
    assert "Nessuno ha prenotato" in text and "/cancellation" in text
    assert 'name="token"' not in text
    answer = coordinator.post(f"/group-orders/{order_id}/closing", data={})
    assert answer.status_code == 409 and state(session) == "open"


@pytest.mark.parametrize("role", ["treasurer", "driver"])
def test_only_coordinators_close(enter, session, at, order_id, role):
    client = enter((role, "centre", at.centre.id))
    assert client.get(f"/group-orders/{order_id}/closing").status_code == 404
    answer = client.post(f"/group-orders/{order_id}/closing", data={"token": "0" * 64})
    assert answer.status_code == 404 and state(session) == "open"


def test_the_dry_run_takes_the_same_statements_for_many_households(
    coordinator, session, at, order_id, statements
):
    path = f"/group-orders/{order_id}/closing"
    coordinator.get(path)
    few = statements(lambda: coordinator.get(path))
    assert few == 5  # the person, the order, its books, credit that is gone, who is written to
    for _ in range(5):
        make.book(session, at, order_id, make.household(session, at), (at.boxes.id, 1))
    session.commit()
    assert statements(lambda: coordinator.get(path)) == few
