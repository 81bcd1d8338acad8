"""Letters: in the reader's language, once, and known when nobody can be written to."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

import calls.jobs  # noqa: F401
import market.jobs  # noqa: F401
import people.links  # noqa: F401 - each house names its kinds of letters
from kit import letters
from kit.errors import Message
from kit.letters import Reader
from kit.mail import Mail
from kit.words.text import locale
from tests.jobs import queued

ROOT = Path(__file__).parents[2]
letters.register("kit.test_letter", Message("Prove"))


def write(session, to, **changes):
    given: dict[str, Any] = {
        "kind": "kit.test_letter",
        "subject": Message("Si prenota fino a {closes}.", closes=date(2026, 12, 3)),
        "text": Message("Ciao {name},", name=to.name),
        "key": "test:1",
    }
    return letters.write(session, to=to, **given | changes)


@pytest.mark.parametrize(
    ("language", "subject", "text"),
    [
        ("it", "Si prenota fino a giovedì 3 dicembre 2026.", "Ciao Anna,"),
        ("en", "Bookings until Thursday 3 December 2026.", "Hello Anna,"),
    ],
)
def test_a_letter_speaks_the_language_of_its_reader(session, language, subject, text):
    assert write(session, Reader("anna@esempio.it", "Anna", language, 7))
    row = session.scalars(select(Mail)).one()
    assert (row.subject, row.text) == (subject, text)
    assert (row.kind, row.channel, row.to) == ("kit.test_letter", "mail", "anna@esempio.it")
    assert row.person_id == 7
    assert locale.get() == "it"


def test_lines_are_translated_one_by_one_and_braces_in_names_stay(session):
    text = letters.lines(
        Message("Ciao {name},", name="{0}"), "", Message("Motivo: {reason}", reason="gelo")
    )
    write(session, Reader("anna@esempio.it", "Anna", "en"), text=text)
    assert session.scalars(select(Mail.text)).one() == "Hello {0},\n\nReason: gelo"


@pytest.mark.parametrize("email", [None, "", "anna", "a@esempio.it, b@esempio.it", "a@é.it\r\n"])
def test_who_has_no_address_is_named_and_nothing_is_sent(session, email):
    assert not write(session, Reader(email, "Famiglia Rossi"), key="order:7:closed:3")
    write(session, Reader(None, "Famiglia Rossi"), key="order:7:settled:3")
    write(session, Reader(None, "Famiglia Neri"), key="order:71:closed:4")
    write(session, Reader("anna@esempio.it", "Anna"), key="order:7:closed:5")
    unreached = letters.written(session, "sheet:7", unreached_below="order:7")
    assert [(letter.key, letter.to) for letter in unreached] == [
        ("order:7:closed:3", "Famiglia Rossi"),
        ("order:7:settled:3", "Famiglia Rossi"),
    ]
    assert not any(letter.reachable for letter in unreached)
    assert len(queued(session)) == 1


def test_a_letter_is_found_by_its_key_with_how_far_it_has_come(session):
    write(session, Reader("anna@esempio.it", "Anna"), key="sheet:7")
    write(session, Reader("anna@esempio.it", "Anna"), key="order:7:closed:5")
    (found,) = letters.written(session, "sheet:7", unreached_below="order:7")
    assert (found.key, found.to, found.reachable) == ("sheet:7", "anna@esempio.it", True)
    assert (found.sent_at, found.error) == (None, None)
    assert letters.written(session, "sheet:8", unreached_below="order:_") == []


def test_a_line_break_in_a_name_does_not_stop_the_letter(session):
    subject = Message("{title}: addebito", title="Mele\r\nBcc: x@esempio.it")
    assert write(session, Reader("anna@esempio.it", "Anna"), subject=subject)
    assert session.scalars(select(Mail.subject)).one() == "Mele Bcc: x@esempio.it: addebito"


def test_a_kind_that_no_house_has_named_is_a_mistake_of_ours(session):
    with pytest.raises(LookupError, match=r"market\.unheard"):
        write(session, Reader("anna@esempio.it", "Anna"), kind="market.unheard")


def test_receipts_charges_and_ways_in_are_never_optional():
    optional = {name for name, kind in letters.kinds.items() if kind.optional}
    assert optional == {"market.closing_notice", "market.cancelling_notice"}
    never = {"calls.receipt", "market.settlement_notice", "market.order_sheet"}
    assert {*never, "people.invitation", "people.sign_in"} <= letters.kinds.keys()


def test_every_letter_of_the_houses_is_composed_in_one_place():
    houses = ("people", "ledger", "market", "calls", "community", "demo", "kit")
    found = [
        str(path.relative_to(ROOT))
        for house in houses
        for path in (ROOT / house).rglob("*.py")
        if re.search(r"\bmail\.queue\(", path.read_text(encoding="utf-8"))
    ]
    assert found == ["kit/letters.py"]
