"""Passwords: kept as argon2id only, at the same cost for everybody, and none that is known."""

import statistics
import time

import pytest

from people import passwords

PASSWORD = "tre-cavalli-bianchi"


def test_an_unknown_address_costs_the_time_of_a_known_one():
    known = passwords.hash_password(PASSWORD)
    times: dict[str | None, list[float]] = {known: [], None: []}
    for _ in range(15):
        for stored, taken in times.items():
            began = time.thread_time()
            assert not passwords.verify(stored, "sbagliata-davvero")
            taken.append(time.thread_time() - began)
    first, second = (statistics.median(taken) for taken in times.values())
    assert abs(first - second) < 0.25 * max(first, second)


def test_a_password_opens_and_another_does_not():
    stored = passwords.hash_password(PASSWORD)
    assert passwords.verify(stored, PASSWORD)
    for other in ("", PASSWORD + " ", PASSWORD.upper()):
        assert not passwords.verify(stored, other)


def test_what_is_kept_has_the_parameters_that_are_told_and_a_salt_of_its_own():
    one, other = (passwords.hash_password(PASSWORD) for _ in range(2))
    assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert one != other and PASSWORD not in one


@pytest.mark.parametrize("stored", [None, "", "no hash", "$argon2id$v=19$m=8,t=1,p=1$x$y"])
def test_without_a_hash_that_can_be_read_nobody_gets_in(stored):
    assert not passwords.verify(stored, PASSWORD)
    assert not passwords.verify(stored, "nobody has this password")


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("corta-123", "almeno 10"),
        ("a" * 5 + "bcdef" * 39 + "x", "al massimo 200"),
        ("aaaaaaaaaaab", "troppo facile"),
        ("abcabcabcabc", "troppo facile"),
        ("PassWord123", "troppo facile"),
        ("Farelegami", "troppo facile"),
        ("Anna@Esempio.it", "troppo facile"),
    ],
)
def test_a_password_that_will_not_do_is_told_why(password, says):
    found = passwords.weakness(password, "anna@esempio.it")
    assert found is not None and says in str(found)


@pytest.mark.parametrize("password", ["abcd" * 2 + "ab", "bcdef" * 40, PASSWORD, "città è più"])
def test_length_is_enough(password):
    assert passwords.weakness(password, "anna@esempio.it") is None
