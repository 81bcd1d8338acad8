"""Opening, watching and cancelling an order, as whoever coordinates does it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from kit import clock
from kit.audit import AuditEvent
from kit.mail import Mail
from kit.paper import documents
from kit.paper.tables_out import MEDIA_TYPE
from kit.words import text
from market import settlements
from market.closings import closings, dry_runs
from market.group_orders import opening
from market.tables.bookings import Booking
from market.tables.centres import Household
from market.tables.orders import GroupOrder, Offer
from people import proofs
from tests import jobs
from tests.forms import filled, form
from tests.market import make
from tests.market.pages import shown


@pytest.fixture
def fields(session, at):
    """What a coordinator types; the boxes come in cases of 6."""
    at.boxes = make.pieces(session, at, case_size=6)
    make.product(session, at, "Mele")
    session.commit()
    closes = clock.to_rome(at.now + timedelta(days=3))
    return {
        "price_list_id": str(at.price_list.id),
        "title": "Cassette di dicembre",
        "opens_at": "",
        "closes_at": f"{closes:%Y-%m-%dT20:00}",
        "delivery_day": f"{closes + timedelta(days=2):%Y-%m-%d}",
        "pickup_point_id": str(at.point.id),
        "minimum_cents": "150,00",
        "transport_cents": "12,5",
        "transport_by": "equal",
        f"whole-{at.boxes.id}": "yes",
    }


def path(at):
    return f"/centres/{at.centre.id}/group-orders"


def sent(client, at, fields):
    """Open the form of a new order and fill it in."""
    page = f"{path(at)}/new?price_list={at.price_list.id}"
    return client.post(path(at), data=filled(client, page, fields, path(at)))


def test_a_refused_form_leads_in_every_language_to_the_page_of_its_list(coordinator, at, fields):
    page = f"{path(at)}/new?price_list={at.price_list.id}"
    sent_ = {**filled(coordinator, page, fields, path(at)), "title": ""}
    for stood_on in (page, path(at)):  # the second time on the answer to the first
        came = {"Referer": f"https://testserver.local{stood_on}"}
        answer = coordinator.post(path(at), data=sent_, headers=came)
        assert answer.status_code == 422
        assert form(answer.text, "/language").values["next"] == page


def orders(session):
    session.expire_all()
    return session.scalars(select(GroupOrder)).all()


def test_a_list_is_chosen_first_then_the_form_proposes_a_week(coordinator, session, at, fields):
    text = coordinator.get(f"{path(at)}/new").text
    assert f"new?price_list={at.price_list.id}" in text and "2 prodotti ordinabili" in text
    text = coordinator.get(f"{path(at)}/new?price_list={at.price_list.id}").text
    assert "T20:00" in text and f"whole-{at.boxes.id}" in text


def test_an_order_opens_with_everything_that_was_typed(coordinator, session, at, fields):
    answer = sent(coordinator, at, fields)
    assert answer.status_code == 200 and "L&#39;ordine è aperto" in answer.text
    (order,) = orders(session)
    assert (order.title, order.minimum_cents, order.transport_cents) == (
        "Cassette di dicembre",
        15000,
        1250,
    )
    assert clock.to_rome(order.closes_at).strftime("%H:%M") == "20:00"
    whole = session.scalars(select(Offer.whole_cases).order_by(Offer.product_id)).all()
    assert whole == [True, False]


def test_an_order_that_opens_later_is_not_said_to_be_open(coordinator, session, at, fields):
    opens = clock.to_rome(at.now + timedelta(days=1))
    answer = sent(coordinator, at, {**fields, "opens_at": f"{opens:%Y-%m-%dT%H:%M}"})
    page = shown.text(answer)
    assert "L'ordine è preparato. Si apre da solo" in page and "non ancora aperto" in page
    assert "L'ordine è aperto." not in page


def test_a_note_keeps_the_lines_it_was_typed_in(coordinator, enter, session, at, order_id):
    note = "Portate le cassette.\n\n- vuote\n- pulite"
    session.execute(update(GroupOrder).values(note=note))
    session.commit()
    typed = f'<p class="fl-typed">{note}</p>'
    assert typed in coordinator.get(f"/group-orders/{order_id}").text
    member = enter(("member", "household", at.first.id))
    assert typed in member.get(f"/group-orders/{order_id}/booking").text


def test_an_order_opens_at_days_written_as_the_examples_are(coordinator, session, at, fields):
    """Without the browser's own calendar."""
    closes = clock.to_rome(at.now + timedelta(days=4))
    typed = {
        "closes_at": f"{closes:%d/%m/%Y} 20:00",
        "delivery_day": f"{closes + timedelta(days=3):%d/%m/%Y}",
    }
    assert sent(coordinator, at, {**fields, **typed}).status_code == 200
    (order,) = orders(session)
    assert f"{clock.to_rome(order.closes_at):%d/%m/%Y %H:%M}" == typed["closes_at"]
    assert f"{order.delivery_day:%d/%m/%Y}" == typed["delivery_day"]


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("title", "", "Questo campo serve"),
        ("closes_at", "2020-01-01T20:00", "deve essere nel futuro"),
        ("delivery_day", "2020-01-02", "viene dopo la chiusura"),
        ("minimum_cents", "molto", "Scrivi un importo in euro"),
        ("transport_by", "a caso", "Scegli una delle possibilità"),
        ("pickup_point_id", "999999", "Scegli una delle possibilità"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_typed_words_stay(
    coordinator, session, at, fields, field, typed, words
):
    answer = sent(coordinator, at, {**fields, field: typed, "note": "Portate le borse"})
    assert answer.status_code == 422
    assert f'id="e-{field}"' in answer.text and words in answer.text
    assert "Portate le borse" in answer.text and 'value="12,5"' in answer.text
    assert f'name="whole-{at.boxes.id}" type="checkbox" value="yes" checked' in answer.text
    assert orders(session) == []


def test_a_day_that_cannot_be_is_said_together_with_what_cannot_be_read(coordinator, at, fields):
    today = f"{clock.to_rome(at.now):%Y-%m-%d}"
    typed = {"minimum_cents": "molto", "delivery_day": today}
    answer = sent(coordinator, at, {**fields, **typed})
    assert answer.status_code == 422
    assert 'id="e-minimum_cents"' in answer.text and 'id="e-delivery_day"' in answer.text


def test_transport_by_weight_is_refused_where_weights_are_missing(coordinator, session, at, fields):
    answer = sent(coordinator, at, {**fields, "transport_by": "weight"})
    assert answer.status_code == 409 and "manca il peso di un prodotto: " in answer.text
    assert orders(session) == []


def test_nobody_opens_an_order_elsewhere(enter, session, at, fields):
    other = make.world(session)
    client = enter(("coordinator", "centre", other.centre.id))
    assert client.get(f"{path(at)}/new").status_code == 404
    assert client.post(path(at), data=fields).status_code == 404
    assert client.post(path(other), data=fields).status_code == 404
    assert orders(session) == []


def test_the_order_page_shows_households_products_and_progress(coordinator, at, order_id):
    text = coordinator.get(f"/group-orders/{order_id}").text
    assert at.first.name in text and at.second.name in text
    assert "1 pieno, mancano 3\u00a0pezzi al collo" in text and "Miele" in text
    assert f"booking?household={at.first.id}" in text and "/closing" in text


def test_a_coordinator_books_for_a_household(coordinator, session, at, order_id):
    target = f"/group-orders/{order_id}/booking"
    assert at.second.name in coordinator.get(f"{target}?household={at.second.id}").text
    data = {"household": str(at.second.id), f"wanted-{at.honey.id}": "2"}
    assert coordinator.post(target, data=data).status_code == 200
    session.expire_all()
    assert session.scalar(select(Offer.wanted).where(Offer.product_id == at.honey.id)) == 3


def test_a_member_is_sent_on_to_the_booking_and_a_stranger_finds_nothing(
    enter, session, at, order_id
):
    client = enter(("member", "household", at.first.id))
    answer = client.get(f"/group-orders/{order_id}", follow_redirects=False)
    assert answer.headers["Location"] == f"/group-orders/{order_id}/booking"
    other = make.world(session)
    stranger = enter(("coordinator", "centre", other.centre.id))
    assert stranger.get(f"/group-orders/{order_id}").status_code == 404
    assert stranger.get("/group-orders/99999999").status_code == 404


def test_cancelling_shows_first_what_will_happen(coordinator, session, at, order_id):
    text = coordinator.get(f"/group-orders/{order_id}/cancellation").text
    assert "Partono 2 lettere." in text and "26,50\u00a0€ di credito" in text
    assert orders(session)[0].state == "open"


def test_cancelling_needs_a_reason_then_frees_the_credit(coordinator, session, at, order_id):
    path = f"/group-orders/{order_id}/cancellation"
    answer = coordinator.post(path, data=filled(coordinator, path, {"reason": " "}))
    assert answer.status_code == 422 and orders(session)[0].state == "open"
    data = form(answer.text, path).but(reason="Il produttore è malato")
    answer = coordinator.post(path, data=data)
    assert "Ordine annullato" in answer.text
    assert orders(session)[0].state == "cancelled"
    assert session.scalars(select(Household.commitment_cents)).all() == [0, 0]
    assert ("market.cancelled_notices", "Il produttore è malato") in [
        (name, args.get("reason")) for name, args in jobs.queued(session)
    ]


def test_more_letters_than_were_shown_are_not_sent_unread(coordinator, session, at, order_id):
    """Somebody takes up an invitation to a household that booked, between page and press."""
    path = f"/group-orders/{order_id}/cancellation"
    old = filled(coordinator, path, {"reason": "Grandine"})
    booked = select(Household).join(Booking, Booking.household_id == Household.id).limit(1)
    household = session.scalars(booked).one()
    make.member(session, household)
    make.member(session, household)  # the first reads what came to the household's address
    session.commit()
    refused = coordinator.post(path, data=old)
    assert refused.status_code == 409 and orders(session)[0].state == "open"
    assert "è cambiato qualcosa: a chi si scrive. " in shown.text(refused)
    again = form(refused.text, path).but(reason="Grandine")
    assert "Ordine annullato. Partono 3 lettere." in shown.text(coordinator.post(path, data=again))


def test_an_order_booked_meanwhile_is_not_cancelled_as_it_was(coordinator, session, at, order_id):
    path = f"/group-orders/{order_id}/cancellation"
    old = filled(coordinator, path, {"reason": "Grandine"})
    make.book(session, at, order_id, make.household(session, at), (at.honey.id, 1))
    session.commit()
    refused = coordinator.post(path, data=old)
    assert refused.status_code == 409 and orders(session)[0].state == "open"
    words = (
        "è cambiato qualcosa: le famiglie che hanno prenotato, il credito impegnato "
        "e a chi si scrive. "
    )
    assert words in shown.text(refused) and "Partono 3 lettere." in shown.text(refused)
    assert ">Grandine</textarea>" in refused.text.replace("\n", "")
    assert coordinator.post(path, data=form(refused.text, path).values).status_code == 200
    assert orders(session)[0].state == "cancelled"


def test_an_order_closed_meanwhile_is_cancelled_only_by_who_knows(
    coordinator, session, at, order_id
):
    path = f"/group-orders/{order_id}/cancellation"
    old = filled(coordinator, path, {"reason": "Grandine"})
    seen = dry_runs.dry_run(session, at.coordinator, order_id)
    closings.close(session, at.coordinator, order_id, seen.token, at.now)
    session.commit()
    refused = coordinator.post(path, data=old)
    assert refused.status_code == 409 and orders(session)[0].state == "closed"
    page = shown.text(refused)
    assert "lo stato dell'ordine" in page and "Il foglio d'ordine è in preparazione" in page
    assert "Se annulli non parte più." in page


def test_a_cancelled_order_says_when_it_was_cancelled(coordinator, session, at, closed_id):
    """To who runs it and to who booked; not when it was closed before, as if that still held."""
    path = f"/group-orders/{closed_id}/cancellation"
    told = coordinator.post(path, data=filled(coordinator, path, {"reason": "Grandine"}))
    (order,) = orders(session)
    when = text.when(order.cancelled_at)
    booked = session.scalars(select(Booking.household_id)).first()
    own = coordinator.get(f"/group-orders/{closed_id}/booking?household={booked}")
    for page in (told, own):
        words = " ".join(re.sub(r"<[^>]+>", " ", shown.text(page)).split())
        assert f"Annullato {when}" in words and "Chiuso " not in words


def test_a_settled_order_is_not_cancelled(coordinator, session, at, closed_id):
    base = f"/group-orders/{closed_id}"
    data = filled(coordinator, f"{base}/cancellation", {"reason": "no"})
    coordinator.post(f"{base}/settlement", data=filled(coordinator, f"{base}/settlement", {}))
    answer = coordinator.post(f"{base}/cancellation", data=data)
    assert answer.status_code == 409 and orders(session)[0].state == "settled"


def test_a_document_shows_its_progress_and_is_handed_out_when_ready(
    coordinator, enter, session, at, closed_id
):
    made = documents.request(
        session,
        kind="order_sheet",
        subject_kind="group_order",
        subject_id=closed_id,
        filename="ordine.csv",
        media_type=MEDIA_TYPE,
        task="market.closing_notices",
        now=at.now,
    )
    documents.progress(session, made.id, 40)
    session.commit()
    target = f"/group-orders/{closed_id}/documents/{made.id}"
    assert "in preparazione: 40 %" in coordinator.get(f"/group-orders/{closed_id}").text
    assert coordinator.get(target).status_code == 409
    documents.finish(session, made.id, b"a;b\n", at.now)
    session.commit()
    session.expire_all()
    answer = coordinator.get(target)
    assert answer.content == b"a;b\n"
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert coordinator.get(f"/group-orders/{closed_id}/documents/99999").status_code == 404
    other = make.opened(session, at)
    session.commit()
    assert coordinator.get(f"/group-orders/{other}/documents/{made.id}").status_code == 404
    driver = enter(("driver", "centre", at.centre.id))
    assert driver.get(target).status_code == 200
    member = enter(("member", "household", at.first.id))
    assert member.get(target).status_code == 404
    query = select(AuditEvent.after).where(AuditEvent.action == "kit.document.handed_out")
    signed = proofs.BY_PASSWORD_AND_CODE.said()
    taken = {"kind": "order_sheet", "subject": ["group_order", closed_id], "signed": signed}
    assert session.scalars(query).all() == [taken] * 2, "who took it, the driver too, and no other"


def test_a_failed_document_can_be_tried_again(coordinator, session, at, closed_id):
    made = documents.request(
        session,
        kind="order_sheet",
        subject_kind="group_order",
        subject_id=closed_id,
        filename="ordine.pdf",
        media_type="application/pdf",
        task="market.closing_notices",
        now=at.now,
    )
    documents.fail(session, made.id, documents.BROKEN)
    session.commit()
    assert "Riprova" in coordinator.get(f"/group-orders/{closed_id}").text
    target = f"/group-orders/{closed_id}/documents/{made.id}/retry"
    assert coordinator.post(target).status_code == 200
    session.expire_all()
    assert session.get(documents.Document, made.id).state == "queued"
    assert coordinator.post(target).status_code == 409


def test_the_order_page_takes_the_same_statements_for_many_households(
    coordinator, session, at, order_id, statements
):
    coordinator.get(f"/group-orders/{order_id}")
    few = statements(lambda: coordinator.get(f"/group-orders/{order_id}"))
    for _ in range(4):
        make.book(session, at, order_id, make.household(session, at), (at.honey.id, 1))
    session.commit()
    assert statements(lambda: coordinator.get(f"/group-orders/{order_id}")) == few <= 6


def test_the_list_of_documents_renews_itself_until_all_are_made(
    coordinator, enter, session, at, closed_id
):
    path = f"/group-orders/{closed_id}/documents"
    assert "every 3s" in coordinator.get(path).text
    for document in documents.of(session, "group_order", closed_id):
        documents.finish(session, document.id, b"x", at.now)
    session.commit()
    session.expire_all()
    text = coordinator.get(path).text
    assert "every 3s" not in text and "pronto" in text and "<html" not in text
    assert enter(("member", "household", at.first.id)).get(path).status_code == 404


def test_a_reason_may_take_several_lines(coordinator, session, at, order_id):
    data = {"reason": "La grandine ha preso tutto.\r\nCi rivediamo in primavera."}
    path = f"/group-orders/{order_id}/cancellation"
    answer = coordinator.post(path, data=filled(coordinator, path, data))
    assert "Ordine annullato. Partono 2 lettere." in shown.text(answer)
    jobs.run_all(session)
    letters = session.scalars(select(Mail.text)).all()
    assert len(letters) == 2
    assert all("Motivo: La grandine ha preso tutto.\nCi rivediamo" in text for text in letters)


def test_what_is_told_by_voice_is_a_sheet_to_print(coordinator, enter, session, at, order_id):
    path = f"/group-orders/{order_id}/by-voice"
    assert "A tutte le famiglie che hanno prenotato si può scrivere" in shown.text(
        coordinator.get(path)
    )
    at.second.email, at.second.name = None, "Rosa <b>"
    session.commit()
    nothing_yet = shown.text(coordinator.get(path))
    assert (
        "Finora non c'è niente da dire a voce" in nothing_yet
        and "si può scrivere" not in nothing_yet
    )
    act = f"/group-orders/{order_id}/cancellation"
    coordinator.post(act, data=filled(coordinator, act, {"reason": "Gelata"}))
    jobs.run_all(session)
    session.commit()
    answer = coordinator.get(path)
    assert "Rosa &lt;b&gt;" in answer.text and "Rosa <b>" not in answer.text
    page = shown.text(answer)
    assert "Motivo: Gelata" in page and "È annullato: non ricevi e non paghi niente." in page
    assert at.first.name not in page
    member = enter(("member", "household", at.first.id))
    assert member.get(path).status_code == 404
    assert enter(("treasurer", "centre", at.centre.id)).get(path).status_code == 200


def test_of_an_order_that_is_over_no_letter_is_announced_to_be_told(
    coordinator, session, at, closed_id
):
    path = f"/group-orders/{closed_id}/by-voice"
    settlements.settle(session, at.coordinator, closed_id, at.now)
    at.second.email = None
    session.commit()
    page = shown.text(coordinator.get(path))
    assert "nessuna lettera era per chi non ha la posta" in page
    assert "Quando parte una lettera" not in page


def test_where_nobody_booked_nobody_is_said_to_be_reached(coordinator, session, at):
    make.product(session, at, "Mele")
    unbooked = make.opened(session, at)
    session.commit()
    page = shown.text(coordinator.get(f"/group-orders/{unbooked}/by-voice"))
    assert "Nessuna famiglia ha prenotato" in page and "si può scrivere" not in page


def test_a_closed_order_shows_what_is_ordered_and_not_what_was_wanted(
    coordinator, session, at, closed_id
):
    """Wanted 24,50 for two; ordered 20,50, below the minimum of 100."""
    page = shown.text(coordinator.get(f"/group-orders/{closed_id}"))
    assert "Ordinato 20,50 € per 2 famiglie 79,50 € sotto il minimo di 100,00 €" in " ".join(
        re.sub("<[^>]+>", " ", page).split()
    )
    assert "24,50 €" not in page
    assert "in preparazione: parte appena è pronto" in page
    board = shown.text(coordinator.get("/coordination"))
    assert "20,50 €" in board and "ordinato per 2 famiglie" in board and "24,50 €" not in board


def words_of(answer):
    return " ".join(re.sub("<[^>]+>", " ", shown.text(answer)).split())


def test_the_sheets_of_a_cancelled_order_are_void_and_not_handed_out(
    coordinator, session, at, closed_id
):
    base = f"/group-orders/{closed_id}"
    sheets = documents.of(session, "group_order", closed_id)
    for document in sheets[1:]:
        documents.finish(session, document.id, b"x", at.now)
    documents.fail(session, sheets[0].id, documents.BROKEN)
    opening.cancel(session, at.coordinator, closed_id, "gelata", at.now)
    session.commit()
    session.expire_all()
    for page in (coordinator.get(base), coordinator.get(f"{base}/documents")):
        assert "i suoi fogli non valgono più" in shown.text(page) and "every 3s" not in page.text
        assert "Scarica" not in page.text and "pronto" not in page.text
        assert "Riprova" not in page.text
    assert coordinator.get(f"{base}/documents/{sheets[1].id}").status_code == 409
    assert coordinator.post(f"{base}/documents/{sheets[0].id}/retry").status_code == 409
    session.expire_all()
    assert session.get(documents.Document, sheets[0].id).state == "failed"


def test_what_was_to_be_done_at_the_delivery_is_not_asked_once_it_is_past(
    coordinator, session, at, order_id
):
    session.execute(update(GroupOrder).values(note="Servono sei persone"))
    session.commit()
    assert "Servono sei persone" in coordinator.get(f"/group-orders/{order_id}").text
    opening.cancel(session, at.coordinator, order_id, "gelata", at.now)
    session.commit()
    assert "Servono sei persone" not in coordinator.get(f"/group-orders/{order_id}").text


def test_an_order_nobody_booked_is_cancelled_without_a_reason(coordinator, session, at):
    make.product(session, at, "Mele")
    unbooked = make.opened(session, at)
    session.commit()
    path = f"/group-orders/{unbooked}/cancellation"
    page = shown.text(coordinator.get(path))
    assert "Nessuna famiglia ha prenotato: resta sulla pagina dell'ordine" in page
    assert "nella lettera" not in page
    answer = coordinator.post(path, data=filled(coordinator, path, {"reason": ""}))
    assert "Ordine annullato" in answer.text and "Motivo:" not in answer.text
    assert orders(session)[0].state == "cancelled"


def test_who_is_not_written_to_is_told_the_reason_by_voice(coordinator, session, at, order_id):
    path = f"/group-orders/{order_id}/cancellation"
    assert "nella lettera, e poi sulla pagina" in shown.text(coordinator.get(path))
    session.execute(update(Household).values(email=None))
    session.commit()
    page = shown.text(coordinator.get(path))
    assert "lo sentono da chi glielo dice a voce" in page and "Lo leggono" not in page
    answer = coordinator.post(path, data=filled(coordinator, path, {"reason": ""}))
    assert answer.status_code == 422 and orders(session)[0].state == "open"


def test_the_reason_stays_in_sight_of_the_centre_and_of_who_had_booked(
    coordinator, enter, session, at, order_id
):
    idle = make.household(session, at)
    path = f"/group-orders/{order_id}/cancellation"
    coordinator.post(path, data=filled(coordinator, path, {"reason": "Grandine <sui campi>"}))
    why = "Motivo: Grandine <sui campi>"
    assert why in shown.text(coordinator.get(f"/group-orders/{order_id}"))
    booking = f"/group-orders/{order_id}/booking"
    assert why in shown.text(enter(("member", "household", at.first.id)).get(booking))
    assert "Motivo" not in enter(("member", "household", idle.id)).get(booking).text


def test_the_sum_of_a_cancelled_order_is_of_what_it_says(coordinator, session, at, closed_id):
    """Booked 24,50 for two; ordered 20,50."""
    opening.cancel(session, at.coordinator, closed_id, "gelata", at.now)
    session.commit()
    page = words_of(coordinator.get(f"/group-orders/{closed_id}"))
    assert "Era ordinato 20,50 € per 2 famiglie" in page and "Era prenotato" not in page


def test_of_an_order_cancelled_before_closing_the_sum_is_what_was_booked(
    coordinator, session, at, order_id
):
    opening.cancel(session, at.coordinator, order_id, "gelata", at.now)
    session.commit()
    page = words_of(coordinator.get(f"/group-orders/{order_id}"))
    assert "Era prenotato 24,50 € da 2 famiglie" in page and "Era ordinato" not in page


def test_an_order_is_opened_at_the_prices_its_page_showed(coordinator, session, at, fields):
    product = at.boxes
    page = f"{path(at)}/new?price_list={at.price_list.id}"
    answer = coordinator.get(page)
    assert product.name in shown.text(answer)
    data = form(answer.text, path(at)).but(fields)
    product.price_micros, product.case_size = 9_990_000, 8
    session.commit()
    refused = coordinator.post(path(at), data=data)
    assert refused.status_code == 409 and orders(session) == []
    assert f"è cambiato qualcosa: «{product.name}»." in shown.text(refused)
    assert "9,99 €" in shown.text(refused)
    again = coordinator.post(path(at), data=form(refused.text, path(at)).values)
    assert "L'ordine è aperto." in shown.text(again) and len(orders(session)) == 1
