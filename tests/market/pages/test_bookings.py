"""Booking as a browser does it: one line by htmx, the whole form without JavaScript."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update

from kit.words import text
from market.closings import closings, dry_runs
from market.pages import offer_lines
from market.tables.bookings import Booking, BookingLine
from market.tables.centres import Household as HouseholdTable
from market.tables.orders import GroupOrder
from people.tables import Person
from tests.market import make

HTMX = {"HX-Request": "true"}


@pytest.fixture
def scene(session, at, client, sign_in):
    """A member signed in before an order with apples by the kilo and boxes in cases of 6."""
    apples = make.product(session, at, "Mele", step=500)
    boxes = make.pieces(session, at, case_size=6, whole_cases=True)
    family = make.household(session, at)
    order_id = make.opened(session, at)
    member = make.member(session, family)
    session.commit()
    sign_in(client, session.get(Person, member.person_id))
    return type(
        "Scene",
        (),
        {
            "apples": apples,
            "boxes": boxes,
            "family": family,
            "order_id": order_id,
            "path": f"/group-orders/{order_id}/booking",
        },
    )


def line_of(session, scene, product):
    return session.execute(
        select(BookingLine.wanted, BookingLine.at_most)
        .join(Booking, Booking.id == BookingLine.booking_id)
        .join_from(BookingLine, GroupOrder, GroupOrder.id == Booking.group_order_id)
        .where(Booking.household_id == scene.family.id)
    ).first()


def test_the_page_shows_prices_hours_and_what_a_case_still_needs(client, scene):
    text = client.get(scene.path).text
    assert "3,50\u00a0€ al kg" in text and "Oratorio" in text and "Collo da 6" in text


def test_a_line_is_saved_and_answered_with_progress_and_total(client, scene, session):
    fields = {f"wanted-{scene.boxes.id}": "2", f"most-{scene.boxes.id}": "4"}
    answer = client.post(f"{scene.path}/lines/{scene.boxes.id}", data=fields, headers=HTMX)
    assert answer.status_code == 200
    assert "Mancano 2 pezzi" in answer.text and "4,00\u00a0€" in answer.text
    assert line_of(session, scene, scene.boxes) == (2, 4)


def test_kilos_are_typed_with_a_comma(client, scene, session):
    fields = {f"wanted-{scene.apples.id}": "1,5"}
    client.post(f"{scene.path}/lines/{scene.apples.id}", data=fields, headers=HTMX)
    assert line_of(session, scene, scene.apples) == (1500, 1500)


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ("0,3", 409, "multipli"),
        ("tanto", 422, "Scrivi un numero"),
        ("-1", 422, "tra 0"),
        ("99999", 409, "credito"),
    ],
)
def test_a_line_that_cannot_be_is_explained_beside_it_and_changes_nothing(
    client, scene, session, typed, status, words
):
    fields = {f"wanted-{scene.apples.id}": typed}
    answer = client.post(f"{scene.path}/lines/{scene.apples.id}", data=fields, headers=HTMX)
    assert answer.status_code == status and words in answer.text
    assert line_of(session, scene, scene.apples) is None


def test_a_refused_line_lets_its_rows_go_before_it_is_answered(client, scene, connection):
    seen: list[str] = []

    def note(*given: Any) -> None:
        seen.append(given[2])

    event.listen(connection, "before_cursor_execute", note)
    fields = {f"wanted-{scene.apples.id}": "0,3"}
    answer = client.post(f"{scene.path}/lines/{scene.apples.id}", data=fields, headers=HTMX)
    event.remove(connection, "before_cursor_execute", note)
    assert answer.status_code == 409
    held = next(n for n, statement in enumerate(seen) if "for no key update" in statement)
    free = next(n for n, statement in enumerate(seen) if statement.startswith("ROLLBACK"))
    told = next(
        n for n, statement in enumerate(seen) if "select wanted, at_most from offer" in statement
    )
    assert held < free < told


def test_without_javascript_all_lines_are_sent_and_each_gets_its_answer(client, scene, session):
    fields = {f"wanted-{scene.apples.id}": "0,3", f"wanted-{scene.boxes.id}": "2"}
    answer = client.post(scene.path, data=fields)
    assert answer.status_code == 409
    assert "multipli" in answer.text and 'value="0,3"' in answer.text
    assert line_of(session, scene, scene.boxes) == (2, 2)
    fields[f"wanted-{scene.apples.id}"] = "0,5"
    answer = client.post(scene.path, data=fields)
    assert answer.status_code == 200 and "La prenotazione è salvata" in answer.text
    assert 'value="0,5"' in answer.text and 'value="2"' in answer.text


def test_what_is_no_number_does_not_undo_the_lines_beside_it(client, scene, session):
    fields = {f"wanted-{scene.apples.id}": "tanto", f"wanted-{scene.boxes.id}": "2"}
    answer = client.post(scene.path, data=fields)
    assert answer.status_code == 422 and "Una riga non è salvata" in answer.text
    assert line_of(session, scene, scene.boxes) == (2, 2)
    assert 'value="2"' in client.get(scene.path).text


def test_a_closed_order_tells_so_and_keeps_what_was_typed_in_sight(client, scene, session):
    session.execute(update(GroupOrder).values(state="cancelled"))
    session.commit()
    answer = client.post(scene.path, data={f"wanted-{scene.boxes.id}": "2"})
    assert answer.status_code == 409 and "annullato" in answer.text
    assert "Avevi scritto" in answer.text


def test_the_booking_of_another_family_looks_absent(client, scene, session, at):
    other = make.household(session, at)
    session.commit()
    foreign = client.get(f"{scene.path}?household={other.id}")
    absent = client.get(f"{scene.path}?household=999999")
    assert foreign.status_code == absent.status_code == 404
    fields = {"household": str(other.id), f"wanted-{scene.boxes.id}": "1"}
    assert client.post(f"{scene.path}/lines/{scene.boxes.id}", data=fields).status_code == 404


def test_a_product_that_is_not_offered_is_absent(client, scene):
    assert client.post(f"{scene.path}/lines/99999999", data={}, headers=HTMX).status_code == 404


def test_the_statements_of_the_hot_pages_do_not_grow(client, scene, session, at, statements):
    small = statements(lambda: client.get(scene.path))
    for n in range(30):
        make.pieces(session, at, position=100 + n)
    larger = make.opened(session, at, title="Altro")
    session.commit()
    assert statements(lambda: client.get(f"/group-orders/{larger}/booking")) == small <= 6
    path = f"{scene.path}/lines/{scene.boxes.id}"
    client.post(path, data={f"wanted-{scene.boxes.id}": "1"}, headers=HTMX)
    change = {f"wanted-{scene.boxes.id}": "2"}
    assert statements(lambda: client.post(path, data=change, headers=HTMX)) <= 6


def test_what_is_kept_of_a_line_holds_nobodys_quantities(client, scene, session, at, sign_in):
    fields = {f"wanted-{scene.boxes.id}": "5", f"most-{scene.boxes.id}": "6"}
    client.post(f"{scene.path}/lines/{scene.boxes.id}", data=fields, headers=HTMX)
    client.get(scene.path)
    other = make.household(session, at)
    member = make.member(session, other)
    session.commit()
    sign_in(client, session.get(Person, member.person_id))
    text = client.get(scene.path).text
    assert 'value="5"' not in text and 'value="6"' not in text


@pytest.mark.parametrize("language", ["it", "en"])
def test_a_page_of_kept_pieces_is_the_page_made_anew(client, scene, session, at, sign_in, language):
    """Three households, in turn, each page made of what the others' looks left behind."""
    people = []
    for wanted in ((scene.boxes, 37, 41), (scene.apples, 7500, 8500), None):
        family = make.household(session, at, credit=100_000)
        people.append(make.member(session, family).person_id)
        if wanted:
            make.book(session, at, scene.order_id, family, (wanted[0].id, *wanted[1:]))
    session.execute(update(Person).values(locale=language))
    session.commit()

    def look(person_id):
        sign_in(client, session.get(Person, person_id))
        page = client.get(scene.path).text
        return page.partition('id="booking-lines"')[2].replace(client.headers["X-CSRF-Token"], "")

    kept = [look(person_id) for person_id in (*people, *people)]
    for person_id, page in zip((*people, *people), kept, strict=True):
        offer_lines._sheets.forget()
        assert look(person_id) == page
    assert 'value="37"' in kept[0] and 'value="41"' in kept[0]
    look(people[0])
    sheets = list(offer_lines._sheets._values.values())
    assert sheets
    for sheet in sheets:
        for line in sheet.lines:
            assert line.seen is not None
            inside = b"".join((*line.frozen.pieces, *line.seen[2].pieces))
            for own in (b'value="37"', b'value="41"', b'value="7', b'value="8'):
                assert own not in inside
            assert "wanted" in line.seen[2].names


