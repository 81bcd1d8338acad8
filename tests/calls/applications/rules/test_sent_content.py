"""What is sent: complete, canonical, the same whatever the order of files and fields."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from calls.applications.rules import sent_content
from calls.applications.rules.sent_content import AnsweredCall, SentFile
from calls.texts.rules.call_form import read as read_call
from kit.canonical import encode
from tests.calls.examples import application_values, call_values

CALL = AnsweredCall(3, 1, "c" * 64, read_call(call_values(datetime(2026, 11, 22, tzinfo=UTC))))
WHO = {"id": 1, "name": "Giulia", "email": "g@esempio.it"}
FILES = [SentFile("b.pdf", 2, "b" * 64), SentFile("a.pdf", 1, "a" * 64)]


def build(values=None, files=FILES):
    return sent_content.build(CALL, 7, WHO, values or application_values(), files)


def test_it_names_call_version_person_answers_and_files():
    sent = build()
    assert sent["format"] == "farelegami.application.1"
    assert sent["call"] == {"id": 3, "version": 1, "sha256": "c" * 64}
    assert (sent["application"], sent["person"]) == (7, WHO)
    assert [file["filename"] for file in sent["attachments"]] == ["a.pdf", "b.pdf"]
    assert sent["plan"]["requested"] == 6_000_00
    assert sent["plan"]["eligible"] == 10_000_00
    assert {judged["rule"]: judged["met"] for judged in sent["eligibility"]} == {
        "age": True,
        "residence": True,
        "D1": True,
        "D2": True,
    }


def test_empty_and_unknown_fields_do_not_travel():
    fields = build(application_values(evil="1", idea_new="  \n "))["fields"]
    assert "evil" not in fields and "idea_new" not in fields


def test_a_line_is_sent_as_one_line_and_lines_as_they_were_typed():
    typed = application_values(firm_name="Ruota\nlibera", idea_what="Prima\r\nseconda\n")
    fields = build(typed)["fields"]
    assert (fields["firm_name"], fields["idea_what"]) == ("Ruota libera", "Prima\nseconda")


@given(st.permutations(sorted(application_values().items())), st.permutations(FILES))
def test_no_order_changes_a_byte(values, files):
    assert encode(build(dict(values), files)) == encode(build())
