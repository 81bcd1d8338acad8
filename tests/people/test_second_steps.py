"""Signing in by two steps: what opens a session, what does not, and what is told."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from kit import clock, db
from kit.audit import AuditEvent
from kit.errors import Refused, TooMany
from kit.mail import Mail
from people import (
    codes,
    guesses,
    half_way,
    link_letters,
    links,
    password_changes,
    passwords,
    proofs,
    second_steps,
    sign_ins,
)
from people.half_way import HalfWay
from people.known_devices import Caller
from people.tables.persons import Person
from people.tables.sessions import PersonSession
from tests import make
from tests.people.test_codes import code_at, with_app
from tests.people.test_links import letter_to
from tests.waiting import until_blocked

PASSWORD, NEW, WRONG = "tre-cavalli-bianchi", "quattro-gatti-neri", "sbagliata-davvero"
HERE = Caller("192.0.2.1")


class Anna:
    """Somebody with an app and codes on paper."""

    def __init__(self, session, now):
        person = make.person(session, password_hash=passwords.hash_password(PASSWORD))
        self.person, self.known = with_app(session, now - timedelta(days=1), person)
        self.papers = codes.new_recovery_codes(session, person.id, now)
        self.id, self.email = person.id, person.email

    def code(self, session):
        return code_at(self.known, clock.now(session))


@pytest.fixture
def anna(session, now):
    return Anna(session, now)


def half(anna, password=PASSWORD):
    found = sign_ins.sign_in(anna.email, password, HERE, "telefono")
    assert isinstance(found, HalfWay)
    return found.paper


def sessions(session):
    return session.scalar(select(func.count()).select_from(PersonSession))


def take(paper, typed, caller=HERE):
    return second_steps.take(paper, typed, caller, "telefono")


def test_the_password_alone_opens_nothing_and_a_code_after_it_opens_a_session_of_two(session, anna):
    paper = half(anna)
    assert sessions(session) == 0
    entered = take(paper, anna.code(session))
    actor = sign_ins.actor_of(session, entered.token)
    assert actor is not None and actor.person_id == anna.id and entered.left is None
    assert actor.proved == proofs.BY_PASSWORD_AND_CODE and actor.fresh
    opened = select(AuditEvent.after).where(AuditEvent.action == "people.session.opened")
    signed = {"signed": {"level": 2, "means": ["password", "code"]}}
    assert session.scalars(opened).all() == [signed]


def test_a_code_on_paper_opens_one_too_and_the_owner_is_told_how_many_are_left(session, anna):
    entered = take(half(anna), anna.papers[0])
    actor = sign_ins.actor_of(session, entered.token)
    assert actor is not None and entered.left == 9
    assert actor.proved == (2, ("password", "recovery-code"))
    (letter,) = session.scalars(select(Mail).where(Mail.to == anna.email))
    assert "Te ne restano 9." in letter.text and anna.papers[0] not in letter.text
    with pytest.raises(Refused):
        take(half(anna), anna.papers[0])


@pytest.mark.parametrize("typed", ["", "000", "abcd-efgh-jkmn-pqrs"])
def test_a_wrong_code_opens_nothing_and_stays_in_the_audit(session, anna, typed):
    with pytest.raises(Refused) as refused:
        take(half(anna), typed)
    assert refused.value.field == "one-time-code"
    assert sessions(session) == 0
    kept = select(AuditEvent.subject_id, AuditEvent.actor_id, AuditEvent.after)
    found = session.execute(kept.where(AuditEvent.action == "people.code.refused")).one()
    assert tuple(found) == (anna.id, None, {"network": HERE.network})


def test_a_link_of_a_letter_opens_nothing_either(session, now, anna):
    link_letters.reset(session, anna.person, now)
    token = letter_to(session, anna.email)[1]
    entry, _target = links.use(token, NEW, "", "telefono")
    assert isinstance(entry, HalfWay) and sessions(session) == 0
    assert sign_ins.actor_of(session, take(entry.paper, anna.code(session)).token) is not None


def test_a_paper_of_before_a_new_password_opens_nothing(session, now, anna):
    paper = half(anna)
    link_letters.reset(session, anna.person, now)
    links.use(letter_to(session, anna.email)[1], NEW, "", "telefono")
    with pytest.raises(half_way.Late):
        take(paper, anna.code(session))
    assert sessions(session) == 0


def test_who_changes_the_password_inside_keeps_what_was_proved_and_is_not_fresher(session, anna):
    token = take(half(anna), anna.code(session)).token
    actor = sign_ins.actor_of(session, token)
    assert actor is not None
    here = Caller(HERE.network, "", anna.email)
    again = sign_ins.actor_of(
        session, password_changes.change(actor, PASSWORD, NEW, here, "telefono")
    )
    assert again is not None and again.proved == proofs.BY_PASSWORD_AND_CODE
    assert again.proved_at == actor.proved_at


def test_right_codes_count_for_nothing(session, anna):
    for n in range(guesses.CODE.most // 2):
        take(half(anna), anna.papers[n])
    anna.papers = codes.new_recovery_codes(session, anna.id, clock.now(session))
    for n in range(guesses.CODE.most // 2 + 2):
        take(half(anna), anna.papers[n])


def test_after_ten_wrong_ones_the_right_one_waits_but_not_one_on_paper(session, anna):
    paper = half(anna)
    for _ in range(guesses.CODE.most):
        with pytest.raises(Refused):
            take(paper, "000")
    with pytest.raises(TooMany):
        take(paper, anna.code(session))
    assert take(paper, anna.papers[0]).token


@pytest.fixture
def met(committed, _committed_bound):
    """Take the second step while the password is changed; tell what it met, and what is open."""

    def _met():
        with committed.sessions() as session:
            anna = Anna(session, clock.now(session))
            code = anna.code(session)
            session.commit()
        paper = half(anna)
        with ThreadPoolExecutor(1) as pool, db.transaction() as first:
            person = first.get_one(Person, anna.id, with_for_update=True)
            password_changes.keep(first, person, "another", clock.now(first))
            second = pool.submit(take, paper, code)
            until_blocked(committed.engine)
            first.commit()
            error = second.exception(30)
        with committed.sessions() as session:
            mine = select(func.count()).where(PersonSession.person_id == anna.id)
            return type(error), session.scalar(mine)

    return _met


def test_whoever_changes_the_password_in_this_moment_leaves_no_session_behind(met):
    assert met() == (half_way.Late, 0)


def test_looking_without_holding_would_leave_one(met, monkeypatch):
    """The control: the session would be opened by a password that is none any more."""
    read = half_way.read
    monkeypatch.setattr(
        half_way, "read", lambda session, paper, now, hold=False: read(session, paper, now)
    )
    assert met() == (type(None), 1)
