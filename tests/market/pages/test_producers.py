"""A centre's producers, through the front door."""

from sqlalchemy import select

from market.tables.catalogue import Producer
from tests.forms import filled


def added(client, at, typed, **options):
    """Open the form of a new producer and fill it in."""
    page = f"/producers/new?centre={at.centre.id}"
    return client.post("/producers", data=filled(client, page, typed, "/producers"), **options)


def test_a_producer_is_added_and_corrected(coordinator, session, at):
    values = {"name": "Apicoltura", "minimum": "120,50"}
    sent = added(coordinator, at, values, follow_redirects=False)
    assert sent.status_code == 303
    bees = session.scalars(select(Producer).where(Producer.name == "Apicoltura")).one()
    page = f"/producers/{bees.id}?centre={at.centre.id}"
    again = filled(coordinator, page, {"email": "api@esempio.it"})
    assert again["minimum"] == "120,50" and again["active"] == "yes"
    assert coordinator.post(f"/producers/{bees.id}", data=again).status_code == 200
    session.refresh(bees)
    assert bees.email == "api@esempio.it"


def test_errors_of_a_producer_stand_beside_their_fields(coordinator, at):
    sent = added(coordinator, at, {"name": "", "vat_number": "123", "email": "boh"})
    assert sent.status_code == 422
    for field in ("name", "vat_number", "email"):
        assert f'id="e-{field}"' in sent.text
    assert 'value="123"' in sent.text


def test_codes_of_a_producer_are_read_with_blanks_and_their_check_signs(coordinator, session, at):
    values = {"name": "Orto", "tax_code": "rss mra 80a01 l219m"}
    wrong = added(coordinator, at, {**values, "vat_number": "IT 01234560198"})
    assert wrong.status_code == 422 and 'value="IT 01234560198"' in wrong.text
    assert "una cifra è sbagliata" in wrong.text and 'id="e-tax_code"' not in wrong.text
    right = added(coordinator, at, {**values, "vat_number": "it 0123 456 0199"})
    assert right.status_code == 200
    garden = session.scalars(select(Producer).where(Producer.name == "Orto")).one()
    assert (garden.vat_number, garden.tax_code) == ("01234560199", "RSSMRA80A01L219M")


def test_an_anonymous_visitor_is_sent_to_sign_in(client, at):
    answer = client.get("/producers", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")
