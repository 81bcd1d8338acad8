"""The two long tables of an order's page: households and products, before and after closing."""

import re

import pytest
from sqlalchemy import func, select

from kit.words import text
from market.closings import closings, dry_runs
from market.group_orders import opening, order_books
from market.pages import order_tables
from market.tables.bookings import BookingLine
from market.tables.orders import Offer
from tests.market import make


@pytest.fixture
def rows(session, at):
    """The rows of both tables as words: `rows(order_id)` gives cells, heads of columns first."""

    def read(order_id, *, coordinates=True):
        book = order_books.of(session, at.coordinator, order_id)
        html = b"".join(order_tables.tables(book, coordinates=coordinates)).decode()
        found = re.findall(r"<tr.*?</tr>", html, re.DOTALL)
        return [
            [
                " ".join(re.sub(r"<[^>]+>", " ", cell).replace("\u00a0", " ").split())
                for cell in re.findall(r"<t[hd]\b.*?</t[hd]>", row, re.DOTALL)
            ]
            for row in found
        ]

    return read


def row_of(rows, name):
    (found,) = [row for row in rows if row[0].startswith(name)]
    return found


def test_before_closing_they_tell_what_is_wanted_and_how_full_the_cases_are(rows, at, order_id):
    found = rows(order_id)
    assert found[0][:4] == ["Famiglia", "Righe", "Prenotato", "Al massimo"]
    assert row_of(found, at.first.name)[1:4] == ["2", "16,50 €", "18,50 €"]
    assert row_of(found, at.second.name)[1:4] == ["1", "8,00 €", "8,00 €"]
    assert ["Prodotto", "Voluti", "Fino a", "Famiglie", "Colli", "Valore"] in found
    boxes, honey = row_of(found, at.boxes.name), row_of(found, "Miele")
    assert boxes[1:] == ["8 pezzi", "9 pezzi", "2", "1 pieno, mancano 3 pezzi al collo", "16,00 €"]
    assert honey[1:] == ["1 pezzo", "1 pezzo", "1", "sfuso", "8,50 €"]


def test_of_a_cancelled_order_they_do_not_say_what_it_held_at_most(rows, session, at, order_id):
    opening.cancel(session, at.coordinator, order_id, "gelata", at.now)
    found = rows(order_id)
    assert found[0][:3] == ["Famiglia", "Righe", "Prenotato"] and "Al massimo" not in found[0]
    assert row_of(found, at.first.name)[1:] == ["2", "16,50 €", "Prenotazione"]
    assert "0,00 €" not in str(found)


def test_after_closing_they_tell_what_everybody_gets(rows, at, closed_id):
    found = rows(closed_id)
    assert found[0][:6] == ["Famiglia", "Righe", "Prenotato", "Riceve", "Trasporto", "Cambi"]
    first, second = row_of(found, at.first.name), row_of(found, at.second.name)
    assert first[3] == "14,50 €" and first[5] == "1 riga cambiata"
    assert second[3] == "6,00 €"
    boxes, honey = row_of(found, at.boxes.name), row_of(found, "Miele")
    assert boxes[4:] == ["1 collo", "6 pezzi", "12,00 €"]
    assert honey[4:] == ["sfuso", "1 pezzo", "8,50 €"]


def test_who_gets_what_was_wanted_is_said_to(rows, session, at):
    boxes, family = make.pieces(session, at), make.household(session, at)
    order_id = make.opened(session, at)
    make.book(session, at, order_id, family, (boxes.id, 2))
    seen = dry_runs.dry_run(session, at.coordinator, order_id)
    closings.close(session, at.coordinator, order_id, seen.token, at.now)
    assert row_of(rows(order_id), family.name)[5] == "come voluto"


def test_who_gets_nothing_of_what_would_complete_a_case_has_not_what_was_wanted(rows, session, at):
    boxes = make.pieces(session, at, case_size=2, whole_cases=True)
    family, willing = make.household(session, at), make.household(session, at)
    order_id = make.opened(session, at)
    make.book(session, at, order_id, family, (boxes.id, 2))
    make.book(session, at, order_id, willing, (boxes.id, 0, 1))
    seen = dry_runs.dry_run(session, at.coordinator, order_id)
    closings.close(session, at.coordinator, order_id, seen.token, at.now)
    assert row_of(rows(order_id), willing.name)[5] == "1 riga cambiata"
    assert row_of(rows(order_id), family.name)[5] == "come voluto"


def test_only_a_coordinator_finds_the_way_to_a_booking(session, at, order_id):
    book = order_books.of(session, at.coordinator, order_id)
    way = f"booking?household={at.first.id}".encode()
    assert way in b"".join(order_tables.tables(book, coordinates=True))
    assert way not in b"".join(order_tables.tables(book, coordinates=False))


def test_a_case_that_is_full_is_shown_full(session, at):
    boxes = make.pieces(session, at, case_size=6, whole_cases=True)
    order_id, family = make.opened(session, at), make.household(session, at)
    for wanted, full in ((5, False), (6, True)):
        make.book(session, at, order_id, family, (boxes.id, wanted))
        book = order_books.of(session, at.coordinator, order_id)
        html = b"".join(order_tables.tables(book, coordinates=True))
        assert (b"fl-done-full" in html) is full


def test_once_closed_the_value_of_a_product_is_that_of_what_is_ordered(
    coordinator, session, closed_id
):
    rows = re.findall(r"<tr.*?</tr>", coordinator.get(f"/group-orders/{closed_id}").text, re.DOTALL)
    ordered = select(Offer.name, func.sum(BookingLine.assigned_cents), Offer.wanted_cents).join(
        BookingLine, BookingLine.offer_id == Offer.id
    )
    found = session.execute(ordered.group_by(Offer.id)).all()
    assert any(cents != wanted for _, cents, wanted in found)
    for name, cents, _ in found:
        (row,) = [row for row in rows if name in row]
        assert re.findall(r">([^<>]*€)<", row) == [text.money(int(cents))]


def test_names_in_the_long_tables_are_text_and_never_markup(coordinator, session, at, order_id):
    at.first.name = '<i>Rossi</i> & "figli"'
    session.flush()
    text = coordinator.get(f"/group-orders/{order_id}").text
    assert "<i>Rossi" not in text
    assert text.count("&lt;i&gt;Rossi&lt;/i&gt; &amp; &#34;figli&#34;") == 2  # also for the ear
