"""What is said of a file while it is looked through, when it was sent, and to who reads it."""

from datetime import UTC, datetime, timedelta

import pytest

from calls.applications.rules import inspections
from kit.errors import Message
from kit.sentences import advised, keep

AT = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LOCKED = keep(advised(Message("Il PDF ha {pages} pagine.", pages="9"), Message("Dividilo.")))
OLDER = keep(Message("Il PDF ha 9 pagine. Dividilo."))  # kept before the two were apart


@pytest.mark.parametrize(
    ("state", "refusal", "words"),
    [
        ("waiting", None, "Stiamo guardando se si apre…"),
        ("opens", None, "Si apre."),
        ("refused", LOCKED, "Il PDF ha 9 pagine."),
        ("refused", OLDER, "Il PDF ha 9 pagine. Dividilo."),
        ("unknown", None, "Non siamo riusciti a guardarlo."),
    ],
)
def test_how_far_a_file_is_is_said_in_words(state, refusal, words):
    assert str(inspections.said(state, refusal)) == words


@pytest.mark.parametrize(
    ("state", "refusal", "words"),
    [
        ("waiting", None, None),
        ("opens", None, None),
        ("refused", LOCKED, "Dividilo."),
        ("refused", OLDER, None),
        ("unknown", None, "La domanda si può inviare lo stesso."),
    ],
)
def test_what_to_do_is_said_apart_for_who_can_still_do_it(state, refusal, words):
    said = inspections.advice(state, refusal)
    assert said is None if words is None else str(said) == words


@pytest.mark.parametrize(
    ("state", "refusal", "ended_at", "words"),
    [
        ("opens", None, AT, None),
        ("waiting", None, None, "Se non si apre ti scriviamo."),
        ("opens", None, AT + SECOND, "lo stavamo ancora guardando: si apre."),
        ("refused", LOCKED, AT + SECOND, "non si apre. Il PDF ha 9 pagine."),
        ("unknown", None, AT + SECOND, "Non siamo riusciti"),
        ("unknown", None, AT, "Non siamo riusciti"),
        ("unknown", None, None, "Non siamo riusciti"),
    ],
)
def test_its_author_reads_how_a_file_is_now(state, refusal, ended_at, words):
    said = inspections.since_sending(state, refusal, ended_at, AT)
    assert said is None if words is None else str(said).endswith(words) or words in str(said)
    assert said is None or state == "waiting" or "ti scriviamo" not in str(said)


@pytest.mark.parametrize(
    ("state", "ended_at", "words"),
    [
        ("waiting", None, "stavamo ancora guardando"),
        ("opens", AT + SECOND, "stavamo ancora guardando"),
        ("refused", AT + SECOND, "stavamo ancora guardando"),
        ("unknown", AT, "Non siamo riusciti"),
        ("opens", AT, None),
    ],
)
def test_a_receipt_says_what_was_known_when_the_application_came(state, ended_at, words):
    said = inspections.at_sending(state, ended_at, AT)
    assert said is None if words is None else words in str(said)


@pytest.mark.parametrize(
    ("state", "refusal", "words", "readable"),
    [
        ("opens", None, None, True),
        ("unknown", None, "aprilo con prudenza", True),
        ("waiting", None, "Stiamo ancora guardando", False),
        ("refused", LOCKED, "Questo file non si apre: Il PDF ha 9 pagine.", False),
    ],
)
def test_who_reads_an_application_is_warned_and_not_given_what_does_not_open(
    state, refusal, words, readable
):
    found = inspections.found(state, refusal)
    assert found is None if words is None else words in str(found)
    assert inspections.may_be_read(state) is readable
