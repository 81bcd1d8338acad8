"""What is still to be told by voice: the last letter of each household, while it holds."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kit.audit import AuditEvent
from kit.letters import WrittenLetter
from kit.words import text
from market import audiences
from market.group_orders import heading, opening
from market.group_orders.opening import Hours
from market.group_orders.rules.standing import Stage
from market.papers import by_voice
from people.tables.persons import Person
from tests import jobs
from tests.market import make


def letter(at, kind, household):
    key = f"group-order:7:{kind}:{household}:"
    return WrittenLetter(key, "none", f"Famiglia {household}", kind, "", at.now, None, None, None)


def told(letters):
    return [(letter.to, letter.subject) for letter in letters]


def test_a_newer_letter_takes_the_place_of_the_one_before(at):
    kinds = [("moved-1", 1), ("moved-1", 2), ("moved-2", 1), ("closed", 2)]
    letters = [letter(at, *kind) for kind in kinds]
    assert told(by_voice.standing_at(letters, Stage.ORDERED)) == [
        ("Famiglia 1", "moved-2"),
        ("Famiglia 2", "closed"),
    ]


@pytest.mark.parametrize("stage", Stage)
def test_moved_hours_are_told_while_there_is_something_to_wait_for(at, stage):
    past = stage in (Stage.ARRIVED, Stage.NOTHING, Stage.CANCELLED)
    found = by_voice.standing_at([letter(at, "moved-1", 1)], stage)
    assert told(found) == ([] if past else [("Famiglia 1", "moved-1")])
    kept = by_voice.standing_at([letter(at, "settled", 1)], stage)
    assert told(kept) == [("Famiglia 1", "settled")]


def test_an_order_moved_twice_and_cancelled_is_told_once(session, at, order_id):
    at.second.email = None
    session.flush()
    for days in (1, 2):
        order = heading.of(session, order_id)
        hours = Hours(order.closes_at + timedelta(days=days), order.delivery_day + timedelta(3))
        opening.prolong(session, at.coordinator, order_id, hours, at.now)
        jobs.run_all(session)
        found = by_voice.outbox(session, heading.of(session, order_id), at.now)
        (moved,) = found.by_voice
        assert moved.to == at.second.name and "Gli orari sono cambiati." in moved.text
    opening.cancel(session, at.coordinator, order_id, "gelata", at.now)
    jobs.run_all(session)
    (last,) = by_voice.outbox(session, heading.of(session, order_id), at.now).by_voice
    assert "Motivo: gelata" in last.text


@pytest.mark.parametrize("language", ["it", "en"])
def test_what_was_before_is_what_the_household_was_told_last(session, at, order_id, language):
    """Moved three times before anybody spoke to it: the day it knows is that of the opening."""
    at.second.email, at.second.language = None, language
    session.flush()
    first = heading.of(session, order_id)
    for closing, delivery in ((0, 3), (1, 3), (1, 6)):
        hours = Hours(
            first.closes_at + timedelta(days=closing), first.delivery_day + timedelta(delivery)
        )
        opening.prolong(session, at.coordinator, order_id, hours, at.now)
        session.expire_all()
        jobs.run_all(session)
    (told_,) = by_voice.outbox(session, heading.of(session, order_id), at.now).by_voice
    token = text.locale.set(language)
    try:
        known = [text.day(first.delivery_day), text.when(first.closes_at)]
        now = text.day(first.delivery_day + timedelta(6))
        between = text.day(first.delivery_day + timedelta(3))
    finally:
        text.locale.reset(token)
    assert all(told_.text.count(each) == 1 for each in [*known, now]), told_.text
    assert between not in told_.text


def test_who_got_an_address_and_the_last_letter_by_mail_is_told_nothing_by_voice(
    session, at, order_id
):
    for household in (at.first, at.second):
        household.email = None
    session.flush()
    order = heading.of(session, order_id)
    hours = Hours(order.closes_at + timedelta(days=1), order.delivery_day + timedelta(3))
    opening.prolong(session, at.coordinator, order_id, hours, at.now)
    jobs.run_all(session)
    assert len(by_voice.outbox(session, order, at.now).by_voice) == 2
    at.second.email = "seconda@esempio.it"
    session.flush()
    opening.cancel(session, at.coordinator, order_id, "gelata", at.now)
    jobs.run_all(session)
    found = by_voice.outbox(session, heading.of(session, order_id), at.now)
    assert [letter.to for letter in found.by_voice] == [at.first.name]


def test_a_household_of_which_one_member_is_reached_is_reached(session, at, order_id):
    """As before the act: `audiences.audience` asks nobody to tell it by voice."""
    at.first.email = None
    make.member(session, at.first)
    silent = session.get_one(Person, make.member(session, at.first).person_id)
    silent.email = "nessuno@città"  # no letter goes there
    session.flush()
    assert audiences.audience(session, order_id).unreached == []
    opening.cancel(session, at.coordinator, order_id, "gelata", at.now)
    jobs.run_all(session)
    assert by_voice.outbox(session, heading.of(session, order_id), at.now).by_voice == []


def test_who_prints_the_names_is_recorded_where_there_are_any(session, at, order_id):
    order = heading.of(session, order_id)
    query = select(AuditEvent.actor_id, AuditEvent.subject_id, AuditEvent.after)
    query = query.where(AuditEvent.action == "market.by_voice.read")
    assert by_voice.sheet(session, at.coordinator, order) == []
    assert session.execute(query).all() == []
    at.first.email = at.second.email = None
    session.flush()
    opening.cancel(session, at.coordinator, order_id, "gelata", at.now)
    jobs.run_all(session)
    letters = by_voice.sheet(session, at.coordinator, heading.of(session, order_id))
    (kept,) = session.execute(query).all()
    assert letters
    assert tuple(kept) == (at.coordinator.person_id, order_id, {"letters": len(letters)})
