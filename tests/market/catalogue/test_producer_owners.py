"""Whose a producer is: one centre's, the others' when it stops; every change is told."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from kit import audit, mail
from kit.errors import Refused
from market import checks
from market.catalogue import producer_owners, producers
from market.catalogue.producers import AgreementKey, Facts
from tests import make as people_make
from tests.market import make

HONEY = Facts(name="Apicoltura", vat_number="00000000017", email="api@esempio.it")


@pytest.fixture
def three(session, at):
    """A producer that three centres buy from, one after the other."""
    worlds = [at, make.world(session), make.world(session)]
    for n, each in enumerate(worlds):
        now = at.now + timedelta(minutes=n)
        producer = producers.welcome(session, each.coordinator, each.centre.id, HONEY, now)
    return producer, worlds


def stop(session, world, producer, *, active=False, minutes=10):
    facts = replace(HONEY, name=producer.name, active=active)
    key = AgreementKey(world.centre.id, producer.id)
    producers.edit(session, world.coordinator, key, facts, world.now + timedelta(minutes=minutes))


def letters(session):
    found = session.scalars(
        select(mail.Mail).where(mail.Mail.kind == producer_owners.PRODUCER_CHANGE)
    ).all()
    return {row.person_id: row for row in found}


def test_it_is_the_centres_that_made_it(session, three):
    producer, (first, second, _) = three
    assert producers.owns(producer, first.centre.id) and not producers.owns(
        producer, second.centre.id
    )
    assert producer_owners.owner(session, producer) == first.centre


def test_it_passes_to_the_oldest_that_still_buys_and_does_not_come_back(session, three):
    producer, (first, second, third) = three
    stop(session, second, producer)
    assert producers.owns(producer, first.centre.id)
    stop(session, first, producer, minutes=11)
    assert producers.owns(producer, third.centre.id)
    stop(session, first, producer, active=True, minutes=12)
    assert producers.owns(producer, third.centre.id)
    with pytest.raises(Refused):
        key = AgreementKey(first.centre.id, producer.id)
        producers.edit(session, first.coordinator, key, replace(HONEY, name="Mia"), first.now)
    assert checks.violations(session) == []
    action = audit.AuditEvent.action == "market.producer.passed_on"
    passed = session.scalars(select(audit.AuditEvent).where(action)).one()
    assert passed.after == {"owner_centre_id": third.centre.id}


def test_whoever_begins_when_nobody_buys_gets_it(session, three):
    producer, worlds = three
    for n, world in enumerate(worlds):
        stop(session, world, producer, minutes=10 + n)
    assert producers.owns(producer, worlds[2].centre.id)
    assert checks.violations(session) == []
    stop(session, worlds[1], producer, active=True, minutes=20)
    assert producers.owns(producer, worlds[1].centre.id)
    assert checks.violations(session) == []


def test_every_coordinator_of_a_linked_centre_is_written_who_changed_what(session, three):
    producer, (first, second, third) = three
    colleague = people_make.actor(session, None, ("coordinator", "centre", first.centre.id))
    stranger = make.world(session)
    key = AgreementKey(first.centre.id, producer.id)
    new = replace(HONEY, name="Api & fiori", email="segreta@esempio.it", story="Dal 1980")
    producers.edit(session, first.coordinator, key, new, first.now)
    found = letters(session)
    told = {colleague.person_id, second.coordinator.person_id, third.coordinator.person_id}
    assert found.keys() == told and stranger.coordinator.person_id not in found
    for row in found.values():
        assert f"{first.coordinator.name} ({first.centre.name})" in row.text
        assert "nome: prima «Apicoltura», ora «Api & fiori»." in row.text
        assert "storia: prima «–», ora «Dal 1980»." in row.text
        assert "segreta@esempio.it" not in row.text and "api@esempio.it" not in row.text


def test_what_is_the_agreements_own_is_told_to_nobody(session, three):
    producer, (first, second, _) = three
    for world in (first, second):
        key = AgreementKey(world.centre.id, producer.id)
        new = replace(HONEY, email="altra@esempio.it", phone="0372 12345", text="il lunedì")
        producers.edit(session, world.coordinator, key, new, world.now)
    assert letters(session) == {}


def test_passing_on_is_told(session, three):
    producer, (first, second, third) = three
    stop(session, first, producer)
    found = letters(session)
    assert found.keys() == {second.coordinator.person_id, third.coordinator.person_id}
    for row in found.values():
        assert f"Ora li tiene {second.centre.name}." in row.text and first.centre.name in row.text


def test_a_centre_reads_the_changes_since_its_own_agreement(session, three):
    producer, (first, _, third) = three
    key = AgreementKey(first.centre.id, producer.id)
    for n, name in ((1, "Uno"), (30, "Due")):
        new = replace(HONEY, name=name, municipality="019036")
        producers.edit(session, first.coordinator, key, new, first.now + timedelta(minutes=n))
    seen = [
        [(each.before, each.after) for each in change.differences]
        for change in producer_owners.changes(
            session, producers.get(session, third.centre.id, producer.id)[1]
        )
    ]
    assert seen == [[("Uno", "Due")]]
    mine = producer_owners.changes(session, producers.get(session, first.centre.id, producer.id)[1])
    assert [change.who for change in mine] == [first.coordinator.name] * 2
    assert ("", "Cremona") in [(each.before, each.after) for each in mine[1].differences]
