"""Taking a person off a household: what its page says before, and what stays after."""

import pytest
from sqlalchemy import select

from kit.audit import AuditEvent
from kit.mail import Mail
from market.tables.bookings import Booking
from people.roles import MEMBER
from people.tables.persons import Person
from people.tables.roles import RoleGrant
from people.tables.sessions import PersonSession
from tests import make as people_make
from tests.forms import filled
from tests.market import make


@pytest.fixture
def luca(session, at, order_id):
    """One who books for two households of the centre."""
    scopes = [(MEMBER, "household", family.id) for family in (at.first, at.second)]
    person = people_make.person(session, name="Luca Ferri", email="luca@esempio.it")
    people_make.actor(session, person, *scopes)
    session.commit()
    return person


def page_of(household, person):
    return f"/households/{household.id}/members/{person.id}/removal"


def removed(client, household, person):
    page = page_of(household, person)
    return client.post(page, data=filled(client, page, {}))


def held(session, person):
    session.expire_all()
    query = select(RoleGrant.scope_id).where(RoleGrant.person_id == person.id)
    return session.scalars(query.order_by(RoleGrant.scope_id)).all()


def letters(session):
    found = select(Mail).where(Mail.kind == "market.membership_notice").order_by(Mail.id)
    return session.scalars(found).all()


def test_the_page_of_a_household_leads_to_what_taking_somebody_off_does(coordinator, at, luca):
    text = coordinator.get(f"/households/{at.first.id}").text
    assert f'href="{page_of(at.first, luca)}"' in text
    text = coordinator.get(page_of(at.first, luca)).text
    assert f"Togliere Luca Ferri da {at.first.name}?" in text
    assert "Le prenotazioni e il saldo restano alla famiglia." in text
    assert "le sue prenotazioni le fai tu" in text and at.first.email in text
    assert "riceve una lettera" in text


def test_whoever_stays_is_named(coordinator, session, at, luca):
    other = people_make.person(session, name="Ines Ferri")
    people_make.actor(session, other, (MEMBER, "household", at.first.id))
    session.commit()
    text = coordinator.get(page_of(at.first, luca)).text
    assert "Per la famiglia continua a entrare Ines Ferri." in text and "le fai tu" not in text
    assert "Lo legge in una lettera." in text
    removed(coordinator, at.first, luca)
    told, gone = sorted(letters(session), key=lambda letter: letter.to == luca.email)
    assert (told.to, gone.to) == (other.email, luca.email)
    assert f"Luca Ferri non entra più per {at.first.name}" in told.text


def test_access_is_taken_back_and_nothing_else(coordinator, session, at, luca):
    booked = session.scalars(select(Booking.committed_cents).order_by(Booking.id)).all()
    answer = removed(coordinator, at.first, luca)
    assert answer.status_code == 200 and "Luca Ferri non entra più" in answer.text
    assert "Ancora nessuno" in answer.text
    assert held(session, luca) == [at.second.id]
    assert session.scalars(select(Booking.committed_cents).order_by(Booking.id)).all() == booked
    (letter,) = letters(session)
    assert letter.to == "luca@esempio.it" and at.first.name in letter.text
    facts = select(AuditEvent.before, AuditEvent.actor_id)
    (event,) = session.execute(facts.where(AuditEvent.action == "people.role.revoked"))
    assert event.before == {"role": MEMBER, "scope": ["household", at.first.id]}
    assert event.actor_id is not None


def test_who_is_taken_off_stays_signed_in_and_orders_for_the_others(
    client, session, at, luca, order_id, enter, sign_in
):
    sign_in(client, luca)
    cookies = dict(client.cookies)
    removed(enter(("coordinator", "centre", at.centre.id)), at.first, luca)
    client.cookies.update(cookies)
    path = f"/group-orders/{order_id}/booking?household="
    assert client.get(f"{path}{at.second.id}").status_code == 200
    assert client.get(f"{path}{at.first.id}").status_code == 404
    own = select(PersonSession.id).where(PersonSession.person_id == luca.id)
    assert session.scalars(own).all() != []


