"""Whoever signs in from a browser that was not known: its owner is told, and can end it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from kit.mail import Mail
from people import known_devices, mail_links, new_devices, proofs, sign_ins
from people.tables.persons import Person
from people.tables.sessions import PersonSession
from tests import make

PHONE = "Mozilla/5.0 (Linux; Android 15) Chrome/140.0.0.0 Mobile Safari/537.36"


def enter(session, person, now, device="", **how):
    token = sign_ins.open_session(session, person.id, PHONE, now, proofs.BY_PASSWORD)
    session.commit()
    return token, new_devices.settle(token, device, **how)


def letters(session, person):
    query = select(Mail).where(Mail.person_id == person.id, Mail.kind == new_devices.KIND)
    return session.scalars(query.order_by(Mail.id)).all()


def test_the_owner_is_told_when_and_on_what_by_a_private_letter(session, now):
    anna = make.person(session, "Anna Bianchi")
    _token, settled = enter(session, anna, now)
    assert settled.new and known_devices.knows(session, anna.id, settled.device)
    (letter,) = letters(session, anna)
    assert letter.private and letter.to == anna.email
    assert "telefono Android, con Chrome" in letter.text and ", ore " in letter.text
    assert "/mail-links/" in letter.text and "entro 7 giorni" in letter.text


def test_of_a_browser_that_is_known_nobody_is_told(session, now):
    anna = make.person(session)
    _token, first = enter(session, anna, now)
    _token, again = enter(session, anna, now, first.device)
    assert not again.new and len(letters(session, anna)) == 1


def test_one_that_somebody_else_is_known_in_is_new_to_its_owner(session, now):
    anna, bruno = make.person(session), make.person(session)
    _token, of_bruno = enter(session, bruno, now)
    assert enter(session, anna, now, of_bruno.device)[1].new
    assert len(letters(session, anna)) == 1


def test_whoever_comes_by_a_letter_is_not_told(session, now):
    anna = make.person(session)
    assert enter(session, anna, now, quiet=True)[1].new
    assert letters(session, anna) == []


def test_a_few_letters_a_day_and_then_no_more(session, now):
    anna = make.person(session)
    for _ in range(new_devices.TOLD.most + 2):
        assert enter(session, anna, now)[1].new, "everybody comes in"
    assert len(letters(session, anna)) == new_devices.TOLD.most


def pressed(session, person, now):
    (letter,) = letters(session, person)
    token = re.findall(r"/mail-links/(\S+)", letter.text)[0]
    return mail_links.use(session, token, now)


def test_it_was_not_me_ends_that_sign_in_and_writes_how_a_password_is_chosen(session, now):
    anna = make.person(session)
    mine = sign_ins.open_session(session, anna.id, "mine", now, proofs.BY_PASSWORD)
    theirs, _settled = enter(session, anna, now)
    done = pressed(session, anna, now)
    assert done.path == "/password-reset"
    assert sign_ins.actor_of(session, theirs) is None
    assert sign_ins.actor_of(session, mine) is not None
    last = select(Mail).where(Mail.to == anna.email).order_by(Mail.id.desc())
    assert "/links/" in session.scalars(last).first().text


def test_it_does_no_harm_where_that_sign_in_has_ended(session, now):
    anna, other = make.person(session), make.actor(session)
    token, _settled = enter(session, anna, now)
    gone = sign_ins.actor_of(session, token)
    assert gone is not None
    sign_ins.sign_out(session, gone)
    pressed(session, anna, now)
    left = session.scalars(select(PersonSession.person_id)).all()
    assert left == [other.person_id]


def test_whoever_may_not_sign_in_any_more_is_written_to_no_more(session, now):
    anna = make.person(session)
    enter(session, anna, now)
    session.get_one(Person, anna.id).disabled_at = now
    before = session.query(Mail).count()
    pressed(session, anna, now)
    assert session.query(Mail).count() == before


@pytest.mark.parametrize("days", [new_devices.DAYS, 30])
def test_its_link_ends_after_a_week(session, now, days):
    anna = make.person(session)
    enter(session, anna, now)
    with pytest.raises(mail_links.LinkSpent):
        pressed(session, anna, now + timedelta(days=days, seconds=1))
