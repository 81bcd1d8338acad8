"""Reading forms: every error at once, each at its field."""

from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import Invalid, Refused
from kit.http.forms import Form, parse


def test_all_errors_are_found_at_once():
    form = Form(values={"email": "x", "price": "abc", "when": "domani", "day": "2026-02-30"})
    (
        form.email("email"),
        form.euro("price"),
        form.instant("when"),
        form.day("day"),
        form.text("name"),
    )
    with pytest.raises(Invalid) as found:
        form.check()
    assert set(found.value.errors) == {"email", "price", "when", "day", "name"}


def test_quantities_come_in_the_smallest_unit():
    form = Form(values={"a": "1,25", "b": "3", "c": "1,2345", "d": "-1"})
    assert form.quantity("a", "g") == 1250
    assert form.quantity("b", "piece") == 3
    assert form.quantity("c", "g") is None and form.quantity("d", "piece") is None
    assert set(form.errors) == {"c", "d"}


def test_an_hour_that_the_clock_change_skips_or_doubles_is_refused():
    form = Form(
        values={
            "skipped": "2027-03-28T02:30",
            "twice": "2027-10-31T02:30",
            "fine": "2027-10-31T03:30",
        }
    )
    assert form.instant("skipped") is None and form.instant("twice") is None
    assert form.instant("fine") == datetime(2027, 10, 31, 2, 30, tzinfo=UTC)
    assert "non esiste" in str(form.errors["skipped"])
    assert "due volte" in str(form.errors["twice"])


def test_digits_of_other_alphabets_are_not_numbers():
    form = Form(values={"n": "١٢", "d": "１,5"})
    assert form.integer("n") is None and form.decimal("d") is None


def test_decimals_are_exact():
    form = Form(values={"m": "7,5"})
    assert form.decimal("m") == Decimal("7.5")


@given(
    st.binary(max_size=300),
    st.sampled_from(
        ["application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "x", ""]
    ),
)
def test_no_body_ever_breaks_the_reader(body, content_type):
    try:
        parse(content_type, body)
    except Refused as refused:
        assert refused.status == 400


def test_a_tab_pasted_into_a_line_is_a_blank_and_in_lines_stays():
    form = Form(values={"title": "Mele\te pere", "note": "a\tb"})
    assert form.text("title") == "Mele e pere"
    assert form.text("note", multiline=True) == "a\tb"


def test_letters_that_nobody_sees_are_left_out_and_every_line_end_is_one():
    sent = "\u202a0372 123456\u202c\u2028Sàlvia\x85 \u2066😀\ufffe\U0010ffff"
    form = parse("application/x-www-form-urlencoded", f"a={quote(sent)}".encode())
    assert form.values["a"] == "0372 123456\nSàlvia 😀"


def test_the_name_of_a_file_cannot_turn_its_direction():
    body = (
        '--x\r\nContent-Disposition: form-data; name="f"; filename="\u202efdp.exe"\r\n'
        "Content-Type: application/pdf\r\n\r\n%PDF\r\n--x--\r\n"
    )
    form = parse("multipart/form-data; boundary=x", body.encode())
    assert form.files["f"].filename == "fdp.exe"
