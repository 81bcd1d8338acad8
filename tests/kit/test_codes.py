"""Codes that check themselves: what is accepted, and what a person reads otherwise."""

from string import ascii_uppercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import codes
from kit.errors import Message


@pytest.mark.parametrize(
    ("read", "typed", "kept"),
    [
        (codes.vat_number, "01234560199", "01234560199"),
        (codes.vat_number, " it 0123456 0199 ", "01234560199"),
        (codes.vat_number, "IT01234560199", "01234560199"),
        (codes.vat_number, "0123\u00a0456\u200b0199", "01234560199"),
        (codes.vat_number, "０1234560199", "01234560199"),
        (codes.person_tax_code, "RSSMRA80A01L219M", "RSSMRA80A01L219M"),
        (codes.person_tax_code, "rss mra 80a01 l219m", "RSSMRA80A01L219M"),
        (codes.tax_code, "rss mra 80a01 l219m", "RSSMRA80A01L219M"),
        (codes.tax_code, "IT 01234560199", "01234560199"),
        (codes.iban, "it60 x054 2811 1010 0000 0123 456", "IT60X0542811101000000123456"),
        (codes.iban, "DE89370400440532013000", "DE89370400440532013000"),
    ],
)
def test_a_code_is_read_however_it_is_spaced(read, typed, kept):
    assert read(typed) == kept


@pytest.mark.parametrize(
    ("read", "typed", "words"),
    [
        (codes.vat_number, "1234", "ha 11 cifre"),
        (codes.vat_number, "0123456019x", "ha 11 cifre"),
        (codes.vat_number, "01234560198", "una cifra è sbagliata"),
        (codes.person_tax_code, "RSSMRA80A01L219", "ha 16 lettere e cifre"),
        (codes.person_tax_code, "01234560199", "ha 16 lettere e cifre"),
        (codes.person_tax_code, "RSSMRA80A01L219X", "un segno è sbagliato"),
        (codes.person_tax_code, "RSSMRA80A71L219X", "un segno è sbagliato"),
        (codes.tax_code, "0123456019", "per un ente 11 cifre"),
        (codes.tax_code, "01234560198", "un segno è sbagliato"),
        (codes.iban, "01234", "un segno è sbagliato o manca"),
        (codes.iban, "IT61X0542811101000000123456", "un segno è sbagliato o manca"),
        (codes.iban, "città", "per esempio"),
    ],
)
def test_what_is_wrong_is_said_with_an_example_that_is_accepted(read, typed, words):
    said = read(typed)
    assert isinstance(said, Message) and words in str(said)
    assert isinstance(read(said.values["example"]), str)


@pytest.mark.parametrize("start", ["RSSMRA80A01D150", "RSSMRA80A01D15L", "RSSMRAULALMDMRL"])
def test_somebody_with_a_namesake_has_letters_for_digits_and_one_check_letter(start):
    """From the right, L stands for 0 up to V for 9 (omocodia)."""
    accepted = [
        sign for sign in ascii_uppercase if codes.person_tax_code(start + sign) == start + sign
    ]
    assert len(accepted) == 1


@given(st.text(max_size=40))
def test_no_text_breaks_a_reader(text):
    for read in (codes.vat_number, codes.person_tax_code, codes.tax_code, codes.iban):
        assert isinstance(read(text), str | Message)


def test_codes_in_price_files_are_only_tidied():
    """Real lists carry wrong ones: they find a known producer, they block nothing."""
    assert codes.tidy(" it 0123 4567897") == "01234567897"
    assert codes.tidy("rssmra80a01l219m") == "RSSMRA80A01L219M"
    assert codes.tidy("") == ""


def test_letters_that_stand_for_figures_are_read_as_the_figures_they_stand_for():
    assert codes.in_figures("RSSMRA80A01L219M") == "RSSMRA80A01L219"
    assert codes.in_figures("RSSMRAULALMLNMVX") == "RSSMRA80A01L219"
