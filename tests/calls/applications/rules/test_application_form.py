"""What is said about each field of an application, and that its example is accepted."""

from datetime import UTC, datetime

import pytest

from calls.applications.rules import application_form
from calls.applications.rules.application_sections import IDEA, PROPONENT, sections
from calls.texts.rules.call_form import read
from tests.calls.examples import RUBRIC, application_values, call_values

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CALL = read(call_values(NOW))


def said(**changes):
    values = application_values(**changes)
    fields = [field for section in sections(CALL) for field in section.fields]
    return application_form.errors(fields, values)


def test_a_whole_application_has_nothing_wrong():
    assert said() == {}


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("tax_code", "FRR GLI 98E43 D150K"),
        ("tax_code", "frrgli98e43d150k"),
        ("phone", "+39 0372 123456"),
        ("phone", "(0372) 123456"),
        ("phone", "+39 (0372) 123.456"),
        ("phone", "0372\u00a0123456"),
        ("birth_day", "3/5/1998"),
        ("birth_day", "3.5.1998"),
        ("source_own", "7.580,00 €"),
        ("source_own", "7\u202f580"),
        ("idea_what", "Prima riga\nseconda riga"),
    ],
)
def test_what_people_type_and_paste_is_read(field, typed):
    assert field not in said(**{field: typed})


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("tax_code", "FRRGLI98E43D150X"),
        ("tax_code", "0123"),
        ("phone", "casa"),
        ("phone", "(0372 123456"),
        ("phone", "()123456"),
        ("birth_day", "maggio"),
        ("source_own", "tanto"),
    ],
)
def test_what_is_wrong_is_said_with_an_example_that_is_accepted(field, typed):
    example = said(**{field: typed})[field].values["example"]
    # The example of a tax code is of somebody born on the first day of 1980.
    born = {"birth_day": "1980-01-01"} if field == "tax_code" else {}
    assert field not in said(**{**born, field: example})


@pytest.mark.parametrize(
    ("typed", "born"),
    [
        ("FRRGLI98E43D150K", "1998-05-03"),
        (" frr gli 98e43 d150k ", "1998-05-03"),  # blanks, small letters: 20 signs, none cut
        ("FRRGLI98E43D150K", ""),  # where no day is given, nothing is compared
        ("RSSMRA80A01D15LM", "1980-01-01"),  # a letter for a figure: two people had one code
    ],
)
def test_a_tax_code_of_the_day_of_birth_is_accepted_as_people_write_it(typed, born):
    assert "tax_code" not in said(tax_code=typed, birth_day=born)


@pytest.mark.parametrize("born", ["1998-05-04", "1998-06-03", "1997-05-03"])
def test_a_tax_code_of_another_day_of_birth_is_refused_in_words(born):
    assert "non è di chi è nato" in str(
        said(tax_code="FRRGLI98E43D150K", birth_day=born)["tax_code"]
    )


@pytest.mark.parametrize("field", [f.name for f in (*PROPONENT.fields, *IDEA.fields)])
def test_a_field_that_is_empty_is_missing(field):
    assert field in said(**{field: " "})


def test_an_amount_that_is_not_there_is_a_zero_to_write():
    assert str(said(source_own="")["source_own"]) == "Manca l'importo. Se non c'è, scrivi 0."


def test_a_line_stays_one_line():
    assert said(firm_name="Ruota\nlibera\n") == {}


def test_a_rubric_takes_the_line_its_error_shows():
    content = read(call_values(NOW, **{"criterion-1-rubric": f"{RUBRIC}\n3 = Buono"}))
    assert "3" in {str(mark) for mark in content.criterion("A").marks}
