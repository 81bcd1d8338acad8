"""A centre's producers, through the front door."""

import pytest
from sqlalchemy import func, select

from kit import clock
from market.catalogue import producers
from market.catalogue.producers import Facts
from market.tables.catalogue import Agreement, Producer
from tests.forms import filled, form
from tests.market import make
from tests.market.pages.shown import text


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
    agreement = session.get_one(Agreement, (at.centre.id, bees.id), populate_existing=True)
    assert agreement.email == "api@esempio.it"


def test_a_producer_renamed_to_what_looks_like_another_is_told_once(coordinator, session, at):
    added(coordinator, at, {"name": "Cascina Verde"})
    added(coordinator, at, {"name": "Orto"})
    garden = session.scalars(select(Producer).where(Producer.name == "Orto")).one()
    page, path = f"/producers/{garden.id}?centre={at.centre.id}", f"/producers/{garden.id}"
    renamed = filled(coordinator, page, {"name": "C\u0430scina Verde"}, path)
    assert "si legge uguale o quasi" in coordinator.post(path, data=renamed).text
    again = filled(coordinator, page, {"story": "Dal 1950"}, path)
    assert "si legge uguale o quasi" not in coordinator.post(path, data=again).text


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


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("zip_code", "261000", "Il CAP ha cinque cifre"),
        ("phone", "abc", "Un numero di telefono ha almeno 5 cifre"),
        ("website", "javascript:alert(1)", "che comincia con http:// o https://"),
    ],
)
def test_how_a_producer_is_reached_is_read_or_told_beside_its_field(
    coordinator, session, at, name, typed, words
):
    path = f"/producers/{at.producer.id}?centre={at.centre.id}"
    action = path.partition("?")[0]
    good = {"zip_code": "26100", "phone": "0372 123456", "website": "www.esempio.it"}
    answer = coordinator.post(action, data=filled(coordinator, path, {**good, name: typed}))
    assert answer.status_code == 422 and f'id="e-{name}"' in answer.text and words in answer.text
    assert f'value="{typed}"' in answer.text
    answer = coordinator.post(action, data=filled(coordinator, path, good))
    assert answer.status_code == 200
    session.expire_all()
    kept = session.get_one(Producer, at.producer.id)
    phone = session.get_one(Agreement, (at.centre.id, at.producer.id)).phone
    assert (kept.zip_code, phone, kept.website) == (
        "26100",
        "0372 123456",
        "https://www.esempio.it",
    )


def test_a_vat_number_is_not_said_to_be_too_long(coordinator, at):
    page = coordinator.get(f"/producers/{at.producer.id}?centre={at.centre.id}").text
    control = page.split('id="f-vat_number"')[1].split(">")[0]
    assert "data-limit" not in control


@pytest.fixture
def linked(session, at, coordinator):
    """A producer that another centre made, and that this one buys from too."""
    made = make.world(session)
    made.producer.story = "Vacche all'aperto"
    made.agreement.phone = "0372 999"
    facts = producers.Facts(name="x", email="mio@esempio.it")
    key = producers.AgreementKey(at.centre.id, made.producer.id)
    producers.agree(session, None, key, at.now, facts)
    session.commit()
    return made


def test_who_did_not_make_a_producer_reads_it_and_changes_only_the_own_contact(
    coordinator, session, at, linked
):
    page = f"/producers/{linked.producer.id}?centre={at.centre.id}"
    shown = coordinator.get(page).text
    assert "Vacche all&#39;aperto" in shown and linked.centre.name in shown
    assert linked.agreement.email not in shown and "0372 999" not in shown
    typed = filled(coordinator, page, {"email": "nuovo@esempio.it"})
    assert "name" not in typed and "vat_number" not in typed
    sent = coordinator.post(page.partition("?")[0], data=typed, follow_redirects=False)
    assert sent.status_code == 303
    session.expire_all()
    assert session.get_one(Agreement, (at.centre.id, linked.producer.id)).email == typed["email"]
    assert linked.agreement.email == "cascina@esempio.it"


