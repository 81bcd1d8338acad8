"""Links of letters for harmless acts: what they do, how often and for how long."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

import app
from kit import clock
from kit.errors import Message
from people import mail_links
from people.mail_links import LinkDone, LinkUse, Purpose
from people.tables.links import MailLink
from people.tables.persons import Person
from tests import make
from tests.waiting import until_blocked

NAME = "people.tried"
DONE = LinkDone(Message("Fatto."), "/")


@pytest.fixture
def acts(monkeypatch):
    """What a purpose that may be used twice within a day has done."""
    found = []

    def act(_session, use, _now):
        found.append(use)
        return DONE

    words = Message("Prova")
    purpose = Purpose(NAME, timedelta(days=1), 2, words, words, words, act)
    monkeypatch.setattr(mail_links, "purposes", {NAME: purpose})
    return found


def made(session, now, subject_id=7):
    use = LinkUse(make.person(session).id, subject_id)
    url = mail_links.make(session, NAME, use, now)
    assert url.startswith("https://testserver.local/mail-links/")
    return use, url.rpartition("/")[2]


def test_it_does_its_act_for_whom_the_letter_was_written_as_often_as_its_purpose_says(
    session, now, acts
):
    use, token = made(session, now)
    assert mail_links.look_up(session, token, now).person_id == use.person_id
    assert acts == [], "looking does nothing"
    for _ in range(2):
        assert mail_links.use(session, token, now) == DONE
    assert acts == [use, use]
    for again in (mail_links.look_up, mail_links.use):
        with pytest.raises(mail_links.LinkSpent):
            again(session, token, now)
    assert len(acts) == 2


def test_only_a_hash_of_its_token_is_kept(session, now, acts):
    _use, token = made(session, now)
    kept = session.scalars(select(MailLink.token_hash)).one()
    assert token.encode() not in kept and len(kept) == 32


def test_one_that_is_too_old_never_made_or_of_a_purpose_nobody_names_is_spent(
    session, now, acts, monkeypatch
):
    _use, token = made(session, now)
    late = now + timedelta(days=1)
    for found, at in ((token, late), (token[:-1], now), ("", now), ("x" * 5000, now)):
        with pytest.raises(mail_links.LinkSpent):
            mail_links.use(session, found, at)
    monkeypatch.setattr(mail_links, "purposes", {})
    with pytest.raises(mail_links.LinkSpent):
        mail_links.use(session, token, now)
    assert acts == []


def test_what_is_good_no_longer_is_forgotten(session, now, acts):
    made(session, now)
    mail_links.forget_old(session, now)
    assert session.scalars(select(MailLink.id)).one()
    mail_links.forget_old(session, now + timedelta(days=2))
    assert session.scalars(select(MailLink.id)).all() == []


def test_no_link_is_made_for_a_purpose_that_no_house_has_named(session, now):
    with pytest.raises(LookupError):
        mail_links.make(session, "people.unknown", LinkUse(1, 1), now)


def test_a_purpose_is_named_once_and_is_good_for_something(acts):
    purpose = mail_links.purposes[NAME]
    for wrong in ({}, {"uses": 0}, {"lifetime": timedelta()}):
        again = Purpose(**{**vars_of(purpose), "name": f"{NAME}.{len(wrong)}", **wrong})
        if not wrong:
            again = purpose
        with pytest.raises(ValueError, match="no purpose"):
            mail_links.register(again)


def vars_of(purpose):
    return {name: getattr(purpose, name) for name in Purpose.__slots__}


def test_every_purpose_is_known_at_the_start():
    """The table: whoever adds one says here what it is for."""
    assert app.create_app is not None
    table = {name: (each.lifetime.days, each.uses) for name, each in mail_links.purposes.items()}
    assert table == {"people.not_me": (7, 1)}


@pytest.fixture
def once(committed, acts):
    """The token of a committed link that has one use left."""
    with committed.sessions() as session:
        use, token = made(session, clock.now(session))
        mail_links.use(session, token, clock.now(session))
        acts.clear()
        session.commit()
        yield token
        session.execute(delete(MailLink).where(MailLink.person_id == use.person_id))
        session.execute(delete(Person).where(Person.id == use.person_id))
        session.commit()


def press(committed, token):
    with committed.sessions() as session:
        mail_links.use(session, token, clock.now(session))
        session.commit()


@pytest.mark.parametrize("goes_through", [True, False])
def test_of_two_who_press_at_once_the_last_use_is_one_of_them(committed, once, acts, goes_through):
    """And the control: had the first not gone through, the second would have."""
    with ThreadPoolExecutor(1) as pool, committed.sessions() as first:
        mail_links.use(first, once, clock.now(first))
        second = pool.submit(press, committed, once)
        until_blocked(committed.engine)
        (first.commit if goes_through else first.rollback)()
        if goes_through:
            with pytest.raises(mail_links.LinkSpent):
                second.result(30)
        else:
            second.result(30)
    assert len(acts) == (1 if goes_through else 2)
