from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.applications.rules import business_plan
from calls.applications.rules.completeness import missing, tasks
from calls.texts.rules.call_form import read as read_call
from kit.money import parse_euro
from kit.sentences import euro
from tests.calls.examples import application_values, call_values, without

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CALL = read_call(call_values(NOW))


def worries(**changes):
    found = business_plan.worries(CALL, application_values(**changes))
    return {worry.field: (str(worry.message), worry.blocking) for worry in found}


def test_the_example_adds_up_to_figures_worked_out_by_hand():
    plan = business_plan.read(application_values())
    assert plan.invested == 1_400_000
    assert plan.eligible == 1_000_000
    assert plan.uses_total == plan.sources_total == 1_958_000
    assert business_plan.highest_grant(CALL, plan) == 600_000
    first = plan.years[0]
    assert first.revenue == 2_800_000
    assert first.operating_margin == 100_000
    assert first.operating_result == -180_000
    assert first.result == -286_000
    assert [year.result for year in plan.years] == [-286_000, 514_000, 1_114_000]


def test_the_example_may_be_sent_and_warns_of_its_first_year():
    assert missing(CALL, application_values()) == ()
    assert worries() == {
        "y1-sales": (
            "Nell'anno 1 spendi 2.860,00\u00a0€ più di quanto incassi: come li copri?",
            False,
        )
    }
    assert all(task.state == "complete" for task in tasks(CALL, application_values()))


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"source_own": "7.579,99"}, "source_own", "mancano 0,01"),
        ({"source_own": "7.580,01"}, "source_own", "superano gli impieghi di 0,01"),
        ({"source_grant": "6.000,01", "source_own": "7.579,99"}, "source_grant", "60 %"),
        ({"source_grant": "0", "source_own": "13.580"}, "source_grant", "quanto contributo"),
        ({"investment-1-amount": ""}, "investment-1-amount", "manca l'importo"),
        ({"investment-1-category": ""}, "investment-1-category", "scegli il tipo"),
        ({"investment-2-what": " "}, "investment-2-what", "che cosa compri"),
    ],
)
def test_what_does_not_add_up_is_said_at_the_cell_to_mend(changes, field, words):
    message, blocking = worries(**changes)[field]
    assert words in message
    assert blocking
    lacks = missing(CALL, application_values(**changes))
    assert field in {lack.field for lack in lacks}


def test_the_cap_limits_a_large_project():
    message, blocking = worries(
        **{"investment-1-amount": "90.000", "source_grant": "15.000,01", "source_own": "79.000"}
    )["source_grant"]
    assert "15.000,00" in message
    assert blocking


def test_a_draft_without_investments_cannot_go():
    rows = [name for name in application_values() if name.startswith("investment-")]
    lacks = missing(CALL, without(application_values(), *rows))
    assert "investment-1-what" in {lack.field for lack in lacks}


euros = st.integers(0, 10**9).map(euro)
junk = st.text("0123456789.,-+€ \u0663\u00e8xE\n", max_size=14)


@given(st.dictionaries(st.sampled_from(sorted(application_values())), euros | junk))
def test_no_draft_whatever_is_typed_breaks_the_plan(values):
    plan = business_plan.read(values)
    assert plan.uses_total >= plan.invested >= plan.eligible >= 0
    grant = business_plan.highest_grant(CALL, plan)
    assert grant <= CALL.cap
    assert grant * 100 <= plan.eligible * CALL.intensity_percent
    missing(CALL, values)


@given(st.integers(0, 10**10))
def test_an_amount_is_written_as_it_is_read(cents):
    assert parse_euro(euro(cents).replace("\u00a0", " ")) == cents
