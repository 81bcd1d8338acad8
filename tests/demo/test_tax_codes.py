"""Tax codes of invented people: right by the rule of the decree, and by their check letter."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.it import codicefiscale

from demo.offices import CALLS
from demo.stage import toml
from demo.tax_codes import tax_code

APPLICANTS = [one for key in CALLS for one in toml(f"{key}_call")["application"]]


@pytest.mark.parametrize("told", APPLICANTS, ids=lambda told: told["alias"])
def test_the_code_of_every_applicant_is_valid_and_tells_birth_and_sex(told):
    first, _, last = told["name"].partition(" ")
    code = tax_code(first, last, told["sex"], told["born"])
    assert codicefiscale.is_valid(code) and codicefiscale.compact(code) == code
    assert codicefiscale.get_birth_date(code) == told["born"]
    assert codicefiscale.get_gender(code) == told["sex"]


def test_only_the_person_who_is_shown_twice_has_a_code_twice():
    """The third call shows what the office sees where one person applied through two accounts."""
    twice = []
    for key in CALLS:
        told = toml(f"{key}_call")["application"]
        names = [one["name"].partition(" ") for one in told]
        codes = [
            tax_code(first, last, one["sex"], one["born"])
            for (first, _, last), one in zip(names, told, strict=True)
        ]
        twice += [(key, code) for code, times in Counter(codes).items() if times > 1]
    assert twice == [("third", "CGLRNN71C49D150S")]


@pytest.mark.parametrize(
    ("first", "last", "sex", "born", "starts"),
    [
        ("Mario", "Rossi", "M", date(1985, 12, 10), "RSSMRA85T10D150"),
        ("Maria", "Rossi", "F", date(1985, 12, 10), "RSSMRA85T50D150"),
        ("Gianfranco", "Bianchi", "M", date(1970, 1, 1), "BNCGFR70A01D150"),  # not GNF: four
        ("Carla", "Fo", "F", date(2001, 6, 30), "FOXCRL01H70D150"),
        ("Ada", "Aiello", "F", date(1999, 10, 9), "LLADAA99R49D150"),
        ("Nicolò", "D'Alò", "M", date(1990, 2, 3), "DLANCL90B03D150"),
    ],
)
def test_the_letters_are_those_of_the_decree(first, last, sex, born, starts):
    assert tax_code(first, last, sex, born)[:-1] == starts


names = st.text("abcdefghilmnopqrstuvzàèéìòù", min_size=1, max_size=12)


@given(names, names, st.sampled_from("FM"), st.dates(date(1930, 1, 1), date(2020, 12, 31)))
def test_whatever_the_name_the_code_is_valid(first, last, sex, born):
    code = tax_code(first, last, sex, born)
    assert codicefiscale.is_valid(code)
    assert codicefiscale.get_gender(code) == sex
