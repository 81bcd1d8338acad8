"""Closing as whoever coordinates does it: what is missing, the dry run, one button."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from kit.mail import Mail
from market.group_orders import opening
from market.group_orders.opening import Hours
from market.tables.bookings import BookingLine
from market.tables.orders import GroupOrder
from tests import jobs
from tests.forms import filled, form
from tests.market import make
from tests.market.pages import shown


def state(session):
    session.expire_all()
    return session.scalar(select(GroupOrder.state))


def test_the_page_says_what_is_missing_with_its_remedy_then_the_result(coordinator, at, order_id):
    page = coordinator.get(f"/group-orders/{order_id}/closing").text
    assert "Mancano 75,50\u00a0€ al minimo" in page
    assert "mancano 3 pezzi al collo" in page
    assert "voleva 4\u00a0pezzi, riceve 3\u00a0pezzi" in page
    assert "Chiudi l'ordine: partono 2 lettere" in page.replace("&#39;", "'")
    # Goods 3 x 2,00 + 8,50 and 3 x 2,00: the proof of the transport stands in the row.
    assert "14,50\u00a0€" in page and "10,01\u00a0€ ×" in page


def test_a_minimum_that_only_the_cut_quantities_miss_is_said(coordinator, session, at, order_id):
    session.execute(update(GroupOrder).values(minimum_cents=2400))
    session.commit()
    page = coordinator.get(f"/group-orders/{order_id}/closing").text
    assert "al minimo del produttore" not in page
    assert "vanno 20,50\u00a0€: 3,50\u00a0€ sotto il suo minimo di 24,00\u00a0€" in page
    session.execute(update(GroupOrder).values(minimum_cents=2050))
    session.commit()
    assert "sotto il suo minimo" not in coordinator.get(f"/group-orders/{order_id}/closing").text


def test_closing_does_what_was_shown_and_orders_the_papers(coordinator, session, at, order_id):
    path = f"/group-orders/{order_id}/closing"
    answer = coordinator.post(path, data=filled(coordinator, path, {}))
    assert "Ordine chiuso" in answer.text and state(session) == "closed"
    boxes = session.scalars(select(BookingLine.assigned).where(BookingLine.wanted == 4)).all()
    assert boxes == [3, 3]
    assert {"market.order_sheet", "market.closing_notices"} <= {
        name for name, _ in jobs.queued(session)
    }


def test_when_bookings_changed_it_is_refused_and_shows_the_new_result(
    coordinator, session, at, order_id
):
    path = f"/group-orders/{order_id}/closing"
    old = filled(coordinator, path, {})
    make.book(session, at, order_id, at.second, (at.boxes.id, 2))
    session.commit()
    answer = coordinator.post(path, data=old)
    assert answer.status_code == 409 and "Ogni famiglia riceve quello che voleva" in answer.text
    assert state(session) == "open"
    fresh = form(answer.text, path).values
    assert fresh["token"] != old["token"]
    coordinator.post(path, data=fresh)
    assert state(session) == "closed"


def test_who_was_shown_nothing_closes_nothing(coordinator, session, order_id):
    """The bookings' token alone does not say who is written to."""
    path = f"/group-orders/{order_id}/closing"
    token = filled(coordinator, path, {})["token"]
    for data in ({}, {"token": token}):
        refused = coordinator.post(path, data=data)
        assert refused.status_code == 409 and "Prima di confermare guarda" in shown.text(refused)
    assert state(session) == "open"


def test_another_address_than_was_shown_is_not_written_to_unread(
    coordinator, session, at, order_id
):
    """There are as many letters as before, but one goes elsewhere."""
    path = f"/group-orders/{order_id}/closing"
    old = filled(coordinator, path, {})
    at.first.email = "altrove@esempio.it"
    session.commit()
    refused = coordinator.post(path, data=old)
    assert refused.status_code == 409 and state(session) == "open"
    assert "è cambiato qualcosa: a chi si scrive. " in shown.text(refused)
    assert coordinator.post(path, data=form(refused.text, path).values).status_code == 200
    assert state(session) == "closed"


def test_what_changed_since_the_dry_run_is_named(coordinator, session, at, order_id):
    path = f"/group-orders/{order_id}/closing"
    old = filled(coordinator, path, {})
    make.book(session, at, order_id, at.second, (at.boxes.id, 2))
    session.commit()
    refused = coordinator.post(path, data=old)
    assert refused.status_code == 409 and state(session) == "open"
    told = shown.text(refused).partition("è cambiato qualcosa: ")[2].partition(". ")[0]
    assert told.startswith(f"la prenotazione di {at.second.name}, quanto si ordina di ")
    assert f"il risultato di {at.first.name}" in told
    assert coordinator.post(path, data=form(refused.text, path).values).status_code == 200
    assert state(session) == "closed"


