"""What comes too late is said with what was written; its pages are in test_old_pages.py."""

from typing import Any

from calls.pages.late import NotInIt
from kit.errors import Message
from kit.http import templates


def written(*pairs):
    macros: Any = templates.environment().get_template("forms.html").module
    return str(macros.written(NotInIt(Message("Tardi."), pairs).written))


def test_what_was_written_is_given_back_escaped_and_choices_by_their_names():
    shown = written(
        (Message("Nome"), "<Bottega>"), (Message("Forma"), Message("Libera professione"))
    )
    assert "&lt;Bottega&gt;" in shown and "Libera professione" in shown


def test_nothing_written_shows_nothing():
    assert written() == ""