def test_a_line_that_only_helps_to_fill_a_case_stays_what_it_is(client, scene, session):
    """Wanted nothing, at most four: the page shows it and saving the whole form keeps it."""
    fields = {f"wanted-{scene.boxes.id}": "", f"most-{scene.boxes.id}": "4"}
    client.post(f"{scene.path}/lines/{scene.boxes.id}", data=fields, headers=HTMX)
    assert line_of(session, scene, scene.boxes) == (0, 4)
    page = client.get(scene.path).text
    shown = dict(re.findall(r'name="((?:wanted|most)-\d+)" value="([^"]*)"', page))
    assert shown[f"most-{scene.boxes.id}"] == "4"
    client.post(scene.path, data=shown)
    assert line_of(session, scene, scene.boxes) == (0, 4)


def test_once_bookings_are_over_the_page_says_what_became_of_them(client, scene, session, at):
    make.book(session, at, scene.order_id, scene.family, (scene.boxes.id, 5))
    make.book(session, at, scene.order_id, make.household(session, at), (scene.boxes.id, 2))
    seen = dry_runs.dry_run(session, at.coordinator, scene.order_id)
    closings.close(session, at.coordinator, scene.order_id, seen.token, at.now)
    session.commit()
    text = client.get(scene.path).text
    assert "5\u00a0pezzi" in text and "4\u00a0pezzi" in text and "chiuso" in text
    assert scene.apples.name not in text
    answer = client.post(scene.path, data={f"wanted-{scene.apples.id}": "1"})
    assert answer.status_code == 409 and f"{scene.apples.name}: 1" in answer.text


