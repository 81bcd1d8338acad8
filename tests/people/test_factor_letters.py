"""Letters about second steps: each says what happened, when, and what to do if it was not you."""

import pytest
from sqlalchemy import select

from kit.mail import Mail
from people import factor_letters, factors
from tests import make

APP = factors.APP
WRITTEN = {
    "first": (
        lambda *to: factor_letters.added(to[0], to[1], APP, to[2], first=True),
        ("i codici di un'app", "non basta più", "sei uscito"),
    ),
    "another": (
        lambda *to: factor_letters.added(to[0], to[1], APP, to[2], first=False),
        ("valgono ancora",),
    ),
    "replaced": (
        lambda *to: factor_letters.replaced(to[0], to[1], APP, to[2]),
        ("Quelli di prima non valgono più",),
    ),
    "last": (
        lambda *to: factor_letters.taken_away(to[0], to[1], APP, to[2], last=True),
        ("basta la password",),
    ),
    "one of two": (
        lambda *to: factor_letters.taken_away(to[0], to[1], APP, to[2], last=False),
        ("valgono ancora",),
    ),
    "recovery made": (factor_letters.recovery_made, ("codici di recupero nuovi",)),
    "recovery used": (
        lambda *to: factor_letters.recovery_used(to[0], to[1], 1, to[2]),
        ("Te ne resta 1.",),
    ),
    "none left": (
        lambda *to: factor_letters.recovery_used(to[0], to[1], 0, to[2]),
        ("Non te ne restano",),
    ),
    "guessed": (factor_letters.codes_guessed, ("più volte", "conosce la tua password")),
}


@pytest.mark.parametrize("which", WRITTEN)
def test_it_says_what_happened_and_where_a_new_password_is_chosen(session, now, which):
    anna = make.person(session)
    write, says = WRITTEN[which]
    write(session, anna, now)
    (letter,) = session.scalars(select(Mail))
    assert letter.to == anna.email and letter.kind == factor_letters.FACTORS
    assert all(each in letter.text for each in says) and "{" not in letter.text
    assert "/password-reset" in letter.text


def test_what_an_operator_did_leads_to_a_new_second_step(session, now):
    anna = make.person(session)
    factor_letters.forgotten(session, anna, now)
    (letter,) = session.scalars(select(Mail))
    assert "/account/factors" in letter.text and "avvisa subito" in letter.text


def test_of_guesses_there_is_one_letter_a_day(session, now):
    anna = make.person(session)
    for _ in range(3):
        factor_letters.codes_guessed(session, anna, now)
    assert len(session.scalars(select(Mail)).all()) == 1
