"""Keeping an order open longer."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from kit import clock
from kit.mail import Mail
from kit.words import text as words
from market.tables.orders import GroupOrder, Offer
from tests import jobs
from tests import make as people
from tests.forms import filled, form
from tests.market import make
from tests.market.pages.shown import text


@pytest.fixture
def late_id(session, at, order_id):
    """The order, an hour after it should have closed."""
    hours = {"opens_at": at.now - timedelta(days=2), "closes_at": at.now - timedelta(hours=1)}
    session.execute(update(GroupOrder).values(hours))
    session.commit()
    session.expire_all()
    return order_id


def moved(client, id_, typed):
    """Open the page and send it with these hours."""
    path = f"/group-orders/{id_}/hours"
    return client.post(path, data=filled(client, path, typed))


def fields(at, days=2, delivery=8):
    closes = clock.to_rome(at.now + timedelta(days=days))
    day = make.a_day(at, delivery)
    return {"closes_at": f"{closes:%Y-%m-%dT20:00}", "delivery_day": day.isoformat()}


def order(session):
    session.expire_all()
    return session.scalars(select(GroupOrder)).one()


def test_the_closing_page_offers_it_as_a_remedy(coordinator, late_id):
    page = coordinator.get(f"/group-orders/{late_id}/closing").text
    assert f"/group-orders/{late_id}/hours" in page


def test_an_order_past_its_hour_takes_bookings_again(coordinator, session, at, late_id):
    target = f"/group-orders/{late_id}/booking"
    data = {"household": str(at.second.id), f"wanted-{at.honey.id}": "2"}
    assert coordinator.post(target, data=data).status_code == 409
    answer = moved(coordinator, late_id, fields(at))
    assert "Gli orari sono cambiati" in answer.text
    assert clock.to_rome(order(session).closes_at).hour == 20
    assert coordinator.post(target, data=data).status_code == 200
    assert session.scalar(select(Offer.wanted).where(Offer.product_id == at.honey.id)) == 3


def test_a_dry_run_shown_before_is_no_longer_true(coordinator, session, at, late_id):
    path = f"/group-orders/{late_id}/closing"
    old = filled(coordinator, path, {})
    moved(coordinator, late_id, fields(at))
    answer = coordinator.post(path, data=old)
    assert answer.status_code == 409 and order(session).state == "open"


@pytest.mark.parametrize(
    ("days", "delivery", "field"), [(-1, 8, "closes_at"), (5, 1, "delivery_day")]
)
def test_hours_that_cannot_be_are_said_beside_them(
    coordinator, session, at, late_id, days, delivery, field
):
    before = order(session).closes_at
    answer = moved(coordinator, late_id, fields(at, days, delivery))
    assert answer.status_code == 422 and f'id="e-{field}"' in answer.text
    assert fields(at, days, delivery)["closes_at"] in answer.text
    assert order(session).closes_at == before


@pytest.mark.parametrize("hour", ["%d/%m/%Y 20:00", "%d.%m.%Y 20.00", "%Y-%m-%d 20:00"])
def test_hours_are_read_as_the_error_writes_them(coordinator, session, at, late_id, hour):
    """Without the browser's own calendar people type what the example shows."""
    wrong = moved(coordinator, late_id, {"closes_at": "domani", "delivery_day": "poi"})
    assert wrong.status_code == 422 and 'value="domani"' in wrong.text
    assert "per esempio 03/12/2026 20:00." in wrong.text and "03/12/2026." in wrong.text
    closes = clock.to_rome(at.now + timedelta(days=2))
    day = make.a_day(at, 8)
    typed = {"closes_at": f"{closes:{hour}}", "delivery_day": f"{day:%d/%m/%Y}"}
    answer = moved(coordinator, late_id, typed)
    assert "Gli orari sono cambiati" in answer.text
    kept = order(session)
    assert f"{clock.to_rome(kept.closes_at):%d %H:%M}" == f"{closes:%d} 20:00"
    assert kept.delivery_day == day


def test_nothing_typed_is_said_too(coordinator, session, at, late_id):
    answer = moved(coordinator, late_id, {"closes_at": "", "delivery_day": ""})
    assert answer.status_code == 422 and 'id="e-closes_at"' in answer.text


def test_a_closed_order_keeps_its_hours(coordinator, session, at, closed_id):
    before = order(session).closes_at
    answer = coordinator.post(f"/group-orders/{closed_id}/hours", data=fields(at))
    assert answer.status_code == 409 and order(session).closes_at == before
    answer = coordinator.get(f"/group-orders/{closed_id}/hours", follow_redirects=False)
    assert answer.status_code == 303


