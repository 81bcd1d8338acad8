"""The producer's sheet of a closed order: valid, complete, posted once."""

from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import select, update

from kit import files, mail, seals, witness
from kit.http import templates
from kit.jobs import tasks
from kit.words import text
from market.closings import closings, dry_runs
from market.group_orders import heading, opening
from market.papers import order_sheets, outboxes
from market.tables.orders import GroupOrder
from tests import jobs
from tests.market import make
from tests.market.papers.made import sheets


def test_the_producer_gets_one_letter_with_sheet_and_spreadsheet(session, closed, at):
    letters = session.scalars(select(mail.Mail).where(mail.Mail.to == at.agreement.email)).all()
    assert len(letters) == 1
    found = sheets(session, closed)
    wanted = {found["order_sheet"].id, found["order_sheet_csv"].id}
    assert set(letters[0].attachments) == wanted


def test_the_spreadsheet_carries_whole_cases_and_amounts(session, closed):
    csv = files.get(sheets(session, closed)["order_sheet_csv"].sha256).decode("utf-8-sig")
    assert '"4500"' in csv or ";4500;" in csv
    assert "Mele" in csv and "12" in csv
    assert '"pezzo"' in csv and "piece" not in csv


def test_a_line_for_the_producer_is_quantity_by_price_and_what_rounding_leaves_is_said(session, at):
    cheese = make.product(session, at, "Caciotta", price_micros=3_330_000, step=100)
    order_id = make.opened(session, at)
    for _ in range(10):
        make.book(session, at, order_id, make.household(session, at), (cheese.id, 100))
    token = dry_runs.dry_run(session, at.coordinator, order_id).token
    closings.close(session, at.coordinator, order_id, token, at.now)
    sheet = order_sheets.read(session, order_id)
    (line,) = sheet.lines
    assert (line.assigned, line.cents) == (1000, 333)
    assert (sheet.total_cents, sheet.goods_cents) == (333, 330)
    made = order_sheets.printed(sheet)
    html = templates.render(made.template, **made.context)
    shown = " ".join(html.replace("\u00a0", " ").split())
    assert "3,33 € al kg" in shown and "Le famiglie pagano in tutto 3,30 €" in shown
    assert "la differenza di 0,03 € è un arrotondamento" in shown


def test_a_spreadsheet_carries_prices_with_all_their_decimals(session, at):
    eggs = make.pieces(session, at, price_micros=275_000)
    order_id = make.opened(session, at)
    make.book(session, at, order_id, make.household(session, at), (eggs.id, 60))
    token = dry_runs.dry_run(session, at.coordinator, order_id).token
    closings.close(session, at.coordinator, order_id, token, at.now)
    csv = order_sheets.csv_of(order_sheets.read(session, order_id)).decode("utf-8-sig")
    assert '"0,275";"1"' in csv and '"16,50"' in csv


def test_making_a_sheet_twice_sends_nothing_twice(session, closed, at):
    found = sheets(session, closed)["order_sheet"]

    @contextmanager
    def transaction():
        yield session

    tasks["market.order_sheet"].body(transaction, document_id=found.id, group_order_id=closed)
    letters = session.scalars(select(mail.Mail).where(mail.Mail.to == at.agreement.email)).all()
    assert len(letters) == 1


def letter_of(session, order_id):
    return outboxes.outbox(session, order_id).sheet


def said(session, order_id):
    return str(order_sheets.fate(heading.of(session, order_id), letter_of(session, order_id)))


def test_what_became_of_the_sheet_is_told_as_it_happened(session, at, closed_id):
    assert said(session, closed_id).endswith("è in preparazione: parte appena è pronto.")
    jobs.run_all(session)  # the letter is written, and sent into the outbox's folder
    sent = letter_of(session, closed_id)
    assert sent is not None and sent.sent_at is not None
    when = text.when(sent.sent_at)
    words = text.render(order_sheets.fate(heading.of(session, closed_id), sent))
    assert words == f"Il foglio d'ordine è partito {when} per {at.agreement.email}."
    waiting = sent._replace(sent_at=None)
    head = heading.of(session, closed_id)
    assert "sta partendo per" in str(order_sheets.fate(head, waiting))
    assert "la posta non lo ha preso" in str(order_sheets.fate(head, waiting._replace(error="x")))


def test_a_producer_without_an_address_is_brought_the_sheet_by_hand(session, at, closed_id):
    at.agreement.email = None
    session.flush()
    words = "Cascina Verde non ha un indirizzo: il foglio d'ordine è da portare a mano."
    assert said(session, closed_id) == words
    jobs.run_all(session)
    letter = letter_of(session, closed_id)
    assert letter is not None and not letter.reachable
    assert said(session, closed_id) == words
    after = order_sheets.once_cancelled(heading.of(session, closed_id), letter)
    assert "Se il foglio è già stato portato" in str(after)


def test_once_it_is_over_nothing_is_left_to_bring_by_hand(session, at, closed_id):
    at.agreement.email = None
    session.flush()
    jobs.run_all(session)
    was = "Cascina Verde non aveva un indirizzo: il foglio d'ordine era da portare a mano."
    settled = replace(heading.of(session, closed_id), state="settled")
    assert str(order_sheets.fate(settled, letter_of(session, closed_id))) == was
    assert str(order_sheets.fate(settled, None)) == was
    opening.cancel(session, at.coordinator, closed_id, "gelata", at.now)
    assert said(session, closed_id) == was


def test_an_address_that_came_after_the_sheet_is_not_said_to_be_missing(session, at, closed_id):
    at.agreement.email = None
    session.flush()
    jobs.run_all(session)
    at.agreement.email = "nuova@esempio.it"
    session.flush()
    assert said(session, closed_id).startswith("Cascina Verde non aveva ancora un indirizzo")


def test_an_order_cancelled_before_its_sheet_is_made_is_not_sent_to_the_producer(
    session, at, closed_id
):
    head = heading.of(session, closed_id)
    assert str(order_sheets.once_cancelled(head, None)) == "Se annulli non parte più."
    opening.cancel(session, at.coordinator, closed_id, "gelata", at.now)
    jobs.run_all(session)
    assert session.scalars(select(mail.Mail).where(mail.Mail.to == at.agreement.email)).all() == []
    assert said(session, closed_id) == "Il foglio d'ordine non è partito e non parte più."


def test_once_it_is_sent_only_whoever_cancels_can_tell_the_producer(session, at, closed_id):
    jobs.run_all(session)
    opening.cancel(session, at.coordinator, closed_id, "gelata", at.now)
    head, sent = heading.of(session, closed_id), letter_of(session, closed_id)
    assert "è partito" in str(order_sheets.fate(head, sent))
    assert "lo sa solo se glielo dici tu" in str(order_sheets.once_cancelled(head, sent))


def test_the_note_for_the_households_is_not_printed_for_the_producer(session, at, closed_id):
    session.execute(update(GroupOrder).values(note="Portate le borse di tela"))
    session.expire_all()
    sheet = order_sheets.printed(order_sheets.read(session, closed_id))
    html = templates.render(sheet.template, **sheet.context)
    assert "Cascina Verde" in html and "borse di tela" not in html


def test_the_sheet_of_a_closing_carries_the_head_of_the_audit_chain(session, closed_id):
    seals.seal(session)
    held = witness.head(session)
    sheet = order_sheets.printed(order_sheets.read(session, closed_id))
    assert held is not None and held.line in templates.render(sheet.template, **sheet.context)
