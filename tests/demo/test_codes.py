"""The codes of invented people and producers are right: forms look at their check signs."""

import pytest

from demo.business_plans import fields
from demo.stage import toml
from kit import codes


def test_every_producer_has_a_vat_number_that_forms_accept():
    for producer in toml("producers").values():
        assert codes.vat_number(producer["vat_number"]) == producer["vat_number"]


@pytest.mark.parametrize("name", ["first_call", "second_call", "third_call"])
def test_every_applicant_has_a_tax_code_that_forms_accept(name):
    told = toml(name)["application"]
    found = [fields(one, 1)["tax_code"] for one in told]
    assert found and [codes.person_tax_code(code) for code in found] == found
