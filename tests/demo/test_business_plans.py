"""What applicants type: every field of the form, with plans that add up to the cent."""

from datetime import date

import pytest

from calls.applications.rules import application_sections, business_plan, completeness
from calls.texts.rules import call_form
from demo import offices
from demo.business_plans import euro, fields
from demo.stage import toml
from kit import codes
from tests.demo.days import MOMENTS, on

EVERYBODY = [(key, one) for key in offices.CALLS for one in toml(f"{key}_call")["application"]]
each = pytest.mark.parametrize(
    ("key", "told"), EVERYBODY, ids=[f"{key}-{one['alias']}" for key, one in EVERYBODY]
)


def call(key):
    return call_form.read(offices._values(key, *offices.instants(on(MOMENTS[0]), key)))


@pytest.mark.parametrize("name", ["first_call", "second_call", "third_call"])
def test_every_applicant_has_a_tax_code_that_forms_accept(name):
    told = toml(name)["application"]
    found = [fields(one, 1)["tax_code"] for one in told]
    assert found and [codes.person_tax_code(code) for code in found] == found


@each
def test_an_application_is_complete_and_nothing_in_it_stops_the_sending(key, told):
    content = call(key)
    values = fields(told, len(content.eligibility.declarations))
    assert completeness.missing(content, values) == ()
    assert set(values) <= application_sections.names(content)


@each
def test_sources_are_uses_and_what_follows_from_the_figures_does(key, told):
    plan = business_plan.read(fields(told, 4))
    assert plan.uses_total == plan.sources_total > 0
    assert plan.requested == told["grant"] * 100
    assert plan.invested == sum(amount for _, _, amount in told["investments"]) * 100
    assert min(plan.sources.values()) >= 0
    assert plan.uses["use_vat"] == plan.invested * 22 // 100 // 100 * 100
    for year in plan.years:
        assert year.costs["depreciation"] == plan.invested // 5 // 100 * 100
        before_taxes = year.result + year.costs["taxes"]
        assert year.costs["taxes"] == max(before_taxes, 0) * 24 // 100 // 100 * 100
    interest = [year.costs["interest"] for year in plan.years]
    assert interest == sorted(interest, reverse=True)  # a loan is paid back


TOLD = {
    "name": "Anna Maria De Rossi",
    "sex": "F",
    "born": date(1990, 5, 6),
    **dict.fromkeys(("municipality", "address", "phone", "kind", "firm"), "x"),
    **dict.fromkeys(("what", "new", "skills", "customers", "competitors", "reach"), "x"),
    "investments": [["Forno", "machines", 10_000]],
    "stock": 800,
    "grant": 5000,
    "bank": 3000,
    "family": 0,
    "sales": [20_000, 30_000, 5000],
    "materials": [5000, 5000, 5000],
    "services": [1000, 1000, 1000],
    "staff": [2000, 2000, 2000],
}


def test_what_nobody_else_gives_is_the_applicants_own_money():
    values = fields(TOLD, 2)
    assert (values["use_vat"], values["source_own"]) == ("2.200", "5.000")
    assert (values["first_name"], values["last_name"]) == ("Anna", "Maria De Rossi")
    assert [name for name in values if name.startswith("declaration")] == [
        "declaration-D1",
        "declaration-D2",
    ]


def test_a_loss_pays_no_taxes_and_other_income_counts():
    values = fields(TOLD, 1)
    # 20,000 - 8,000 - 2,000 - 150 of interest: 24 % of 9,850; the third year ends below zero.
    assert (values["y1-interest"], values["y1-taxes"]) == ("150", "2.364")
    assert (values["y3-interest"], values["y3-taxes"]) == ("50", "0")
    assert fields(TOLD | {"other": (1000, 0, 0)}, 1)["y1-taxes"] == "2.604"


def test_more_sources_than_uses_are_an_error():
    fields(TOLD | {"family": 5000}, 1)
    with pytest.raises(ValueError, match="sources exceed uses by 1"):
        fields(TOLD | {"family": 5001}, 1)


def test_amounts_are_typed_with_points_between_the_thousands():
    assert [euro(whole) for whole in (0, 950, 12_400)] == ["0", "950", "12.400"]