def test_twice_is_said_and_changes_nothing(coordinator, session, at, luca):
    page = page_of(at.first, luca)
    data = filled(coordinator, page, {})
    assert coordinator.post(page, data=data).status_code == 200
    answer = coordinator.post(page, data=data)
    assert answer.status_code == 409 and "non entra per questa famiglia" in answer.text
    assert len(letters(session)) == 1
    left = coordinator.get(page)
    assert left.url.path == f"/households/{at.first.id}"
    assert "non entra per questa famiglia" in left.text


def test_an_old_tab_is_told_that_the_one_it_named_is_gone_too(coordinator, session, at, luca):
    other = people_make.person(session, name="Ines Ferri")
    people_make.actor(session, other, (MEMBER, "household", at.first.id))
    session.commit()
    page = page_of(at.first, luca)
    data = filled(coordinator, page, {})
    removed(coordinator, at.first, other)
    answer = coordinator.post(page, data=data)
    assert answer.status_code == 409 and "chi entra per la famiglia" in answer.text
    assert held(session, luca) == [at.first.id, at.second.id]
    assert removed(coordinator, at.first, luca).status_code == 200
    assert held(session, luca) == [at.second.id]


def test_a_form_that_says_nothing_of_its_page_is_refused(coordinator, session, at, luca):
    assert coordinator.post(page_of(at.first, luca)).status_code == 409
    assert held(session, luca) == [at.first.id, at.second.id]


@pytest.mark.parametrize("role", ["treasurer", "driver"])
def test_others_find_no_such_page(enter, session, at, luca, role):
    other = make.world(session)
    client = enter(
        ("coordinator", "centre", other.centre.id),
        (role, "centre", at.centre.id),
        (MEMBER, "household", at.first.id),
    )
    page = page_of(at.first, luca)
    assert client.get(page).status_code == client.post(page).status_code == 404
    assert held(session, luca) == [at.first.id, at.second.id]


def test_a_person_who_never_entered_looks_like_one_who_is_gone(coordinator, session, at, luca):
    stranger = people_make.person(session, name="Ugo Estraneo")
    session.commit()
    for who in (stranger, type("Nobody", (), {"id": 999_999})):
        answer = coordinator.post(page_of(at.first, who), data={"seen": "x=y"})
        assert answer.status_code == 409 and "Ugo" not in answer.text


def test_who_may_not_sign_in_is_written_nothing(coordinator, session, at, luca):
    session.get_one(Person, luca.id).disabled_at = at.now
    session.commit()
    text = coordinator.get(page_of(at.first, luca)).text
    assert "riceve una lettera" not in text
    removed(coordinator, at.first, luca)
    assert [letter.channel for letter in letters(session)] == []


def test_of_who_coordinates_the_centre_nothing_untrue_is_said(
    client, session, at, order_id, sign_in
):
    """By themselves, or by another who coordinates: the household's pages stay open to them."""
    one = people_make.person(session, name="Paola Galli")
    grants = [("coordinator", "centre", at.centre.id), (MEMBER, "household", at.first.id)]
    people_make.actor(session, one, *grants)
    session.commit()
    sign_in(client, one)
    page = client.get(page_of(at.first, one)).text
    assert "ordini e saldo li vede ancora" in page and "non ne vede più" not in page
    removed(client, at.first, one)
    assert client.get(f"/households/{at.first.id}").status_code == 200
    (letter,) = letters(session)
    assert "ti sei tolto da" in letter.text and "vedi ancora i suoi ordini" in letter.text
    assert "ti ha tolto" not in letter.text and "dillo a chi coordina" not in letter.text


def test_a_role_taken_up_meanwhile_is_looked_at_before(coordinator, session, at, luca):
    page = page_of(at.first, luca)
    old = filled(coordinator, page, {})
    people_make.actor(session, luca, ("coordinator", "centre", at.centre.id))
    session.commit()
    answer = coordinator.post(page, data=old)
    assert answer.status_code == 409 and "se coordina il centro" in answer.text
    assert {at.first.id, at.second.id} <= set(held(session, luca))
