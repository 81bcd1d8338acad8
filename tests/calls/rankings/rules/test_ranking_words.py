"""A ranking in words and Italian figures."""

from fractions import Fraction

import pytest

from calls.rankings.rules import ranking, ranking_words
from kit.words.text import render

FORMULA = {"criteria": [{"code": "A", "name": "Idea"}, {"code": "B", "name": "Conti"}]}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("23/6", "3,83"),
        ("7.5", "7,5"),
        ("10", "10"),
        ("0.005", "0,01"),
        (Fraction(-1, 200), "-0,01"),
    ],
)
def test_figures_are_rounded_half_up_with_a_comma(value, text):
    assert ranking_words.figure(value) == text


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"failed": ["total"], "decided_by": None}, "il totale non basta per la soglia"),
        ({"failed": ["A", "total"], "decided_by": None}, "i punti non bastano in: Idea"),
        ({"failed": ["A", "B"], "decided_by": None}, "i punti non bastano in: Idea, Conti"),
        ({"failed": [], "decided_by": "criterion:B"}, "il punteggio più alto in «Conti»"),
        ({"failed": [], "decided_by": "lot"}, "sorteggio"),
        ({"failed": [], "decided_by": "code"}, "sorteggio"),
    ],
)
def test_each_row_says_why_it_stands_there(row, words):
    assert words in str(ranking_words.reason(FORMULA, row))


def test_whoever_needs_no_reason_gets_none():
    assert ranking_words.reason(FORMULA, {"failed": [], "decided_by": None}) is None


def test_every_state_has_its_words_and_its_kind():
    states = {ranking.FUNDED, ranking.PARTLY_FUNDED, ranking.NOT_FUNDED, ranking.BELOW}
    assert set(ranking_words.STATES) == set(ranking_words.KINDS) == states


def test_an_instant_is_written_as_the_receipt_writes_it_where_the_format_has_one():
    row = {"received_at": "2026-03-05T09:00:01.000005Z"}
    assert ranking_words.received(row) == "2026-03-05 09:00:01.000005 UTC"
    assert ranking_words.received({}) is None


def test_a_tie_of_the_first_format_went_by_the_protocol_number():
    row = {"failed": [], "decided_by": "sent_first"}
    assert "numero di protocollo" in str(ranking_words.reason(FORMULA, row))
    row_ = row | {"received_at": "2026-03-05T09:00:01Z"}
    assert "istante di ricezione" in str(ranking_words.reason(FORMULA, row_))


def of_rows(*states, excluded=0, **more):
    rows = [{"state": state} for state in states]
    apart = [{"code": f"2026/{n}"} for n in range(excluded)]
    return {
        "ranking": rows,
        "granted": 600_000,
        "formula": {"budget": 10_000_000},
        **({"excluded": apart} if excluded else {}),
        **more,
    }


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (of_rows(), []),
        (of_rows("funded"), ["1 domanda in graduatoria, 6.000,00 € assegnati su 100.000,00 €."]),
        (
            of_rows("funded", "below_threshold", excluded=1),
            [
                "2 domande in graduatoria, 6.000,00 € assegnati su 100.000,00 €.",
                "1 è sotto la soglia e non ha un posto.",
                "1 altra è esclusa, perché di ogni codice fiscale conta una domanda sola.",
            ],
        ),
        (
            of_rows("below_threshold", "below_threshold", excluded=2),
            [
                "2 domande in graduatoria, 6.000,00 € assegnati su 100.000,00 €.",
                "2 sono sotto la soglia e non hanno un posto.",
                "2 altre sono escluse, perché di ogni codice fiscale conta una domanda sola.",
            ],
        ),
    ],
)
def test_the_numbers_say_who_is_in_it_and_who_is_not(content, words):
    said = [render(message).replace("\xa0", " ") for message in ranking_words.numbers(content)]
    assert said == words


def content(digits, *rows):
    """A ranking's content with the points of one row each, and their totals."""
    ranked = [
        {"code": f"2026/{n}", "points": {"A": one, "B": other}, "total": total}
        for n, (one, other, total) in enumerate(rows)
    ]
    return {"formula": {"rounding": {"step": "total", "digits": digits}}, "ranking": ranked}


def test_columns_that_do_not_add_up_to_the_eye_are_explained():
    for odd in (("14.5833", "10.664", "25.25"), ("14.5", "10.5", "26")):
        found = ranking_words.reading(content(2, ("14.58", "10.66", "25.24"), odd))
        assert "arrotondate per leggerle" in str(found)
    assert ranking_words.reading(content(2, ("14.58", "10.66", "25.24"))) is None
    assert ranking_words.reading(content(2)) is None


def test_as_many_decimals_are_shown_as_the_call_rounds_to():
    """With four decimals and two shown, columns and totals would both look wrong."""
    assert [ranking_words.digits(content(n)["formula"]) for n in (0, 2, 4)] == [2, 2, 4]
    assert ranking_words.reading(content(4, ("1.0049", "1.0049", "2.0098"))) is None


def test_who_has_fewer_sheets_is_named_beside_how_many_the_others_have():
    marks = {"A": ["1"] * 3}, {"A": ["1"]}, {"A": ["1"]}
    rows = [{"code": f"2026/{n}", "marks": one} for n, one in enumerate(marks)]
    (said,) = ranking_words.sheets({"ranking": rows})
    assert render(said) == "Le domande hanno 3 schede ciascuna; ne hanno meno: 2026/1, 2026/2."
