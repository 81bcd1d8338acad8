"""The producer's sheet of a closed order: valid, complete, posted once."""

from contextlib import contextmanager

from sqlalchemy import select

from kit import files, mail
from kit.http import templates
from kit.jobs import tasks
from market.closings import closings, dry_runs
from market.papers import order_sheets
from tests.market import make
from tests.market.papers.made import sheets


def test_the_producer_gets_one_letter_with_sheet_and_spreadsheet(session, closed, at):
    letters = session.scalars(select(mail.Mail).where(mail.Mail.to == at.producer.email)).all()
    assert len(letters) == 1
    found = sheets(session, closed)
    wanted = {found["order_sheet"].id, found["order_sheet_csv"].id}
    assert set(letters[0].attachments) == wanted


def test_the_spreadsheet_carries_whole_cases_and_amounts(session, closed):
    text = files.get(sheets(session, closed)["order_sheet_csv"].sha256).decode("utf-8-sig")
    assert '"4500"' in text or ";4500;" in text
    assert "Mele" in text and "12" in text
    assert '"pezzo"' in text and "piece" not in text


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
    text = order_sheets.csv_of(order_sheets.read(session, order_id)).decode("utf-8-sig")
    assert '"0,275";"1"' in text and '"16,50"' in text


def test_making_a_sheet_twice_sends_nothing_twice(session, closed, at):
    found = sheets(session, closed)["order_sheet"]

    @contextmanager
    def transaction():
        yield session

    tasks["market.order_sheet"].body(transaction, document_id=found.id, group_order_id=closed)
    letters = session.scalars(select(mail.Mail).where(mail.Mail.to == at.producer.email)).all()
    assert len(letters) == 1
