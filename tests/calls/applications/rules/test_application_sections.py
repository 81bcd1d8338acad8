"""What an application asks, page by page."""

from datetime import UTC, datetime

from calls.applications.rules import application_sections as asked
from calls.texts.rules.call_form import read as read_call
from tests.calls.examples import application_values, call_values

CALL = read_call(call_values(datetime(2026, 11, 22, 9, 0, tzinfo=UTC)))


def test_every_field_stands_on_one_page_only():
    names = [field.name for section in asked.sections(CALL) for field in section.fields]
    assert len(names) == len(set(names))
    assert asked.names(CALL) == set(names)
    assert set(application_values()) <= asked.names(CALL)


def test_a_page_is_found_by_its_code_or_not_at_all():
    for section in asked.sections(CALL):
        assert asked.find(CALL, section.code) == section
    assert asked.find(CALL, "elsewhere") is None


def test_a_call_asks_for_its_own_declarations():
    fields = {field.name for field in asked.requirements(CALL).fields}
    assert {"declaration-D1", "declaration-D2"} <= fields
    assert asked.declaration_name("D9") not in asked.names(CALL)
