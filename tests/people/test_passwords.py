"""Passwords: kept as argon2id only, at the same cost for everybody, and none that is known."""

import statistics
import subprocess
import sys
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


COMMON, OWN = "quelle che si provano per prime", "del tuo nome o del tuo indirizzo"


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("corta-123", "almeno 10"),
        ("a" * 5 + "bcdef" * 39 + "x", "al massimo 200"),
        ("aaaaaaaaaaab", "ripete pochi segni"),
        ("abcabcabcabc", "ripete pochi segni"),
        ("123456789012", "solo cifre e segni"),
        ("0372 - 12 34 56", "solo cifre e segni"),
        ("PassWord123", COMMON),
        ("..Password2026!!", COMMON),
        ("p4ssw0rd1234", COMMON),
        ("P@ssw0rd!!!!", COMMON),
        ("passwordpassword", COMMON),
        ("pass-word-2026", COMMON),
        ("Juventus1897", COMMON),
        ("qwertyuiop", COMMON),
        ("Francesca2026", COMMON),
        ("Farelegami", COMMON),
        ("Cremona2026!", COMMON),
        ("Nicolò.Bassi@Esempio.it", OWN),
        ("nicolobassi85", OWN),
        ("Bàssi-1985-12-03", OWN),
        ("nico.esempio", OWN),
    ],
)
def test_a_password_that_will_not_do_is_told_why_and_how_to_make_a_good_one(password, says):
    found = passwords.weakness(password, "nicolo.bassi@esempio.it", "Nicolò Bassi")
    assert found is not None and says in str(found)
    if "caratteri" not in str(found):
        assert "troppo facile" in str(found) and "tre o quattro parole a caso" in str(found)


@pytest.mark.parametrize(
    "password",
    [
        "abcd" * 2 + "ab",
        "bcdef" * 40,
        PASSWORD,
        "città è più",
        "cremona-insieme",
        "bassi-e-gatti-neri",
    ],
)
def test_length_is_enough(password):
    assert passwords.weakness(password, "nicolo.bassi@esempio.it", "Nicolò Bassi") is None


def test_thousands_of_passwords_are_known_and_every_long_one_of_them_is_refused():
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    known = FREQUENCY_LISTS["passwords"]
    assert len(known) >= 3000
    for word in (each for each in known if len(each) >= passwords.MINIMUM):
        for typed in (word, word.upper(), f"{word}1", f"!{word}2026"):
            assert passwords.weakness(typed, "anna@esempio.it") is not None, typed


def test_what_takes_room_is_read_only_where_somebody_chooses_a_password():
    told = "import sys; import app, people.jobs; print('zxcvbn' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "False"