def test_only_coordinators_move_hours(enter, session, at, late_id):
    client = enter(("treasurer", "centre", at.centre.id), ("member", "household", at.first.id))
    before = order(session).closes_at
    assert client.get(f"/group-orders/{late_id}/hours").status_code == 404
    assert client.post(f"/group-orders/{late_id}/hours", data=fields(at)).status_code == 404
    assert order(session).closes_at == before


def test_the_page_says_who_is_told_and_moving_writes_to_whoever_booked(
    coordinator, session, at, late_id
):
    path = f"/group-orders/{late_id}/hours"
    page = text(coordinator.get(path))
    assert "Partono 2 lettere." in page and "riceve una lettera con i nuovi orari" in page
    answer = coordinator.post(path, data=filled(coordinator, path, fields(at)))
    assert "Gli orari sono cambiati. Partono 2 lettere." in text(answer)
    jobs.run_all(session)
    letters = session.scalars(select(Mail)).all()
    assert {letter.to for letter in letters} == {at.first.email, at.second.email}
    assert all(letter.kind == "market.moving_notice" for letter in letters)


def test_the_delivery_day_alone_is_told_too_and_nothing_moved_is_nothing_told(
    coordinator, session, at, late_id
):
    path = f"/group-orders/{late_id}/hours"
    coordinator.post(path, data=filled(coordinator, path, fields(at)))
    jobs.run_all(session)
    before = session.scalars(select(Mail.id)).all()
    again = coordinator.post(path, data=filled(coordinator, path, fields(at)))
    assert "Gli orari sono quelli di prima." in text(again)
    coordinator.post(path, data=filled(coordinator, path, fields(at, delivery=20)))
    jobs.run_all(session)
    new = session.scalars(select(Mail).where(Mail.id.not_in(before))).all()
    assert len(before) == len(new) == 2
    day = make.a_day(at, 20)
    assert all(f"Arriva {words.day(day)}." in letter.text for letter in new)


def test_more_letters_than_the_page_had_named_are_not_sent_unread(
    coordinator, session, at, order_id
):
    path = f"/group-orders/{order_id}/hours"
    wanted = fields(at)
    old, before = filled(coordinator, path, wanted), order(session).closes_at
    make.book(session, at, order_id, make.household(session, at), (at.honey.id, 1))
    session.commit()
    refused = coordinator.post(path, data=old)
    assert refused.status_code == 409 and order(session).closes_at == before
    assert "è cambiato qualcosa: a chi si scrive. " in text(refused)
    assert "Partono 3 lettere." in text(refused)
    again = form(refused.text, path).values
    assert (again["closes_at"], again["delivery_day"]) == tuple(wanted.values())
    assert "Partono 3 lettere." in text(coordinator.post(path, data=again))


def test_who_was_named_nobody_moves_nothing(coordinator, session, at, late_id):
    path = f"/group-orders/{late_id}/hours"
    before = order(session).closes_at
    bare = {name: value for name, value in filled(coordinator, path, fields(at)).items()
            if name != "told"}  # fmt: skip
    refused = coordinator.post(path, data=bare)
    assert refused.status_code == 409 and "Prima di confermare guarda" in text(refused)
    assert order(session).closes_at == before


def test_the_page_names_who_carries_and_is_written_to_of_another_day(
    coordinator, session, at, late_id
):
    driver = people.actor(session, None, ("driver", "centre", at.centre.id))
    session.commit()
    path = f"/group-orders/{late_id}/hours"
    assert f"va anche a chi fa le consegne: {driver.name}." in text(coordinator.get(path))
    answer = coordinator.post(path, data=filled(coordinator, path, fields(at, delivery=20)))
    assert f"Parte 1 lettera per chi fa le consegne: {driver.name}." in text(answer)
    later = fields(at, days=3, delivery=20)
    answer = coordinator.post(path, data=filled(coordinator, path, later))
    assert "Gli orari sono cambiati." in text(answer)
    assert "chi fa le consegne" not in text(answer)


def test_of_an_order_that_is_not_open_yet_the_page_says_what_cannot_be_moved(
    coordinator, session, at, order_id
):
    path = f"/group-orders/{order_id}/hours"
    words_ = "L'ora di apertura non si sposta."
    assert words_ not in text(coordinator.get(path))
    session.execute(update(GroupOrder).values(opens_at=at.now + timedelta(hours=1)))
    session.commit()
    page = text(coordinator.get(path))
    assert words_ in page and "anche se la vecchia è passata" not in page
    assert "Il punto di ritiro resta quello scelto aprendo l'ordine: Oratorio." in page