def test_hours_moved_since_the_dry_run_are_named(coordinator, session, at, order_id):
    path = f"/group-orders/{order_id}/closing"
    old = filled(coordinator, path, {})
    hours = Hours(at.terms.closes_at + timedelta(hours=1), at.terms.delivery_day)
    opening.prolong(session, at.coordinator, order_id, hours, at.now)
    session.commit()
    refused = coordinator.post(path, data=old)
    assert refused.status_code == 409
    assert "è cambiato qualcosa: fino a quando si prenota. " in shown.text(refused)
    assert "prenotazioni sono cambiate" not in shown.text(refused)


def test_a_sheet_goes_only_where_the_page_had_said(coordinator, session, at, order_id):
    path = f"/group-orders/{order_id}/closing"
    old = filled(coordinator, path, {})
    at.agreement.email = "altrove@esempio.it"
    session.commit()
    refused = coordinator.post(path, data=old)
    assert refused.status_code == 409 and state(session) == "open"
    assert "cambiato qualcosa: l'indirizzo a cui va il foglio d'ordine. " in shown.text(refused)


def test_an_order_is_closed_once(coordinator, session, at, closed_id):
    data = {"token": "0" * 64}
    answer = coordinator.post(f"/group-orders/{closed_id}/closing", data=data)
    assert answer.status_code == 409 and "già chiuso" in answer.text
    answer = coordinator.get(f"/group-orders/{closed_id}/closing", follow_redirects=False)
    assert answer.status_code == 303


def test_an_order_nobody_booked_shows_the_way_out_and_no_button(coordinator, session, at):
    make.pieces(session, at)
    order_id = make.opened(session, at)
    session.commit()
    page = coordinator.get(f"/group-orders/{order_id}/closing").text
    assert "Nessuno ha prenotato" in page and "/cancellation" in page
    assert 'name="token"' not in page
    answer = coordinator.post(f"/group-orders/{order_id}/closing", data={})
    assert answer.status_code == 409 and state(session) == "open"


@pytest.mark.parametrize("role", ["treasurer", "driver"])
def test_only_coordinators_close(enter, session, at, order_id, role):
    client = enter((role, "centre", at.centre.id))
    assert client.get(f"/group-orders/{order_id}/closing").status_code == 404
    answer = client.post(f"/group-orders/{order_id}/closing", data={"token": "0" * 64})
    assert answer.status_code == 404 and state(session) == "open"


def test_the_dry_run_takes_the_same_statements_for_many_households(
    coordinator, session, at, order_id, statements
):
    path = f"/group-orders/{order_id}/closing"
    coordinator.get(path)
    few = statements(lambda: coordinator.get(path))
    assert few == 6  # the person, the order, its books, credit that is gone or goes, who is told
    for _ in range(5):
        make.book(session, at, order_id, make.household(session, at), (at.boxes.id, 1))
    session.commit()
    assert statements(lambda: coordinator.get(path)) == few


@pytest.fixture
def too_few_id(session, at):
    """Three boxes of a case of six, a transport to pay and a minimum: closing orders nothing."""
    boxes = make.pieces(session, at, case_size=6, whole_cases=True)
    order_id = make.opened(session, at, transport_cents=1001, minimum_cents=5000)
    at.families = [make.household(session, at) for _ in range(2)]
    make.book(session, at, order_id, at.families[0], (boxes.id, 3))
    make.book(session, at, order_id, at.families[1], (boxes.id, 0, 2))
    session.commit()
    return order_id


def test_an_order_that_would_order_nothing_says_so_and_can_be_closed(
    coordinator, session, at, too_few_id
):
    answer = coordinator.get(f"/group-orders/{too_few_id}/closing")
    page = shown.text(answer)
    assert answer.status_code == 200
    assert "Nessun collo si riempie: chiudendo ora non si ordina niente a nessuno." in page
    assert "manca 1 pezzo al collo. Chiudendo ora si tolgono 3 pezzi." in page
    assert "Non si ordina niente: al produttore non va nessun foglio" in page
    assert "Chiudi senza ordinare niente: partono 2 lettere" in page
    assert "Cosa si ordina al produttore" not in page and "10,01 €" not in page
    path = f"/group-orders/{too_few_id}/closing"
    answer = coordinator.post(path, data=form(answer.text, path).values)
    page = shown.text(answer)
    assert "Ordine chiuso senza ordinare niente. Partono 2 lettere." in page
    assert state(session) == "empty" and "Documenti" not in page
    answer = coordinator.get(f"/group-orders/{too_few_id}/settlement", follow_redirects=False)
    assert answer.headers["Location"] == f"/group-orders/{too_few_id}"


