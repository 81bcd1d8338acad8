"""An application part by part, as it is read once more before it is sent."""

from datetime import UTC, datetime

import pytest

from calls.applications.rules.application_parts import named, parts
from calls.applications.rules.application_sections import sections
from calls.applications.rules.sent_content import SentFile
from calls.texts.rules.call_form import read
from tests.calls.examples import application_values, call_values

CONTENT = read(call_values(datetime(2026, 11, 22, 9, 0, tzinfo=UTC)))
FILES = [SentFile("cv.pdf", 3, "aa"), SentFile("visura.pdf", 4, "bb")]


def test_every_field_belongs_to_the_part_of_its_section():
    before = parts(CONTENT, application_values(), FILES)
    for section in sections(CONTENT):
        for field in section.fields:
            now = parts(CONTENT, application_values(**{field.name: "altro"}), FILES)
            assert [name for name in now if now[name] != before[name]] == [section.code]


def test_files_are_compared_by_name_and_content_in_any_order():
    before = parts(CONTENT, {}, FILES)
    assert parts(CONTENT, {}, reversed(FILES)) == before
    for others in (FILES[:1], [FILES[0], SentFile("visura.pdf", 4, "cc")]):
        assert parts(CONTENT, {}, others)["attachments"] != before["attachments"]


def test_what_is_not_typed_and_blanks_around_say_nothing():
    assert parts(CONTENT, {"idea_what": " "}, ()) == parts(CONTENT, {}, ())
    assert all(parts(CONTENT, {}, ()).values()), "an empty part says so too"


@pytest.mark.parametrize(
    ("part", "words"),
    [("idea", "la parte «L'idea»"), ("attachments", "gli allegati"), ("gone", "la domanda")],
)
def test_parts_have_names(part, words):
    assert str(named(CONTENT, part)) == words
