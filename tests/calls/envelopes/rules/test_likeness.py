"""Which applications may be of one person though their codes differ."""

from calls.envelopes.rules.likeness import Proponent, alike
from kit import codes

PLAIN, LETTER = "TRENNI98D16D150M", "TRENNI98D16D15LX"


def codes_of(*applications):
    return [[one.code for one in them] for them in alike(applications)]


def test_a_code_with_a_letter_for_a_figure_is_shown_beside_the_one_it_is_like():
    one = Proponent(1, "2026/0000001", PLAIN, "Nino Tre", "1998-04-16")
    other = Proponent(2, "2026/0000002", LETTER, "N. Tre", "1998-04-17")
    assert codes.in_figures(PLAIN) == codes.in_figures(LETTER) == PLAIN[:-1]
    assert codes_of(other, one) == [["2026/0000001", "2026/0000002"]]


def test_so_are_the_same_name_and_day_of_birth_under_another_code():
    one = Proponent(1, "2026/0000001", PLAIN, "Nino Tre", "1998-04-16")
    other = Proponent(2, "2026/0000002", "RSSMRA80A01L219M", "TRE  nino", "1998-04-16")
    twin = Proponent(3, "2026/0000003", "VRDLGI80A01L219M", "Nina Tre", "1998-04-16")
    assert codes_of(one, other, twin) == [["2026/0000001", "2026/0000002"]]


def test_the_very_same_code_is_a_double_and_an_empty_one_nothing():
    one = Proponent(1, "2026/0000001", PLAIN, "Nino Tre", "1998-04-16")
    assert codes_of(one, one._replace(application_id=2, code="2026/0000002")) == []
    assert codes_of(one._replace(tax_code=""), Proponent(2, "2026/0000002", "", "", "")) == []
    assert codes.in_figures("01234560199") == "01234560199"
