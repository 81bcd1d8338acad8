"""Producers: welcomed by a centre, known once, corrected with a trace."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from kit import audit
from kit.errors import NotFound, Refused
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
    assert (producer.code, agreement.email) == ("caseificio-citta-alta", None)
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
        select(audit.AuditEvent).where(audit.AuditEvent.action == "market.agreement.edited")
    ).one()
    assert record.before == {"email": None, "minimum_cents": 15_000, "active": True}
    assert record.after == {
        "centre_id": at.centre.id,
        "email": "latte@esempio.it",
        "minimum_cents": 20_000,
        "active": False,
    }
    producers.edit(session, at.coordinator, key, new, at.now)
    records = session.scalars(
        select(audit.AuditEvent).where(audit.AuditEvent.action == "market.agreement.edited")
    ).all()
    assert len(records) == 1


def test_an_order_goes_where_its_own_centre_says_whoever_links_the_producer(session, at):
    """Whoever knows the VAT number of a producer turns nobody's orders to himself."""
    producer = welcome(session, at, replace(DAIRY, email="latte@esempio.it", phone="0372 1"))
    thief = make.world(session)
    mine = AgreementKey(thief.centre.id, producer.id)
    welcome(session, thief, replace(DAIRY, email="ladro@esempio.it", phone="0372 2"))
    again = replace(DAIRY, email="ladro@altrove.it", text="paga qui", minimum_cents=1)
    producers.edit(session, thief.coordinator, mine, again, thief.now)
    _, agreement = producers.get(session, at.centre.id, producer.id)
    _, his = producers.get(session, thief.centre.id, producer.id)
    assert (agreement.email, agreement.phone) == ("latte@esempio.it", "0372 1")
    assert (agreement.text, agreement.minimum_cents) == ("", 15_000)
    assert (his.email, his.phone) == ("ladro@altrove.it", None)


def test_linking_brings_nothing_of_another_agreement(session, at):
    welcome(session, at, replace(DAIRY, email="latte@esempio.it", phone="0372 1", text="il lunedì"))
    other = make.world(session)
    producer = welcome(session, other, Facts(name="x", vat_number=DAIRY.vat_number))
    _, his = producers.get(session, other.centre.id, producer.id)
    assert (his.email, his.phone, his.text, his.minimum_cents) == (None, None, "", 0)


@pytest.mark.parametrize("change", [{"name": "Mio"}, {"vat_number": ""}, {"story": "chiuso"}])
def test_only_its_owner_corrects_what_all_centres_read(session, at, change):
    producer = welcome(session, at)
    other = make.world(session)
    welcome(session, other)
    key = AgreementKey(other.centre.id, producer.id)
    with pytest.raises(Refused, match="solo il centro che li tiene"):
        producers.edit(session, other.coordinator, key, replace(DAIRY, **change), other.now)
    session.refresh(producer)
    assert (producer.name, producer.vat_number, producer.story) == (DAIRY.name, "00000000017", "")


def test_nobody_takes_the_codes_of_another_producer(session, at):
    welcome(session, at)
    mine = welcome(session, at, Facts(name="Orto"))
    key = AgreementKey(at.centre.id, mine.id)
    taken = DAIRY.vat_number
    for facts in (Facts(name="Orto", vat_number=taken), Facts(name="Orto", tax_code=taken)):
        with pytest.raises(Refused, match="Un altro produttore"):
            producers.edit(session, at.coordinator, key, facts, at.now)


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
