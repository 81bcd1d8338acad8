"""Guessing at passwords: what is counted, and that it is counted before anybody looks."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from kit import limits
from kit.errors import Refused, TooMany
from kit.limits import Use
from people import guesses, passwords, sign_ins
from tests import make

PASSWORD, WRONG = "tre-cavalli-bianchi", "sbagliata-davvero"
HERE = ("192.0.2.1", "telefono")


@pytest.fixture
def anna(session):
    return make.person(session, password_hash=passwords.hash_password(PASSWORD))


def spend(session, use, at, left=0):
    """Guesses of the past, without the cost of hashing for each."""
    for _ in range(use.limit.most - left):
        limits.take(session, [use], at, "")


@pytest.mark.parametrize("counted", ["account", "network"])
def test_after_too_many_failures_the_right_password_waits_too(session, anna, now, counted):
    limit, key = {
        "account": (guesses.ACCOUNT, anna.email),
        "network": (guesses.NETWORK, HERE[0]),
    }[counted]
    spend(session, Use(limit, key), now, left=1)
    with pytest.raises(Refused):
        sign_ins.sign_in(anna.email, WRONG, *HERE)
    with pytest.raises(TooMany) as refused:
        sign_ins.sign_in(anna.email, PASSWORD, *HERE)
    assert refused.value.status == 429
    assert 0 < refused.value.retry_after_s <= limit.share.total_seconds()


def test_failures_of_others_and_of_a_while_ago_do_not_count(session, anna, now):
    spend(session, Use(guesses.ACCOUNT, "altra@esempio.it"), now)
    spend(session, Use(guesses.NETWORK, "198.51.100.9"), now)
    for limit, key in ((guesses.ACCOUNT, anna.email), (guesses.NETWORK, HERE[0])):
        spend(session, Use(limit, key), now - limit.within - timedelta(seconds=1))
    assert sign_ins.sign_in(anna.email, PASSWORD, *HERE)


def test_who_signs_in_has_guessed_nothing(session, anna):
    for _ in range(guesses.ACCOUNT.most + 2):
        assert sign_ins.sign_in(anna.email, PASSWORD, *HERE)


@pytest.mark.usefixtures("_committed_bound")
def test_of_many_guesses_in_one_moment_no_more_are_looked_at_than_one_after_the_other(committed):
    """Were they counted by what has failed already, all of these would be looked at."""
    with committed.sessions() as session:
        email = make.person(session, password_hash=passwords.hash_password(PASSWORD)).email
        session.commit()

    def guess(_number):
        try:
            sign_ins.sign_in(email, WRONG, *HERE)
        except (Refused, TooMany) as error:
            return type(error)

    with ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(guess, range(24)))
    assert answers.count(Refused) == guesses.ACCOUNT.most
    assert answers.count(TooMany) == 24 - guesses.ACCOUNT.most
