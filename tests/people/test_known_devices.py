"""Browsers that are known: whose they are, by which token, and until when."""

from datetime import timedelta

from sqlalchemy import select

from people import known_devices, links, passwords, sign_ins
from people.known_devices import Caller
from people.tables.sessions import KnownDevice
from tests import make
from tests.people.test_links import reset

SECOND = timedelta(seconds=1)


def is_own(session, token, person):
    return bool(known_devices.own(session, Caller("192.0.2.1", token), person.email))


def test_a_browser_is_known_to_who_signed_in_there_by_a_token_of_which_a_hash_is_kept(session, now):
    anna, bruno = make.person(session), make.person(session)
    token = known_devices.remember(session, anna.id, "", now)
    assert is_own(session, token, anna) and not is_own(session, token, bruno)
    assert not is_own(session, "", anna) and not is_own(session, token[:-1], anna)
    assert token.encode() not in session.scalars(select(KnownDevice.token_hash)).one()


def test_every_sign_in_gives_it_a_new_token_and_the_old_one_is_worth_nothing(session, now):
    """A token that was planted in a browser, or copied from it, is of no use afterwards."""
    anna, planter = make.person(session), make.person(session)
    planted = known_devices.remember(session, planter.id, "", now)
    mine = known_devices.remember(session, anna.id, planted, now)
    assert not is_own(session, planted, anna) and not is_own(session, planted, planter)
    assert is_own(session, mine, anna) and is_own(session, mine, planter)
    again = known_devices.remember(session, anna.id, mine, now)
    assert is_own(session, again, anna) and is_own(session, again, planter)
    assert len(session.scalars(select(KnownDevice.id)).all()) == 2


def test_a_token_that_was_made_up_is_not_taken_over(session, now):
    anna = make.person(session)
    token = known_devices.remember(session, anna.id, "scelto-da-altri", now)
    assert token != "scelto-da-altri" and not is_own(session, "scelto-da-altri", anna)


def test_being_signed_in_is_as_good(session):
    anna = make.person(session)
    here = Caller("192.0.2.1", signed_in=anna.email)
    assert known_devices.own(session, here, anna.email)
    assert not known_devices.own(session, here, make.person(session).email)


def test_only_the_ones_used_last_are_kept_and_none_for_more_than_a_year(session, now):
    anna, bruno = make.person(session), make.person(session)
    other = known_devices.remember(session, bruno.id, "", now)
    tokens = [
        known_devices.remember(session, anna.id, "", now + n * SECOND)
        for n in range(known_devices.MOST + 2)
    ]
    known = [is_own(session, token, anna) for token in tokens]
    assert known == [False] * 2 + [True] * known_devices.MOST
    known_devices.forget_old(session, now + known_devices.KEPT + SECOND)
    assert not is_own(session, other, bruno) and is_own(session, tokens[-1], anna)


def test_a_new_password_makes_every_browser_a_stranger_and_signing_out_everywhere_does_not(
    session, now
):
    anna = make.person(session, password_hash=passwords.hash_password("una-parola-vecchia"))
    token = known_devices.remember(session, anna.id, "", now)
    sign_ins.sign_out_everywhere(session, anna.id, anna.id, now)
    assert is_own(session, token, anna)
    links.use(reset(session, now, anna), "tre-cavalli-bianchi", "", "computer")
    assert not is_own(session, token, anna)
