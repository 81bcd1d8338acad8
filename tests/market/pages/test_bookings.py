"""Booking as a browser does it: one line by htmx, the whole form without JavaScript."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update

from kit.words import text
from market.bookings.line_marks import line_marks
from market.closings import closings, dry_runs
from market.tables.bookings import Booking, BookingLine
from market.tables.centres import Household as HouseholdTable
from market.tables.orders import GroupOrder
from people.tables.persons import Person
from tests.forms import filled
from tests.market import make
from tests.market.pages.shown import HTMX


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


def test_the_button_that_saves_goes_with_the_hour_at_which_the_order_closes(client, scene):
    text = client.get(scene.path).text
    counted = re.search(r'data-countdown="(\d+)"', text)
    assert counted is not None
    button = text.partition(f'<span data-until="{counted[1]}"')[2].partition("</span>")[0]
    assert "Salva la prenotazione" in button
    after = text.partition(f'data-from="{counted[1]}"')[2].partition("</a>")[0]
    assert " hidden>" in after and "Ricarica la pagina" in after


def test_a_line_is_saved_and_answered_with_progress_and_total(client, scene, session):
    fields = {f"wanted-{scene.boxes.id}": "2", f"most-{scene.boxes.id}": "4"}
    answer = client.post(f"{scene.path}/lines/{scene.boxes.id}", data=fields, headers=HTMX)
    assert answer.status_code == 200
    assert "Mancano 2 pezzi" in answer.text and "4,00\u00a0€" in answer.text
    assert line_of(session, scene, scene.boxes) == (2, 4)


@pytest.mark.parametrize("headers", [HTMX, {}])
@pytest.mark.parametrize("rest", [{}, {"most": "9"}, {"other": "3"}])
def test_a_form_without_the_quantity_changes_nothing_and_says_so(
    client, scene, session, headers, rest
):
    path, id_ = f"{scene.path}/lines/{scene.boxes.id}", scene.boxes.id
    client.post(path, data={f"wanted-{id_}": "2", f"most-{id_}": "4"}, headers=HTMX)
    fields = {f"{name}-{id_}": typed for name, typed in rest.items()}
    answer = client.post(path, data=fields, headers=headers)
    assert answer.status_code == 422 or "La quantità non è arrivata" in answer.text
    assert line_of(session, scene, scene.boxes) == (2, 4)
    client.post(scene.path, data=fields)
    assert line_of(session, scene, scene.boxes) == (2, 4)


def test_an_emptied_quantity_is_none(client, scene, session):
    path, id_ = f"{scene.path}/lines/{scene.boxes.id}", scene.boxes.id
    client.post(path, data={f"wanted-{id_}": "2", f"most-{id_}": "4"}, headers=HTMX)
    marks = line_marks(2, 4)
    shown = {f"shown-wanted-{id_}": marks.wanted, f"shown-most-{id_}": marks.most}
    client.post(path, data={f"wanted-{id_}": "", f"most-{id_}": "", **shown}, headers=HTMX)
    assert line_of(session, scene, scene.boxes) in (None, (0, 0))


def test_kilos_are_typed_with_a_comma(client, scene, session):
    fields = {f"wanted-{scene.apples.id}": "1,5"}
    client.post(f"{scene.path}/lines/{scene.apples.id}", data=fields, headers=HTMX)
    assert line_of(session, scene, scene.apples) == (1500, 1500)


def test_what_is_priced_by_the_etto_is_asked_in_etti(client, session, at, sign_in):
    ham = make.product(
        session, at, "Prosciutto", price_micros=2_900_000, price_quantity=100, step=50
    )
    family = make.household(session, at)
    order_id = make.opened(session, at)
    member = make.member(session, family)
    session.commit()
    sign_in(client, session.get(Person, member.person_id))
    path = f"/group-orders/{order_id}/booking"
    page = client.get(path).text.replace("\u00a0", " ")
    assert "2,90 € all&#39;etto (29,00 € al kg)" in page
    assert "Ne vuoi (etti)" in page and 'data-size="0,5"' in page
    answer = client.post(f"{path}/lines/{ham.id}", data={f"wanted-{ham.id}": "2"}, headers=HTMX)
    assert "5,80\u00a0€" in answer.text
    assert session.scalar(select(BookingLine.wanted)) == 200
    assert 'value="2"' in client.get(path).text
    odd = client.post(path, data=filled(client, path, {f"wanted-{ham.id}": "0,3"}))
    assert "Si ordina a multipli di 0,5 etti." in odd.text.replace("\u00a0", " ")
    client.post(path, data=filled(client, path, {f"wanted-{ham.id}": "2,5"}))
    assert (
        session.scalar(select(BookingLine.wanted).execution_options(populate_existing=True)) == 250
    )


def test_a_price_finer_than_a_cent_is_shown_and_multiplied_as_it_is(client, session, at, sign_in):
    eggs = make.pieces(session, at, price_micros=275_000)
    family = make.household(session, at)
    order_id = make.opened(session, at)
    member = make.member(session, family)
    session.commit()
    sign_in(client, session.get(Person, member.person_id))
    path = f"/group-orders/{order_id}/booking"
    assert "0,275\u00a0€" in client.get(path).text
    answer = client.post(f"{path}/lines/{eggs.id}", data={f"wanted-{eggs.id}": "60"}, headers=HTMX)
    assert "16,50\u00a0€" in answer.text


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
    assert unsaved(answer) == ("Una riga non è salvata:", [(scene.apples.id, scene.apples.name)])
    assert f'id="line-{scene.apples.id}"' in answer.text
    assert line_of(session, scene, scene.boxes) == (2, 2)
    fields[f"wanted-{scene.apples.id}"] = "0,5"
    answer = client.post(scene.path, data=fields)
    assert answer.status_code == 200 and "La prenotazione è salvata" in answer.text
    assert 'value="0,5"' in answer.text and 'value="2"' in answer.text


def unsaved(answer):
    """What stands on top of a page: how many lines are not saved, and which, with their links."""
    title = re.search(r'fl-alert-title">([^<]*(?:salvata|salvate):)</p>', answer.text)
    links = re.findall(r'<li><a href="#line-(\d+)">([^<]+)</a>: [^<]+</li>', answer.text)
    return title and title[1], [(int(id_), name) for id_, name in links]


def test_every_line_that_is_not_saved_is_named_on_top(client, scene):
    fields = {f"wanted-{scene.apples.id}": "0,3", f"wanted-{scene.boxes.id}": "tante"}
    said, lines = unsaved(client.post(scene.path, data=fields))
    assert said == "2 righe non sono salvate:"
    assert sorted(id_ for id_, _ in lines) == sorted([scene.apples.id, scene.boxes.id])
    assert unsaved(client.get(scene.path)) == (None, [])


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


def test_who_books_for_another_household_reads_whose_money_it_is(scene, coordinator):
    page = coordinator.get(f"{scene.path}?household={scene.family.id}").text
    assert "Il totale della famiglia" in page and "La famiglia può prenotare ancora" in page
    assert "Il tuo totale" not in page and "Puoi prenotare" not in page
    fields = {f"wanted-{scene.boxes.id}": "2", "household": str(scene.family.id)}
    path = f"{scene.path}/lines/{scene.boxes.id}"
    for typed in ("2", "boh"):
        data = fields | {f"wanted-{scene.boxes.id}": typed}
        answer = coordinator.post(path, data=data, headers=HTMX).text
        assert "Il totale della famiglia" in answer and "La famiglia può" in answer


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
    shown = {f"shown-wanted-{scene.boxes.id}": line_marks(1, 1).wanted}
    change = {f"wanted-{scene.boxes.id}": "2", **shown}
    assert statements(lambda: client.post(path, data=change, headers=HTMX)) <= 6
    assert line_of(session, scene, scene.boxes) == (2, 2)
    whole = {
        f"wanted-{scene.boxes.id}": "3",
        f"shown-wanted-{scene.boxes.id}": line_marks(2, 2).wanted,
    }
    send = lambda: client.post(scene.path, data=whole, follow_redirects=False)  # noqa: E731
    assert statements(send) <= 8
    assert line_of(session, scene, scene.boxes) == (3, 3)


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
    assert "Si apre presto" in listed and scene.path in listed and "Si può ordinare" not in listed
    assert f"Si prenota da {when} a" in listed and "tra 2 giorni" not in listed
    shown = client.get(scene.path).text
    assert "non ancora aperto" in shown and f"Si prenota da {when} a" in shown


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


def test_a_total_says_that_the_transport_is_not_in_it_yet(client, scene, session):
    words = "più il trasporto, da dividere"
    fields = {f"wanted-{scene.boxes.id}": "2"}
    line = f"{scene.path}/lines/{scene.boxes.id}"
    assert words not in client.post(line, data=fields, headers=HTMX).text
    assert words not in client.get(scene.path).text + client.get("/group-orders").text
    session.execute(update(GroupOrder).values(transport_cents=300))
    session.commit()
    page = client.get(scene.path).text
    assert words in page.partition('id="bar-total"')[2]
    assert "3,00\u00a0€ in tutto, da dividere" in page
    assert words in client.post(line, data=fields, headers=HTMX).text
    assert words in client.get("/group-orders").text


@pytest.mark.parametrize(
    ("role", "href"),
    [
        ("coordinator", "/coordination"),
        ("treasurer", "/coordination"),
        ("driver", "/pickups"),
        (None, "/centres"),
    ],
)
def test_who_books_for_no_household_is_told_where_to_go_and_led_to_no_order(
    enter, at, order_id, role, href
):
    client = enter(*([(role, "centre", at.centre.id)] if role else []))
    page = client.get("/group-orders")
    assert "Non prenoti per nessuna famiglia" in page.text
    assert "Adesso non c'è niente da ordinare" not in html.unescape(page.text)
    main = page.text.partition("<main")[2]
    assert f'href="{href}"' in main and f"/group-orders/{order_id}/booking" not in main
    pickups = client.get("/pickups").text.partition("<main")[2]
    assert ("Non prenoti per nessuna famiglia" in pickups) is (role is None)


def test_orders_of_a_centre_where_one_only_works_lead_nobody_to_a_page_that_is_not_theirs(
    enter, session, at, order_id
):
    other = make.world(session)
    family = make.household(session, other)
    client = enter(("coordinator", "centre", at.centre.id), ("member", "household", family.id))
    assert f"/group-orders/{order_id}/booking" not in client.get("/group-orders").text


def test_who_books_for_a_household_of_the_centre_goes_back_to_it(enter, at, order_id):
    client = enter(("coordinator", "centre", at.centre.id))
    path = f"/group-orders/{order_id}/booking?household={at.first.id}"
    page = client.get(path).text
    assert f'<a href="/households/{at.first.id}">' in page
    assert '<a href="/group-orders">' not in page.partition("<main")[2]
    for link in re.findall(r'href="(/[^"#]*)"', page.partition("<main")[2]):
        assert client.get(html.unescape(link)).status_code == 200, link
