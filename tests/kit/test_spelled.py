"""How days, hours, numbers, addresses and ids are written: read as they are, or not at all."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import spelled

NARROW, THIN, HARD = "\u202f", "\u2009", "\u00a0"


@pytest.mark.parametrize(
    ("typed", "tidied"),
    [
        ("  a \t b\n", "a b"),
        (f"1{HARD}{NARROW}2{THIN}3", "1 2 3"),
        ("\u200b12\u00ad3\ufeff", "123"),
        ("\u202eabc\u2069", "abc"),
        ("\u200b", ""),
    ],
)
def test_what_nobody_sees_is_left_out(typed, tidied):
    assert spelled.tidy(typed) == tidied


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("É\u00adlite\u200b \u2060\ufeff", "Élite "),
        ("e\u0301", "é"),
        ("Ro\u200dsa\u200c", "Rosa"),
        ("\u202edlog\u202c", "dlog"),
        ("Mele\u3164", "Mele"),
        ("👩\u200d🌾 e ❤\ufe0f\u200d🔥", "👩\u200d🌾 e ❤\ufe0f\u200d🔥"),
        ("🏴\U000e0067\U000e0062\U000e007f", "🏴\U000e0067\U000e0062\U000e007f"),
        ("क्\u200dष ශ්\u200dරී می\u200cخواهم", "क्\u200dष ශ්\u200dරී می\u200cخواهم"),
        ("\u200d👩 क\u200c", "👩 क"),
        ("👩\u200d\u200b🌾", "👩\u200d🌾"),
    ],
)
def test_of_a_text_what_nobody_sees_goes_and_joiners_stay_where_they_join(typed, kept):
    assert spelled.visible(typed) == kept
    assert spelled.visible(kept) == kept


@given(st.text())
def test_what_is_visible_stays_as_it_is(text):
    assert spelled.visible(spelled.visible(text)) == spelled.visible(text)


@pytest.mark.parametrize("typed", ["", " \u00a0\n", "\u200b\u2060\ufeff", "\u3164\u2800", "\u0301"])
def test_a_text_of_which_nothing_is_seen_says_nothing(typed):
    assert not spelled.says_something(typed)


@pytest.mark.parametrize("typed", ["a", "7", "?", "<b>", "€", "👩", "क", "\u200b.", "\U000e0fff"])
def test_a_text_with_one_sign_says_something(typed):
    assert spelled.says_something(typed)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("3", 3),
        ("1.234", 1234),
        (f"1{THIN}234{NARROW}567", 1_234_567),
        ("007", 7),
        (f"{HARD}5", 5),
        ("-12", -12),
        ("-1.234", -1234),
        ("9" * 15, 10**15 - 1),
    ],
)
def test_a_whole_number_is_read_with_its_thousands(typed, number):
    assert spelled.whole(typed) == number


@pytest.mark.parametrize(
    "typed",
    [
        *("", "x", "1,5", "1.23", "1.2345", "1.234 567", "0.123", "1.234,5"),
        *("+1", "--1", "1_0", "1e3", "１", "٣", "²", "9" * 16),
    ],
)
def test_what_is_no_whole_number_is_none(typed):
    assert spelled.whole(typed) is None


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("7,5", "7.5"),
        ("7.5", "7.5"),
        ("-7,5", "-7.5"),
        ("0.250", "0.25"),
        ("1.234,5", "1234.5"),
        ("1 234,5", "1234.5"),
        ("1.234.567", "1234567"),
        ("12", "12"),
        ("1,250", "1.25"),
        ("0,000001", "0.000001"),
        ("9" * 12, "9" * 12),
    ],
)
def test_an_exact_number_is_read_with_comma_or_point(typed, number):
    assert spelled.numbers(typed) == (Decimal(number),)
    assert spelled.number(typed) == Decimal(number)


@pytest.mark.parametrize(
    ("typed", "readings"),
    [
        ("1.250", ("1.25", "1250")),
        ("-1.250", ("-1.25", "-1250")),
        ("999.999", ("999.999", "999999")),
    ],
)
def test_a_number_of_two_readings_gives_both_and_is_no_one_number(typed, readings):
    assert spelled.numbers(typed) == tuple(map(Decimal, readings))
    assert spelled.number(typed) is None


@pytest.mark.parametrize(
    "typed",
    [
        *("1e5", "１,5", "1,5,5", "", "x", "½", "1 2", "0x1", "1,1234567", "nan"),
        *("-", ",5", "5,", "1.23.4", "1 234.567", "9" * 13),
    ],
)
def test_what_is_no_number_has_no_reading(typed):
    assert spelled.numbers(typed) == ()
    assert spelled.number(typed) is None


DAYS = ["2026-12-03", "03/12/2026", "3.12.2026", "3-12-2026", "3/12/2026", "3. 12. 2026"]


@pytest.mark.parametrize("typed", DAYS)
def test_a_day_is_read_as_fields_send_it_and_as_people_write_it(typed):
    assert spelled.day(typed) == date(2026, 12, 3)


def test_days_are_those_of_the_calendar_within_the_years_anybody_means():
    assert spelled.day("29/02/2028") == date(2028, 2, 29)
    assert spelled.day("1/1/1900") == date(1900, 1, 1)
    assert spelled.day("31/12/2200") == date(2200, 12, 31)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "29/02/2027",
        "30/02/2026",
        "0/1/2026",
        "2026-13-01",
        "12/25/2026",
        "3/12/26",
        "0098-01-01",
        "31/12/1899",
        "1/1/2201",
        "domani",
        "٣/12/2026",
        "1/1",
        "3/12/2026 x",
        "2026/12/03",
        "3/12/2026/1",
    ],
)
def test_a_day_that_is_none_is_none(typed):
    assert spelled.day(typed) is None


@pytest.mark.parametrize("typed", DAYS)
@pytest.mark.parametrize("between", ["T", "t", " ", "  ", ", ", " ore ", ", ore ", " ORE "])
@pytest.mark.parametrize("hour", ["20:00", "20.00", "20:00:00"])
def test_an_hour_is_read_with_any_of_them(typed, between, hour):
    assert spelled.local(f"{typed}{between}{hour}") == datetime.fromisoformat("2026-12-03T20:00:00")


def test_an_hour_is_civil_time_and_keeps_its_seconds():
    found = spelled.local("3/12/2026 9:05:07")
    assert found == datetime.fromisoformat("2026-12-03T09:05:07")
    assert found.tzinfo is None


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "2026-12-03",
        "30/02/2026 20:00",
        "3/12/2026 24:00",
        "3/12/2026 20:60",
        "3/12/2026 20:00:60",
        "3/12/2026 20",
        "3/12/2026 20:0",
        "2026-12-03T20:00+01:00",
        "20:00",
        "poi",
    ],
)
def test_an_hour_that_is_none_is_none(typed):
    assert spelled.local(typed) is None


@pytest.mark.parametrize(
    ("typed", "id_"), [("1", 1), ("4711", 4711), ("007", 7), (str(2**63 - 1), 2**63 - 1)]
)
def test_an_id_is_a_number_that_a_table_can_hold(typed, id_):
    assert spelled.id_(typed) == id_


@pytest.mark.parametrize(
    "typed", ["", "0", "-1", "+1", " 1", "1.0", "x", "٣", "²", str(2**63), "9" * 19, "9" * 5000]
)
def test_an_id_that_no_page_of_ours_writes_is_none(typed):
    assert spelled.id_(typed) is None


@given(st.text(max_size=60))
def test_no_text_breaks_a_reader(typed):
    for read in (spelled.whole, spelled.number, spelled.day, spelled.local):
        read(typed)
    spelled.id_(typed)
