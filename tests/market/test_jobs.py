"""Every job the market asks for has a body, and no body is asked for by nobody."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from kit.jobs import tasks
from kit.mail import Mail
from kit.paper import documents
from tests.jobs import run_all

ROOT = Path(__file__).parents[2]
ASKED = re.compile(r'(?:enqueue\(session, |task=|TASK = )"(market\.[a-z_]+)"')


def test_the_jobs_asked_for_are_the_jobs_there_are():
    from market.papers import sheets

    asked = {
        name
        for path in (ROOT / "market").rglob("*.py")
        for name in ASKED.findall(path.read_text(encoding="utf-8"))
    }
    asked |= {f"market.{kind}" for kind in sheets.KINDS}
    assert asked == {name for name in tasks if name.startswith("market.")}


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("email", "cascina@esempio.it\nBcc: tutti@esempio.it"),
        ("email", "cascina@esempio.it\u2028"),
        ("name", "Cascina\nVerde\x85\u2028"),
        ("street", "Via Roma\r\n1"),
        ("locality", "\u200b\u200b"),
        ("name", "\U000e0001\ufdd0\ufffe"),
    ],
)
def test_whatever_stands_at_a_producer_its_order_gets_its_sheets(
    session, at, closed_id, field, text
):
    setattr(at.producer, field, text)
    session.flush()
    run_all(session)
    session.expire_all()
    states = {d.kind: (d.state, d.error) for d in documents.of(session, "group_order", closed_id)}
    assert set(states.values()) == {("ready", None)}
    letter = session.scalars(select(Mail).where(Mail.kind == "market.order_sheet")).one()
    assert "\n" not in letter.to and "\n" not in letter.subject
