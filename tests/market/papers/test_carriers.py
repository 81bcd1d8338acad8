"""Letters to who carries the goods."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kit import shown
from kit.mail import Mail
from kit.words import text
from market import audiences
from market.group_orders import opening
from market.group_orders.opening import Hours
from people.tables.persons import Person
from tests import jobs
from tests import make as people
from tests.market import make


@pytest.fixture
def driver(session, at):
    """Who carries here, beside one elsewhere and one whose access was taken away."""
    elsewhere = make.world(session).centre.id
    people.actor(session, None, ("driver", "centre", elsewhere))
    gone = people.actor(session, None, ("driver", "centre", at.centre.id))
    session.get_one(Person, gone.person_id).disabled_at = at.now
    found = people.actor(session, None, ("driver", "centre", at.centre.id))
    session.flush()
    return found


def carried(session):
    kind = Mail.kind == "market.carrying_notice"
    return session.scalars(select(Mail).where(kind).order_by(Mail.id)).all()


def move(session, at, order_id, hours):
    assert opening.prolong(session, at.coordinator, order_id, hours, at.now)
    session.expire_all()
    jobs.run_all(session)


def test_another_day_is_told_to_who_carries_and_another_hour_is_not(session, at, order_id, driver):
    later, day = at.terms.closes_at + timedelta(hours=1), make.a_day(at, 20)
    move(session, at, order_id, Hours(later, at.terms.delivery_day))
    assert carried(session) == []
    move(session, at, order_id, Hours(later, day))
    (letter,) = carried(session)
    assert (letter.person_id, letter.to) == (driver.person_id, driver.email)
    assert f"Arriva {text.day(day)}." in letter.text
    assert f"Prima l'arrivo era previsto {text.day(at.terms.delivery_day)}." in letter.text
    assert "Oratorio, Via Roma 1" in letter.text


def test_a_cancelled_delivery_is_told_to_who_would_have_carried_it(session, at, closed_id, driver):
    opening.cancel(session, at.coordinator, closed_id, "gelata", at.now)
    for _ in range(2):
        jobs.run_all(session)
    (letter,) = carried(session)
    assert letter.to == driver.email and "Motivo: gelata" in letter.text
    assert f"L'arrivo era previsto {text.day(at.terms.delivery_day)}." in letter.text
    assert "Arriva " not in letter.text


def test_of_what_nobody_booked_who_carries_hears_nothing(session, at, driver):
    make.pieces(session, at)
    opening.cancel(session, at.coordinator, make.opened(session, at), "", at.now)
    jobs.run_all(session)
    assert carried(session) == []


def test_a_day_is_not_moved_while_another_carries_than_the_page_named(
    session, at, order_id, driver
):
    told = shown.pack(audiences.with_carriers(session, order_id).parts())
    people.actor(session, None, ("driver", "centre", at.centre.id))
    hours = Hours(at.terms.closes_at, make.a_day(at, 20))
    with pytest.raises(shown.Changed, match="chi fa le consegne"):
        opening.prolong(session, at.coordinator, order_id, hours, at.now, told=told)
