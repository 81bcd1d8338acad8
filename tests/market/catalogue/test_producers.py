"""Producers: welcomed by a centre, known once, corrected with a trace."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from kit import audit
from kit.errors import NotFound
from ledger.tables import Account
from market.catalogue import producers
from market.catalogue.producers import AgreementKey, Facts
from market.tables.catalogue import Agreement, Producer
from tests.market import make

DAIRY = Facts(name="Caseificio Città Alta", vat_number="00000000017", minimum_cents=15_000)


def welcome(session, at, facts=DAIRY):
    return producers.welcome(session, at.coordinator, at.centre.id, facts, at.now)


def test_a_producer_is_welcomed_with_agreement_account_and_trace(session, at):
    producer = welcome(session, at)
    agreement = session.get(Agreement, (at.centre.id, producer.id))
    account = session.get(Account, agreement.payable_account_id)
    assert (producer.code, producer.email) == ("caseificio-citta-alta", None)
    assert agreement.minimum_cents == 15_000
    assert (account.kind, account.owner_ref) == ("producer", "producer:caseificio-citta-alta")
    actions = session.scalars(
        select(audit.AuditEvent.action).where(audit.AuditEvent.subject_id == producer.id)
    ).all()
    assert {"market.producer.welcomed", "market.agreement.made"} <= set(actions)


def test_a_producer_known_by_its_vat_number_is_linked_not_doubled(session, at):
    first = welcome(session, at)
    other = make.world(session)
    second = welcome(session, other, replace(DAIRY, name="Altro nome", minimum_cents=0))
    assert second.id == first.id
    assert second.name == "Caseificio Città Alta"
    assert (
        len(session.scalars(select(Agreement).where(Agreement.producer_id == first.id)).all()) == 2
    )
    again = welcome(session, other, DAIRY)
    assert again.id == first.id


def test_codes_are_found_whichever_field_a_program_put_them_in(session, at):
    producer = welcome(session, at, Facts(name="Orto", tax_code="RSSMRA80A01L219M"))
    assert producers.find(session, "RSSMRA80A01L219M", "") is producer
    assert producers.find(session, "", "") is None


def test_two_producers_of_one_name_get_two_codes(session, at):
    first = welcome(session, at, Facts(name="Orto"))
    second = welcome(session, at, Facts(name="Orto!"))
    assert (first.code, second.code) == ("orto", "orto-2")
    assert producers.by_code(session, "ORTO").id == first.id


def test_correcting_keeps_what_was_before(session, at):
    producer = welcome(session, at)
    key = AgreementKey(at.centre.id, producer.id)
    new = replace(DAIRY, email="latte@esempio.it", minimum_cents=20_000, active=False)
    producers.edit(session, at.coordinator, key, new, at.now)
    record = session.scalars(
        select(audit.AuditEvent).where(audit.AuditEvent.action == "market.producer.edited")
    ).one()
    assert record.before == {"email": None, "minimum_cents": 15_000, "active": True}
    assert record.after == {"email": "latte@esempio.it", "minimum_cents": 20_000, "active": False}
    producers.edit(session, at.coordinator, key, new, at.now)
    records = session.scalars(
        select(audit.AuditEvent).where(audit.AuditEvent.action == "market.producer.edited")
    ).all()
    assert len(records) == 1


def test_only_coordinators_of_the_centre_may(session, at):
    other = make.world(session)
    with pytest.raises(NotFound):
        producers.welcome(session, other.coordinator, at.centre.id, DAIRY, at.now)
    producer = welcome(session, at)
    with pytest.raises(NotFound):
        key = AgreementKey(at.centre.id, producer.id)
        producers.edit(session, other.coordinator, key, DAIRY, at.now)
    with pytest.raises(NotFound):
        key = AgreementKey(other.centre.id, producer.id)
        producers.edit(session, other.coordinator, key, DAIRY, at.now)
    assert session.get(Producer, producer.id).name == DAIRY.name


def test_the_list_of_producers_counts_what_can_be_ordered(session, at):
    make.product(session, at)
    make.product(session, at, active=False)
    (row,) = producers.of_centre(session, at.centre.id)
    assert (row.name, row.products, row.orderable) == ("Cascina Verde", 2, 1)
    assert row.price_list_id == at.price_list.id
