"""Questions to a passkey: good once, for five minutes, for whom and what they were asked."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from kit import clock
from people import passkey_challenges
from people.jobs import tidy
from people.passkey_challenges import GOOD_FOR, MAKING, PROOF, SIGN_IN, ask, use
from people.tables.factors import PasskeyChallenge
from people.tables.sessions import PersonSession
from tests import make
from tests.waiting import until_blocked


def left(session):
    return session.scalars(select(func.count(PasskeyChallenge.id))).one()


def test_each_is_another_and_only_its_hash_is_kept(session, now):
    one, two = (ask(session, SIGN_IN, None, now) for _ in range(2))
    assert one != two and len(one) == 32
    kept = session.scalars(select(PasskeyChallenge.challenge_hash)).all()
    assert one not in kept and two not in kept


def test_it_is_good_once(session, now):
    challenge = ask(session, SIGN_IN, None, now)
    assert use(session, challenge, SIGN_IN, None, now)
    assert not use(session, challenge, SIGN_IN, None, now)


@pytest.mark.parametrize(("late", "good"), [(timedelta(0), False), (timedelta(seconds=1), True)])
def test_it_is_good_for_five_minutes(session, now, late, good):
    challenge = ask(session, SIGN_IN, None, now)
    assert use(session, challenge, SIGN_IN, None, now + GOOD_FOR - late) is good


def test_it_is_good_for_what_and_for_whom_it_was_asked(session, now):
    anna = make.actor(session)
    elsewhere = make.actor(session, session.get_one(type(make.person(session)), anna.person_id))
    other = make.actor(session)
    challenge = ask(session, MAKING, anna, now)
    for purpose, actor in (
        (PROOF, anna),
        (SIGN_IN, None),
        (MAKING, None),
        (MAKING, other),
        (MAKING, elsewhere),
    ):
        assert not use(session, challenge, purpose, actor, now)
    assert use(session, challenge, MAKING, anna, now)
    assert not use(session, ask(session, SIGN_IN, None, now), SIGN_IN, anna, now)


def test_what_was_never_asked_is_not_good(session, now):
    assert not use(session, b"", SIGN_IN, None, now)
    assert not use(session, b"x" * 32, SIGN_IN, None, now)


def test_it_goes_with_its_session(session, now):
    anna = make.actor(session)
    ask(session, MAKING, anna, now)
    session.execute(delete(PersonSession).where(PersonSession.id == anna.session_id))
    assert left(session) == 0


def test_what_nobody_answered_is_forgotten_by_the_timer(session, now):
    ask(session, SIGN_IN, None, now - GOOD_FOR)
    ask(session, SIGN_IN, None, now)
    tidy(session, now)
    assert left(session) == 1


@pytest.fixture
def asked(committed):
    with committed.sessions() as session:
        challenge = ask(session, SIGN_IN, None, clock.now(session))
        session.commit()
    return challenge


def used(committed, challenge):
    with committed.sessions() as session:
        good = use(session, challenge, SIGN_IN, None, clock.now(session))
        session.commit()
        return good


def test_of_two_answers_at_once_one_finds_it_used(committed, asked):
    with ThreadPoolExecutor(1) as pool, committed.sessions() as first:
        assert use(first, asked, SIGN_IN, None, clock.now(first))
        second = pool.submit(used, committed, asked)
        until_blocked(committed.engine)
        first.commit()
        assert second.result(30) is False


def test_who_only_looks_finds_it_good_twice(committed, asked):
    """The control: were this to find it used, the test above would prove nothing."""

    def look(session):
        hashed = passkey_challenges._hash(asked)
        query = select(PasskeyChallenge).where(PasskeyChallenge.challenge_hash == hashed)
        return session.scalars(query).first()

    with committed.sessions() as first, committed.sessions() as second:
        assert look(first) is not None and look(second) is not None
        for session in (first, second):
            hashed = passkey_challenges._hash(asked)
            session.execute(
                delete(PasskeyChallenge).where(PasskeyChallenge.challenge_hash == hashed)
            )
            session.commit()
