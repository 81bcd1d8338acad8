"""Telephones, sites and postcodes: kept as people write them, or refused with an example."""

import pytest

from kit import contacts
from kit.errors import Message


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" 0372 123456 ", "0372 123456"),
        ("+39 (0)372/12.34-56", "+39 (0)372/12.34-56"),
        ("\u200b347\u00a01234567", "347 1234567"),
        ("12345", "12345"),
    ],
)
def test_a_telephone_is_kept_as_it_is_written(typed, kept):
    assert contacts.phone(typed) == kept


@pytest.mark.parametrize(
    "typed", ["abc", "1234", "+()-/. ", "0372 123456 int. 3", "٠١٢٣٤٥", "1" * 41]
)
def test_what_is_no_telephone_is_told(typed):
    assert isinstance(contacts.phone(typed), Message)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("www.esempio.it", "https://www.esempio.it"),
        ("http://esempio.it:8080/prodotti?a=1#due", "http://esempio.it:8080/prodotti?a=1#due"),
        ("HTTPS://Esempio.it", "HTTPS://Esempio.it"),
        ("città-solidale.it", "https://città-solidale.it"),
    ],
)
def test_a_site_is_kept_with_how_it_begins(typed, kept):
    assert contacts.site(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        *("javascript:alert(1)", "javascript://esempio.it/%0aalert(1)", "data:text/html,x"),
        *(
            "ftp://esempio.it",
            "mailto:a@esempio.it",
            "https://a:b@esempio.it",
            "esempio",
            "https://",
        ),
        *("www.esempio .it", "https://[::1", "http://esempio.it:porta", "//", "http://1.2.3.4"),
        "https://esempio.it/" + "a" * 200,
    ],
)
def test_what_is_no_site_is_told(typed):
    assert isinstance(contacts.site(typed), Message)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        *(("26100", "26100"), ("26100\u200b", "26100"), ("I-26100", "26100")),
        *(("CH-6900", "CH-6900"), ("ch-6900", "CH-6900"), ("SW1A 1AA", "SW1A 1AA")),
    ],
)
def test_a_postcode_has_five_digits_or_its_country(typed, kept):
    assert contacts.postcode(typed) == kept


@pytest.mark.parametrize("typed", ["261000", "2610", "abc!", "26100-1", "٢٦١٠٠", "CH-6900-1234567"])
def test_what_is_no_postcode_is_told(typed):
    assert isinstance(contacts.postcode(typed), Message)


@pytest.mark.parametrize(
    ("read", "wrong"),
    [(contacts.phone, "x"), (contacts.site, "x"), (contacts.postcode, "x")],
)
def test_what_a_sentence_gives_as_an_example_is_accepted(read, wrong):
    said = read(wrong)
    assert read(said.values["example"]) == said.values["example"]
