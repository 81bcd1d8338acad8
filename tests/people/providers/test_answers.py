"""What is read of what a provider says, and how it waits in a browser."""

from dataclasses import replace
from datetime import timedelta

import pytest

from people.providers import answers
from tests.people.providers.hostile import L2, PERSON


@pytest.fixture
def found(provider, now):
    return answers.read(provider, {**PERSON, "acr": L2, "auth_time": 1_700_000_000}, now)


def test_a_person_is_read_by_our_names(found):
    assert found.name == "Mario Rossi" and found.called == "SPID"
    assert found.tax_code == "RSSMRA80A01D150J", "without the country in front"
    assert found.attributes["birth_date"] == "1980-01-01"
    assert found.known_email == "mario.rossi@esempio.it"
    assert found.proof == (2, ("provider:spid",))
    assert found.proved_at.startswith("2023-11-14")


@pytest.mark.parametrize(
    ("claim", "said", "name", "kept"),
    [
        ("fiscal_number", "RSSMRA80A01D150K", "tax_code", None),
        ("fiscal_number", "rssmra80a01d150j", "tax_code", "RSSMRA80A01D150J"),
        ("fiscal_number", 7, "tax_code", None),
        ("given_name", "  Maria\u200b \n Pia ", "given_name", "Maria Pia"),
        ("given_name", "x" * 300, "given_name", None),
        ("given_name", ["Maria"], "given_name", "Maria"),
        ("given_name", ["Maria", "Pia"], "given_name", None),
        ("birthdate", "1980-13-01", "birth_date", None),
        ("birthdate", "0000-01-01", "birth_date", None),
        ("birthdate", "1 gennaio 1980", "birth_date", None),
        ("address", "Via Dante 3, Cremona", "address", "Via Dante 3, Cremona"),
        (
            "address",
            {"formatted": "Via Dante 3\n26100 Cremona"},
            "address",
            "Via Dante 3 26100 Cremona",
        ),
        (
            "address",
            {"street_address": "Via Dante 3", "postal_code": "26100", "locality": "Cremona"},
            "address",
            "Via Dante 3, 26100, Cremona",
        ),
        ("address", {"formatted": {"a": 1}}, "address", None),
    ],
)
def test_a_claim_is_kept_as_far_as_it_can_be_read(provider, now, claim, said, name, kept):
    found = answers.read(provider, {**PERSON, claim: said}, now)
    assert found.attributes.get(name) == kept


@pytest.mark.parametrize("verified", [None, False, "true", 1, "yes"])
def test_only_true_means_verified(provider, now, verified):
    found = answers.read(provider, {**PERSON, "email_verified": verified}, now)
    assert (found.email, found.known_email) == ("mario.rossi@esempio.it", "")


def test_an_address_that_is_none_is_not_kept(provider, now):
    assert answers.read(provider, {**PERSON, "email": "mario@"}, now).email == ""


def test_what_waits_is_good_for_a_quarter_of_an_hour_and_as_it_was(found, now):
    sealed = found.sealed()
    assert answers.waiting(sealed, now) == found
    assert answers.waiting(sealed, now + answers.GOOD_FOR) == found
    assert answers.waiting(sealed, now + answers.GOOD_FOR + timedelta(seconds=1)) is None
    for broken in ("", "x", sealed[:-2], sealed[:-2] + "AA"):
        assert answers.waiting(broken, now) is None


def test_the_longest_answer_fits_into_a_cookie(found):
    long = dict.fromkeys(("given_name", "family_name", "address"), "à" * 200)
    whole = replace(
        found, subject="x" * 255, attributes={**found.attributes, **long}, link="x" * 43
    )
    assert len(whole.sealed()) + len(answers.COOKIE) < 4000


def test_a_form_is_marked_with_the_answer_its_page_has_shown(found):
    assert found.is_marked(found.mark)
    assert not replace(found, subject="another").is_marked(found.mark)
    assert not found.is_marked("")