def test_the_list_of_orders_shows_what_is_open_and_mine(client, scene):
    text = client.get("/group-orders").text
    assert "Ordine di prova" in text and scene.path in text


def test_an_order_that_opens_later_says_when(client, scene, session, at):
    """In the list, where until then nothing speaks of its closing, and on its page."""
    opens = at.now + timedelta(days=1)
    session.execute(update(GroupOrder).values(opens_at=opens))
    session.commit()
    when = text.when(opens)
    listed = client.get("/group-orders").text
    assert f"Apre {when}" in listed and scene.path in listed and "Chiude" not in listed
    shown = client.get(scene.path).text
    assert "non è ancora aperto" in shown and when in shown


def test_an_order_past_its_hour_takes_nothing(client, scene, session, at):
    session.execute(
        update(GroupOrder).values(
            closes_at=at.now - timedelta(seconds=1), opens_at=at.now - timedelta(days=1)
        )
    )
    session.commit()
    fields = {f"wanted-{scene.boxes.id}": "1"}
    answer = client.post(f"{scene.path}/lines/{scene.boxes.id}", data=fields, headers=HTMX)
    assert answer.status_code == 409 and "chiusura è passata" in answer.text
    assert session.scalars(select(HouseholdTable.commitment_cents)).all() == [0]
