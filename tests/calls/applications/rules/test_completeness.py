"""What still keeps an application from being sent."""

from datetime import UTC, datetime

import pytest

from calls.applications.rules import completeness
from calls.applications.rules.application_sections import find, sections
from calls.applications.rules.completeness import missing, tasks
from calls.texts.rules.call_form import read as read_call
from kit.errors import Refused
from kit.words.text import render
from tests.calls.examples import application_values, call_values

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CALL = read_call(call_values(NOW))


def test_an_empty_draft_names_every_page_as_missing():
    assert {task.state for task in tasks(CALL, {})} == {"empty"}
    assert tasks(CALL, {"first_name": "Giulia"})[0].state == "started"
    sections = {lack.section for lack in missing(CALL, {})}
    assert len(sections) == 7


def test_residence_outside_the_province_and_an_unticked_statement_stop_the_sending():
    lacks = {lack.field for lack in missing(CALL, application_values(municipality="017029"))}
    assert lacks == {"municipality"}
    lacks = {lack.field for lack in missing(CALL, application_values(**{"declaration-D2": ""}))}
    assert lacks == {"declaration-D2"}


def test_a_whole_application_may_go():
    assert missing(CALL, application_values()) == ()
    completeness.check(())
    assert {task.state for task in tasks(CALL, application_values())} == {"complete"}


def test_the_refusal_counts_and_names_the_first():
    lacks = missing(CALL, application_values(first_name="", idea_what=""))
    with pytest.raises(Refused, match="mancano 2 cose") as refused:
        completeness.check(lacks)
    assert str(lacks[0].message) in str(refused.value)


def test_one_field_has_one_reason_and_pages_say_how_many():
    values = application_values(source_own="1", idea_what="")
    lacks = missing(CALL, values)
    assert len({lack.field for lack in lacks}) == len(lacks)
    found = {task.section.code: task for task in tasks(CALL, values)}
    assert (found["idea"].state, str(found["idea"].said)) == ("started", "manca 1 cosa")
    assert (found["market"].state, found["market"].lacks) == ("complete", ())
    assert str(found["funding"].said) == "1 cosa è da correggere"


def test_what_is_written_and_wrong_is_not_counted_as_missing():
    lacks = missing(CALL, application_values(tax_code="FRRGLI98E43D150X", idea_what=" "))
    assert [(lack.field, lack.typed) for lack in lacks] == [
        ("tax_code", True),
        ("idea_what", False),
    ]
    assert render(completeness.told(lacks)) == "manca 1 cosa, 1 è da correggere"


WRONG = [
    ("proponent", "tax_code", "FRRGLI98E43D150X", "un segno è sbagliato"),
    ("proponent", "birth_day", "ieri", "Scrivi una data valida"),
    ("proponent", "birth_day", "1950-01-31", "il bando chiede"),
    ("proponent", "municipality", "elsewhere", "Il bando chiede la residenza"),
    ("proponent", "phone", "boh", "numero di telefono"),
    ("proponent", "firm_name", "x" * 121, "troppo lungo"),
    ("idea", "idea_new", "x" * 2001, "troppo lungo"),
    ("investments", "investment-1-amount", "4,5,6", "Scrivi un importo"),
    ("funding", "use_vat", "molto", "Scrivi un importo"),
    ("economics", "y2-staff", "-3", "fuori dai limiti"),
]


@pytest.mark.parametrize(("code", "name", "typed", "words"), WRONG)
def test_whatever_is_written_and_would_refuse_the_sending_is_said_beside_it(
    code, name, typed, words
):
    section = find(CALL, code)
    assert section is not None
    assert completeness.wrong(CALL, section, application_values()) == {}
    said = completeness.wrong(CALL, section, application_values(**{name: typed}))
    assert words in render(said[name])
    assert name not in completeness.wrong(CALL, section, application_values(**{name: ""}))


@pytest.mark.parametrize("typed", ["99999999999", "-5", "1e5", "trentamila"])
def test_an_amount_that_is_none_is_said_beside_it_in_every_row(typed):
    amounts = 0
    for section in sections(CALL):
        for field in section.fields:
            if field.kind == "euro":
                values = application_values(**{field.name: typed})
                assert field.name in completeness.wrong(CALL, section, values), field.name
                amounts += 1
    assert amounts > 30


def test_what_does_not_add_up_waits_until_nothing_of_the_page_is_missing():
    section = find(CALL, "funding")
    assert section is not None
    odd = application_values(source_own="1")
    assert "source_own" in completeness.wrong(CALL, section, odd)
    assert completeness.wrong(CALL, section, {**odd, "source_bank": ""}) == {}
