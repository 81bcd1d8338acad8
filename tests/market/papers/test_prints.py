"""What a closed order prints: valid, complete, posted once."""

from contextlib import contextmanager

import page
import pytest
from sqlalchemy import select

from kit import files, mail
from kit.jobs import bodies
from kit.paper.documents import Document
from market.closings import closings, dry_runs
from tests import jobs
from tests.market import make


@pytest.fixture
def closed(session, at):
    apples = make.product(session, at, "Mele", step=500)
    boxes = make.pieces(session, at, case_size=6, whole_cases=True)
    order_id = make.opened(session, at)
    for n in range(3):
        family = make.household(session, at)
        make.book(session, at, order_id, family, (apples.id, 1500))
        make.book(session, at, order_id, family, (boxes.id, 2 + n, 4 + n))
    token = dry_runs.dry_run(session, at.coordinator, order_id).token
    closings.close(session, at.coordinator, order_id, token, at.now)
    session.commit()
    jobs.run_all(session)
    return order_id


def sheets(session, order_id):
    rows = session.scalars(
        select(Document).where(Document.subject_id == order_id).order_by(Document.id)
    )
    return {row.kind: row for row in rows}


def test_every_sheet_is_made_and_conforms(session, closed):
    found = sheets(session, closed)
    assert {sheet.state for sheet in found.values()} == {"ready"}
    for kind in ("order_sheet", "sorting_by_household", "sorting_by_product"):
        content = files.get(found[kind].sha256)
        for profile in (page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1):
            report = page.validate_pdf_bytes(content, profile=profile)
            assert report.is_compliant, (kind, profile, [f.rule_id for f in report.failures])


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
    _kind, body = bodies["market.order_sheet"]

    @contextmanager
    def transaction():
        yield session

    body(transaction, document_id=found.id, group_order_id=closed)
    letters = session.scalars(select(mail.Mail).where(mail.Mail.to == at.producer.email)).all()
    assert len(letters) == 1
