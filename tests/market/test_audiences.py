"""Whom a letter about an order reaches, before it is written and afterwards."""

import pytest
from sqlalchemy import select

from kit.mail import Mail
from kit.words import text
from market import audiences, settlements
from market.closings import closings, dry_runs
from market.group_orders import opening
from market.papers import outboxes
from people.tables.persons import Person
from tests import jobs
from tests.market import make


@pytest.fixture
def families(session, at):
    """An order of five households that booked.

    One has an address; one two members; one none; one only a member who was disabled; one an
    address no letter goes to. A sixth booked nothing.
    """
    boxes = make.pieces(session, at)
    at.order_id = make.opened(session, at)
    found = [make.household(session, at) for _ in range(6)]
    for family in found[:5]:
        make.book(session, at, at.order_id, family, (boxes.id, 1))
    for _ in range(2):
        make.member(session, found[1])
    gone = make.member(session, found[3])
    session.get(Person, gone.person_id).disabled_at = at.now
    for family in found[1:4]:
        family.email = None
    found[4].email, found[4].note = "nessuno", "Telefona il martedì"
    session.flush()
    return found


def test_letters_are_counted_and_whoever_none_reaches_is_named(session, at, families):
    found = audiences.audience(session, at.order_id)
    assert found.letters == 3  # one address, two members
    assert [(voice.code, voice.note) for voice in found.unreached] == [
        (families[2].code, ""),
        (families[3].code, ""),
        (families[4].code, "Telefona il martedì"),
    ]
    assert str(found.letters_in_words()) == "Partono 3 lettere."
    names = ", ".join(f"{family.name} ({family.code})" for family in families[2:5])
    assert str(found.voices_in_words()) == f"3 famiglie senza posta: dillo tu a {names}."


def test_what_was_told_before_the_act_is_what_is_written(session, at, families):
    told = audiences.audience(session, at.order_id)
    opening.cancel(session, at.coordinator, at.order_id, "gelata", at.now)
    jobs.run_all(session)
    sent = session.scalars(select(Mail.to).where(Mail.channel == "mail")).all()
    assert len(sent) == told.letters
    after = outboxes.outbox(session, at.order_id)
    assert [letter.to for letter in after.by_voice] == [voice.name for voice in told.unreached]
    assert all("Motivo: gelata" in letter.text for letter in after.by_voice)
    assert after.sheet is None


def test_where_everybody_is_reached_nobody_is_named_and_where_nobody_booked_nothing_goes(
    session, at, order_id
):
    found = audiences.audience(session, order_id)
    assert (found.letters, found.unreached, found.voices_in_words()) == (2, [], None)
    empty = audiences.audience(session, make.opened(session, at))
    assert (empty.letters, str(empty.letters_in_words())) == (
        0,
        "Alle famiglie non parte nessuna lettera.",
    )
    one = audiences.audience(session, order_id, lambda r: r.household_id == at.first.id)
    assert str(one.letters_in_words()) == "Parte 1 lettera."


def test_only_who_pays_is_told_of_a_charge(session, at, order_id):
    """Of a case of six boxes the first gets what the second leaves: nothing for the second."""
    make.book(session, at, order_id, at.second, (at.boxes.id, 0, 4))
    seen = dry_runs.dry_run(session, at.coordinator, order_id)
    assert [h.total_cents > 0 for h in seen.households] == [True, True]
    make.book(session, at, order_id, at.second, (at.boxes.id, 0, 1))
    seen = dry_runs.dry_run(session, at.coordinator, order_id)
    closings.close(session, at.coordinator, order_id, seen.token, at.now)
    told = audiences.audience(session, order_id, audiences.charged)
    assert told.letters == sum(h.total_cents > 0 for h in seen.households)
    settlements.settle(session, at.coordinator, order_id, at.now)
    jobs.run_all(session)
    charged = select(Mail).where(Mail.kind == "market.settlement_notice")
    assert len(session.scalars(charged).all()) == told.letters


def test_it_is_read_in_one_statement_each(session, at, families, statements):
    assert statements(lambda: audiences.audience(session, at.order_id)) == 1
    assert statements(lambda: outboxes.outbox(session, at.order_id)) == 1


@pytest.mark.parametrize("language", ["it", "en"])
def test_a_name_with_braces_does_not_break_the_sentence(session, at, families, language):
    families[2].name = "{0} & <b>"
    session.flush()
    token = text.locale.set(language)
    try:
        words = audiences.audience(session, at.order_id).voices_in_words()
        assert words is not None and "{0} & <b> (" in text.render(words)
    finally:
        text.locale.reset(token)
