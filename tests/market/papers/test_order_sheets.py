"""The producer's sheet of a closed order: valid, complete, posted once."""

from contextlib import contextmanager

from sqlalchemy import select

from kit import files, mail
from kit.jobs import tasks
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


def test_making_a_sheet_twice_sends_nothing_twice(session, closed, at):
    found = sheets(session, closed)["order_sheet"]

    @contextmanager
    def transaction():
        yield session

    tasks["market.order_sheet"].body(transaction, document_id=found.id, group_order_id=closed)
    letters = session.scalars(select(mail.Mail).where(mail.Mail.to == at.producer.email)).all()
    assert len(letters) == 1
