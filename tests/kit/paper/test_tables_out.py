"""CSV that opens right in an Italian spreadsheet and starts no formula."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kit.paper.tables_out import Euro, csv_bytes, csv_lines


def reopened(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+39 0372 4061",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1+1",
        "\u00a0=cmd|' /C calc'!A0",
        "＝1",
        "＠x",
    ],
)
def test_text_that_could_start_a_formula_gets_an_apostrophe(text):
    assert reopened(csv_bytes(["nome"], [[text]]))[1] == [f"'{text}"]


def test_numbers_and_negative_amounts_stay_numbers():
    row = [Euro(-123450), Euro(5), -7, Decimal("-1.50"), True, None]
    assert reopened(csv_bytes([], [row]))[1] == ["-1234,50", "0,05", "-7", "-1,50", "sì", ""]


def test_days_and_instants_are_italian_and_local():
    row = [date(2026, 12, 3), datetime(2026, 12, 3, 19, 0, tzinfo=UTC)]
    assert reopened(csv_bytes([], [row]))[1] == ["03/12/2026", "03/12/2026 20:00:00"]


def test_a_float_is_no_cell():
    with pytest.raises(TypeError):
        csv_bytes(["x"], [[1.5]])


def test_excel_finds_its_mark_semicolons_and_line_ends():
    content = csv_bytes(["Città", "Totale"], [["Sospirò", Euro(100)]])
    assert content == '\ufeff"Città";"Totale"\r\n"Sospirò";"1,00"\r\n'.encode()


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1)))
@example([["\x0b=1+1"], ["\u2003@x"], ["\x1f-1"]])
def test_every_text_comes_back_and_none_starts_a_formula(rows):
    back = reopened(csv_bytes(["a"], rows))[1:]
    assert [[c.removeprefix("'") for c in row] for row in back] == [
        [c.removeprefix("'") for c in row] for row in rows
    ]
    assert not any(c.strip()[:1] in {"=", "+", "-", "@"} for row in back for c in row if c.strip())


def test_a_long_table_comes_in_pieces():
    pieces = list(csv_lines(["n"], ([n] for n in range(50_000))))
    assert len(pieces) > 4
    assert b"".join(pieces).endswith(b'"49999"\r\n')
