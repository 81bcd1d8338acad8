"""Figures and dates as people read them, in both languages."""

from datetime import UTC, date, datetime, timedelta

import pytest

from kit.errors import Message
from kit.words import text

EVENING = datetime(2026, 12, 2, 19, 0, tzinfo=UTC)


@pytest.fixture(params=["it", "en"])
def language(request):
    token = text.locale.set(request.param)
    yield request.param
    text.locale.reset(token)


def test_money_reads_the_same_in_every_language(language):
    assert text.money(123450) == "1.234,50\u00a0€"
    assert text.money(-5) == "-0,05\u00a0€"


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (1250, "g", "1,25\u00a0kg"),
        (500, "g", "500\u00a0g"),
        (1, "piece", "1\u00a0pezzo"),
        (3, "piece", "3\u00a0pezzi"),
        (12_000, "ml", "12\u00a0l"),
        (1_234_000, "g", "1.234\u00a0kg"),
    ],
)
def test_quantities_carry_the_unit_people_use(value, unit, shown):
    assert text.quantity(value, unit) == shown


@pytest.mark.parametrize(("value", "per"), [(1250, 1000), (3, 1), (50, 100), (12000, 1000)])
def test_what_a_field_shows_is_read_back_the_same(value, per):
    from kit.http.forms import Form

    form = Form(values={"q": text.typed_quantity(value, per)})
    assert form.quantity("q", per) == value


def test_instants_are_shown_in_rome_with_their_weekday(language):
    expected = {
        "it": "mercoledì 2 dicembre 2026, ore 20:00",
        "en": "Wednesday 2 December 2026, at 20:00",
    }
    assert text.when(EVENING) == expected[language]


def test_a_bound_that_was_set_to_the_second_says_it_and_what_happened_does_not(language):
    assert text.when(EVENING + timedelta(seconds=7)).endswith(" 20:00:07")
    assert text.when(EVENING + timedelta(seconds=7, microseconds=1)).endswith(" 20:00")
    said = text.render(Message("{deadline}", deadline=EVENING + timedelta(seconds=59)))
    assert said.endswith(" 20:00:59")


def test_a_receipt_shows_seconds_and_zone_also_in_summer():
    assert text.when_precise(EVENING).endswith("20:00:00 (UTC+01:00)")
    assert text.when_precise(datetime(2026, 7, 1, 10, 0, tzinfo=UTC)).endswith(
        "12:00:00 (UTC+02:00)"
    )


def test_time_left_is_said_in_two_parts(language):
    left = text.remaining(EVENING + timedelta(days=2, hours=4, minutes=7), EVENING)
    assert left == {"it": "tra 2 giorni e 4 ore", "en": "in 2 days and 4 hours"}[language]
    assert text.remaining(EVENING, EVENING) == ""


def test_a_message_inside_a_message_is_translated_too(language):
    inner = Message("{n} pezzi", n=3)
    outer = Message("{name}: {lacks} {cut}", name="Mele", lacks=inner, cut=inner)
    assert text.render(outer)
    assert ("pezzi" in text.render(outer)) == (language == "it")


def test_accept_language_chooses_what_we_speak():
    assert text.negotiate("en-GB,it;q=0.5") == "en"
    assert text.negotiate("pa,ar;q=0.9") == "it"
    assert text.negotiate(";;;q=x,,,") == "it"


def test_days_name_their_weekday():
    assert text.day(date(2026, 12, 3)) == "giovedì 3 dicembre 2026"


def test_lines_that_begin_with_a_hyphen_are_a_list_and_the_others_paragraphs():
    typed = "Servono:\r\n- uno\n• due\n\n* tre\n-5 gradi\n-\nfine - davvero"
    assert text.blocks(typed) == [
        ("p", ["Servono:"]),
        ("ul", ["uno", "due", "tre"]),
        ("p", ["-5 gradi"]),
        ("p", ["-"]),
        ("p", ["fine - davvero"]),
    ]
    assert text.blocks(" \n ") == []


@pytest.mark.parametrize("macros", ["parts.html", "documents/parts.html"])
def test_a_typed_list_is_shown_as_one_and_never_as_markup(macros):
    from kit.http.templates import environment

    prose = vars(environment().get_template(macros).module)["prose"]
    shown = str(prose("Prima\n- <b>uno</b>\n- a & b"))
    assert "<p>Prima</p>" in shown and "<b>" not in shown
    assert "<ul><li>&lt;b&gt;uno&lt;/b&gt;</li><li>a &amp; b</li></ul>" in shown


@pytest.mark.parametrize(
    ("size", "shown"),
    [(0, "0 kB"), (1, "1 kB"), (1024, "1 kB"), (6349, "7 kB"), (3_000_000, "2.930 kB")],
)
def test_a_file_weighs_the_same_everywhere(size, shown):
    assert text.file_size(size) == shown