def test_who_only_helps_to_fill_cases_has_booked(coordinator, session, at):
    """Nobody wants anything by itself: it is no order without bookings, and can be closed."""
    boxes = make.pieces(session, at, case_size=6, whole_cases=True)
    order_id = make.opened(session, at)
    make.book(session, at, order_id, make.household(session, at), (boxes.id, 0, 6))
    session.commit()
    page = shown.text(coordinator.get(f"/group-orders/{order_id}/closing"))
    assert "Nessuno ha prenotato" not in page and "Nessun collo si riempie" in page
    assert "da sistemare" not in page


def test_the_page_names_who_no_letter_reaches_before_the_act_and_after_it(
    coordinator, session, at, order_id
):
    at.second.email, at.second.note = None, "Telefona il martedì"
    session.commit()
    path = f"/group-orders/{order_id}/closing"
    answer = coordinator.get(path)
    named = f"1 famiglia senza posta: dillo tu a {at.second.name} (F2)."
    page = shown.text(answer)
    assert f"Parte 1 lettera. {named}" in page
    assert f'{at.second.name}: <span class="fl-typed">Telefona il martedì</span>' in page
    assert "Chiudi l'ordine: parte 1 lettera" in page
    answer = coordinator.post(path, data=form(answer.text, path).values)
    assert "Ordine chiuso. Parte 1 lettera." in shown.text(answer)
    jobs.run_all(session)
    session.commit()
    page = shown.text(coordinator.get(f"/group-orders/{order_id}"))
    assert f"1 famiglia senza posta: dillo tu a {at.second.name}." in page


def test_a_producer_without_an_address_is_said_before(coordinator, session, at, order_id):
    path = f"/group-orders/{order_id}/closing"
    assert f"parte per {at.agreement.email}" in shown.text(coordinator.get(path))
    at.agreement.email = None
    session.commit()
    assert "non ha un indirizzo: è da portare a mano" in shown.text(coordinator.get(path))


def test_who_is_taken_beyond_its_credit_and_who_is_early_read_it_in_the_page_and_the_letter(
    coordinator, session, at
):
    flour = make.pieces(session, at, price_micros=750_000)
    order_id = make.opened(session, at, transport_cents=3000, transport_by="equal")
    poor, rich = make.household(session, at, credit=78), make.household(session, at)
    for family in (poor, rich):
        make.book(session, at, order_id, family, (flour.id, 1))
    session.commit()
    path = f"/group-orders/{order_id}/closing"
    page = coordinator.get(path)
    assert f'<a href="/households/{poor.id}">{poor.name}</a>' in page.text
    assert "superato di 14,97 €." in shown.text(page)
    assert "L'ora promessa non è passata: chi ha prenotato lo legge nella lettera" in shown.text(
        page
    )
    assert "partono 2 lettere" in shown.text(page)
    answer = coordinator.post(path, data=form(page.text, path).values)
    assert "Partono 2 lettere." in shown.text(answer)
    jobs.run_all(session)
    found = select(Mail.to, Mail.text).where(Mail.kind == "market.closing_notice")
    letters = {to: text.replace("\u00a0", " ") for to, text in session.execute(found)}
    assert letters.keys() == {poor.email, rich.email}
    assert "Con il trasporto superi il tuo credito di 14,97 €" in letters[poor.email]
    for text in letters.values():
        assert "È stato chiuso " in text and "prima dell'ora che ti era stata detta." in text
        assert "Ricevi quello che volevi.\nMerce 0,75 €, trasporto 15,00 €" in text
        assert "Si ritira qui: Oratorio, Via Roma 1." in text
    assert "superi" not in letters[rich.email]


def test_who_gets_what_it_wanted_at_the_promised_hour_is_written_nothing(coordinator, session, at):
    honey = make.pieces(session, at)
    order_id = make.opened(session, at)
    make.book(session, at, order_id, make.household(session, at), (honey.id, 1))
    session.execute(
        update(GroupOrder).values(
            opens_at=at.now - timedelta(days=2), closes_at=at.now - timedelta(hours=1)
        )
    )
    session.commit()
    path = f"/group-orders/{order_id}/closing"
    page = coordinator.get(path)
    assert "L'ora promessa" not in shown.text(page)
    answer = coordinator.post(path, data=form(page.text, path).values)
    assert "Alle famiglie non parte nessuna lettera." in shown.text(answer)
    jobs.run_all(session)
    assert session.scalars(select(Mail).where(Mail.kind == "market.closing_notice")).all() == []