def test_an_older_page_of_who_was_the_owner_changes_nothing_any_more(coordinator, session, at):
    page = f"/producers/{at.producer.id}?centre={at.centre.id}"
    typed = filled(coordinator, page, {"name": "Mio", "email": "nuovo@esempio.it"})
    at.producer.owner_centre_id = make.world(session).centre.id
    session.commit()
    sent = coordinator.post(page.partition("?")[0], data=typed)
    assert sent.status_code == 409 and "solo il centro che li tiene" in sent.text
    session.expire_all()
    assert (at.producer.name, at.agreement.email) == ("Cascina Verde", "cascina@esempio.it")


def test_what_the_owner_changed_stands_on_the_page_of_all(coordinator, session, at, linked):
    key = producers.AgreementKey(linked.centre.id, linked.producer.id)
    facts = producers.Facts(name="Cascina Blu", email="segreta@esempio.it", text="solo noi")
    producers.edit(session, linked.coordinator, key, facts, clock.now(session))
    session.commit()
    shown = coordinator.get(f"/producers/{linked.producer.id}?centre={at.centre.id}").text
    assert "nome: prima «Cascina Verde», ora «Cascina Blu»." in shown
    assert linked.coordinator.name in shown and linked.centre.name in shown
    assert "segreta@esempio.it" not in shown and "solo noi" not in shown


def others(session, at, **facts):
    """A producer that only another centre buys from."""
    other = make.world(session)
    found = producers.welcome(session, other.coordinator, other.centre.id, Facts(**facts), at.now)
    session.commit()
    return found


def count(session):
    return session.scalar(select(func.count()).select_from(Producer))


def test_a_vat_number_that_is_known_is_asked_about_and_nothing_typed_is_lost(
    coordinator, session, at
):
    known = others(session, at, name="Conserve", vat_number="01234560199", street="Via Po 1")
    before = count(session)
    values = {"name": "Tutt'altro", "vat_number": "01234560199", "street": "Via Adda 2"}
    asked = added(coordinator, at, {**values, "minimum": "77", "text": "Il lunedì"})
    assert asked.status_code == 409 and "c'è già Conserve" in text(asked)
    words = text(asked)
    assert "nome: hai scritto «Tutt'altro», qui resta «Conserve»." in words
    assert "hai scritto «Via Adda 2», qui resta «Via Po 1»" in words
    assert "È un altro" not in words and 'value="77"' in asked.text
    assert count(session) == before
    data = form(asked.text, "/producers").but({"taken": str(known.id)})
    assert coordinator.post("/producers", data=data, follow_redirects=False).status_code == 303
    agreement = session.get_one(Agreement, (at.centre.id, known.id))
    assert (agreement.minimum_cents, agreement.text) == (7700, "Il lunedì")
    assert count(session) == before


def test_a_producer_the_centre_has_is_shown_instead_of_a_green_sentence(coordinator, session, at):
    at.producer.vat_number = "01234560199"
    session.commit()
    before = count(session)
    values = {"name": "Tutt'altro", "vat_number": "01234560199", "minimum": "77"}
    for taken in ("", str(at.producer.id), "another"):
        asked = added(coordinator, at, {**values, "taken": taken})
        assert asked.status_code == 409 and 'value="77"' in asked.text
        assert f'href="/producers/{at.producer.id}?centre={at.centre.id}"' in asked.text
        assert "è già tra i produttori del centro" in text(asked)
    assert count(session) == before


def test_a_second_producer_of_a_name_is_made_only_where_somebody_says_so(coordinator, session, at):
    known = others(session, at, name="Orto delle Strade")
    before = count(session)
    asked = added(coordinator, at, {"name": "ORTO delle stràde"})
    assert asked.status_code == 409 and count(session) == before
    assert "È questo: Orto delle Strade" in text(asked)
    page = form(asked.text, "/producers")
    wrong = coordinator.post("/producers", data=page.but({"taken": str(at.producer.id)}))
    assert wrong.status_code == 409 and count(session) == before
    page = form(wrong.text, "/producers")
    sent = coordinator.post("/producers", data=page.but({"taken": "another"}))
    assert sent.status_code == 200 and count(session) == before + 1
    asked = added(coordinator, at, {"name": "Orto delle strade", "text": "x"})
    data = form(asked.text, "/producers").but({"taken": str(known.id)})
    assert coordinator.post("/producers", data=data).status_code == 200
    assert count(session) == before + 1
    assert session.get(Agreement, (at.centre.id, known.id)) is not None
