"""The rows of the evaluator's list, written as text."""

from decimal import Decimal

import pytest

from calls.pages import queue_rows
from calls.score_sheets.queue import QueueRow
from tests.calls.examples import call_values

EVIL = '<script>alert("x")</script>'
NOTHING = QueueRow(7, "2026/0000007", "Forno", None, None, None, False, None, None)


@pytest.fixture
def criteria(now):
    from calls.texts.rules.call_form import read

    return read(call_values(now)).criteria


def test_everything_people_typed_is_escaped(criteria):
    row = NOTHING._replace(firm=EVIL, code=EVIL)
    html = str(queue_rows.html([row], criteria, 3))
    assert "<script" not in html
    assert "&lt;script&gt;alert(&#34;x&#34;)" in html


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (NOTHING, "da dichiarare"),
        (NOTHING._replace(declared=True), "da valutare"),
        (NOTHING._replace(declared=True, state="draft", marks='{"A":"8"}'), "iniziata"),
        (NOTHING._replace(declared=True, state="sent"), "inviata"),
    ],
)
def test_every_state_has_its_word(criteria, row, words):
    assert words in str(queue_rows.html([row], criteria, 3))


def test_marks_stand_in_the_order_of_the_grid_and_the_mean_is_rounded_half_up(criteria):
    row = NOTHING._replace(
        state="sent",
        declared=True,
        marks='{"C":"6.5","A":"8"}',
        total=Decimal("33.75"),
        sheets=9,
        total_sum=Decimal("133.79"),
    )
    html = str(queue_rows.html([row], criteria, 3))
    assert "8 · – · 6,5" in html
    assert ">33,75<" in html and ">12,51<" in html
    assert 'href="/calls/3/evaluations/7"' in html


def test_no_rows_are_no_text(criteria):
    assert queue_rows.html([], criteria, 3) == ""
