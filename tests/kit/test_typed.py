"""What people type and paste: read, or refused with an example that is accepted."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import codes, rome, sentences
from kit.errors import Invalid, Message, Refused, TooMany
from kit.money import parse_euro
from kit.typed import Reader, Unit
from kit.words import text

NARROW, THIN, HARD = "\u202f", "\u2009", "\u00a0"


@pytest.fixture(params=["it", "en"])
def language(request):
    token = text.locale.set(request.param)
    yield request.param
    text.locale.reset(token)


def read(reader: str, typed: str, *given, **bounds):
    """What one reader makes of a text: its value, and the error beside the field."""
    form = Reader({"it": typed})
    return getattr(form, reader)("it", *given, **bounds), form.errors.get("it")


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("1.234,50 €", 123_450),
        ("1.234,50", 123_450),
        ("12,5", 1250),
        ("€ 12,50", 1250),
        ("€12,50", 1250),
        ("12,50€", 1250),
        ("12 euro", 1200),
        ("EUR 12,50", 1250),
        ("1234.50", 123_450),
        ("1.234", 123_400),
        ("1.234.567,8", 123_456_780),
        (f"1{HARD}234,50{HARD}€", 123_450),
        (f"1{NARROW}234,50", 123_450),
        (f"1{THIN}234", 123_400),
        ("1 234,50", 123_450),
        ("\u200b12,50\ufeff", 1250),
        (" 0 ", 0),
    ],
)
def test_an_amount_is_read_as_it_is_typed_or_pasted(typed, cents):
    assert read("euro", typed) == (cents, None)


@pytest.mark.parametrize(
    "typed",
    [
        "1.23.4",
        "1,2,3",
        "12 34",
        "1.234 567",
        "１２",
        "٣",
        "1e3",
        "nan",
        "€",
        "1_0",
        "9" * 40,
        "dodici",
        "--1",
        "½",
    ],
)
def test_what_is_no_amount_is_not_guessed(typed):
    value, error = read("euro", typed)
    assert value is None and str(error) == "Scrivi un importo in euro, per esempio 12,50."


def test_what_can_be_read_in_two_ways_is_asked_not_guessed():
    value, error = read("decimal", "1.250")
    assert value is None
    assert str(error) == "«1.250» si legge in due modi: scrivi 1,25 oppure 1250."
    assert read("quantity", "1.250", 1000)[0] is None
    assert read("quantity", "1.250", 1) == (1250, None)


KILOS = Unit("kg", ("kg", "chili"))


@pytest.mark.parametrize("typed", ["1,5 kg", "1,5kg", "1.5 Kg.", "1,5 chili", "1,5"])
def test_a_quantity_may_say_the_unit_of_its_field(typed):
    assert read("quantity", typed, 1000, unit=KILOS) == (1500, None)


@pytest.mark.parametrize("typed", ["500 g", "15 etti", "1,5 kg e mezzo kg", "kg", "1e3"])
def test_a_quantity_in_another_unit_is_not_guessed(typed):
    value, error = read("quantity", typed, 1000, unit=KILOS)
    assert value is None and "per esempio" in str(error)


def test_another_unit_is_answered_with_the_one_of_the_field():
    assert str(read("quantity", "500 g", 1000, unit=KILOS)[1]) == (
        "«g» non è l'unità di questo campo: scrivi il numero in kg, per esempio 7,5."
    )
    pieces = Unit("pezzi", ("pz", "pezzi"))
    assert read("quantity", "3 pz", 1, unit=pieces) == (3, None)
    assert "in pezzi, per esempio 3." in str(read("quantity", "3 kg", 1, unit=pieces)[1])


def test_bounds_say_which_of_two_ways_is_meant():
    assert read("decimal", "7.500", maximum=Decimal(10)) == (Decimal("7.5"), None)
    assert read("decimal", "7.500", minimum=Decimal(100)) == (Decimal(7500), None)
    value, error = read("decimal", "22.125", maximum=Decimal(100), places=2)
    assert value is None and str(error) == "Usa al massimo 2 decimali, per esempio 1,25."


@pytest.mark.parametrize(
    ("reader", "typed", "value"),
    [
        ("integer", f"1{THIN}234{NARROW}567", 1_234_567),
        ("decimal", "1.234,5", Decimal("1234.5")),
        ("day", "3. 12. 2026", date(2026, 12, 3)),
        ("instant", "3/12/2026, ore 20.00", datetime(2026, 12, 3, 19, 0, tzinfo=UTC)),
        ("email", "Nome Cognome <Nome@Esempio.IT>", "nome@esempio.it"),
    ],
)
def test_a_field_is_read_as_it_is_typed_or_pasted(reader, typed, value):
    assert read(reader, typed) == (value, None)


@pytest.mark.parametrize(
    ("reader", "typed", "nothing", "words"),
    [
        ("integer", "tre", None, "un numero intero, per esempio 3."),
        ("decimal", "1,5,5", None, "un numero, per esempio 7,5."),
        ("day", "30/02/2026", None, "03/12/2026"),
        ("day", "3/12/2026 x", None, "03/12/2026"),
        ("instant", "2026-12-03", None, "03/12/2026 20:00"),
        ("instant", "3/12/2026 24:00", None, "03/12/2026 23:59"),
        ("instant", "3 dicembre 2026 ore 20", None, "03/12/2026 20:00"),
        ("email", "a@b", "", "Dopo @ manca la fine, come «.it». Per esempio nome@esempio.it."),
        ("email", "a..b@esempio.it", "", "due punti di fila"),
    ],
)
def test_what_cannot_be_read_is_said_with_an_example(reader, typed, nothing, words):
    value, error = read(reader, typed)
    assert value == nothing and words in str(error)


def test_an_hour_that_the_clock_change_skips_or_doubles_is_refused():
    assert "non esiste" in str(read("instant", "28/03/2027 2.30")[1])
    assert "due volte" in str(read("instant", "2027-10-31T02:30")[1])
    assert read("instant", "2027-10-31T03:30")[0] == datetime(2027, 10, 31, 2, 30, tzinfo=UTC)


def test_why_an_address_with_accents_is_refused_is_said():
    assert "lettere accentate prima di @" in str(read("email", "josé@posta.example")[1])


def test_everything_that_is_wrong_is_found_at_once_and_the_first_reason_stays():
    form = Reader({"a": "x", "b": "", "c": "x"})
    form.euro("a"), form.text("b"), form.day("c")
    form.add_error("a", Message("Un'altra."))
    with pytest.raises(Invalid) as found:
        form.check()
    assert set(found.value.errors) == {"a", "b", "c"}
    assert "importo" in str(found.value.errors["a"])


@pytest.mark.parametrize(
    ("reader", "given"),
    [
        ("text", ()),
        ("email", ()),
        ("integer", ()),
        ("euro", ()),
        ("decimal", ()),
        ("day", ()),
        ("instant", ()),
        ("quantity", (1000,)),
        ("price", ()),
        ("quantity", (1,)),
        ("code", (codes.iban,)),
    ],
)
def test_what_is_missing_is_said_in_one_way_and_only_where_it_is_required(reader, given):
    assert str(read(reader, " ", *given)[1]) == "Questo campo serve: compilalo."
    value, error = read(reader, "", *given, required=False)
    assert not value and error is None


def test_a_choice_is_one_of_those_offered():
    assert read("choice", "a", ("a", "b")) == ("a", None)
    assert read("choice", "c", ("a", "b")) == ("", Message("Scegli una delle possibilità."))


@pytest.mark.parametrize("typed", ["9", "0", "-1", "1.0", "٣", "x", "", "9" * 30])
def test_an_id_is_one_of_the_rows_offered(typed):
    assert read("id_", "3", {3: "a"}) == (3, None)
    assert read("id_", typed, {3: "a"}) == (None, Message("Scegli una delle possibilità."))
    value, error = read("id_", typed, {3: "a"}, required=False)
    assert value is None and (error is None) == (typed == "")


@pytest.mark.parametrize(("typed", "ticked"), [("yes", True), ("on", True), ("", False)])
def test_a_box_is_ticked_or_not(typed, ticked):
    assert read("flag", typed) == (ticked, None)
    assert read("flag", "no") == (False, None)


@pytest.mark.parametrize(
    ("error", "beside", "where"),
    [
        (Invalid({"a": Message("A"), "b": Message("B")}), "", {"a": "Prima", "b": "B"}),
        (Refused("R", field="b"), "", {"a": "Prima", "b": "R"}),
        (Refused("R"), "", {"a": "Prima", "": "R"}),
        (Refused("R"), "c", {"a": "Prima", "c": "R"}),
        (TooMany("T", 5), "c", {"a": "Prima", "c": "T"}),
    ],
)
def test_what_a_use_case_refuses_is_taken_beside_its_field(error, beside, where):
    form = Reader({}, {"a": Message("Prima")})
    form.take(error, beside)
    assert {name: str(message) for name, message in form.errors.items()} == where


WRONG = [
    "x",
    "",
    "1.250",
    "9" * 14,
    "-1",
    "0,12345",
    "josé@x.it",
    "31/02/2026",
    "a\nb",
    "28/03/2027 2.30",
]
READERS: list[Any] = [
    ("email", (), {}),
    ("integer", (), {}),
    ("integer", (), {"minimum": 18, "maximum": 99}),
    ("euro", (), {}),
    ("euro", (), {"minimum": 5000, "maximum": 400_000}),
    ("price", (), {}),
    ("price", (), {"maximum": 5_000_000}),
    ("decimal", (), {}),
    ("decimal", (), {"minimum": Decimal("0.5"), "maximum": Decimal(5), "places": 2}),
    ("decimal", (), {"minimum": Decimal("1000.5"), "maximum": Decimal(5000)}),
    ("quantity", (1000,), {}),
    ("quantity", (100,), {}),
    ("quantity", (10,), {"maximum": 500}),
    ("quantity", (1,), {"maximum": 2}),
    ("day", (), {}),
    ("instant", (), {}),
    ("code", (codes.vat_number,), {}),
    ("code", (codes.tax_code,), {}),
    ("code", (codes.person_tax_code,), {}),
    ("code", (codes.iban,), {}),
]


@pytest.mark.parametrize(("reader", "given", "bounds"), READERS)
@pytest.mark.parametrize("typed", WRONG)
def test_what_an_error_names_as_an_example_or_a_bound_is_accepted(
    language, reader, given, bounds, typed
):
    _, error = read(reader, typed, *given, **bounds)
    if error is None:
        return
    shown = text.render(error)
    for name in ("example", "other", "minimum", "maximum"):
        if name in error.values:
            value, again = read(reader, error.values[name], *given, **bounds)
            assert again is None and value not in (None, ""), (shown, name)
            assert str(error.values[name]) in shown
    said = re.search(r"(?:per esempio|for example) ([^.]+)", shown)
    assert said is None or "example" in error.values, "an example is a value of its own"


cents = st.integers(-(10**11), 10**11)


@given(cents)
def test_an_amount_that_was_written_is_read_back(value):
    assert parse_euro(sentences.euro(value)) == parse_euro(sentences.amount(value)) == value
    if value:
        assert parse_euro(sentences.typed_euro(value)) == value


@given(st.integers(1, 10**12))
def test_a_price_that_a_field_shows_is_read_back(micros):
    assert read("price", sentences.typed_price(micros)) == (micros, None)
    assert read("price", sentences.price(micros)) == (micros, None)


@pytest.mark.parametrize(
    ("typed", "micros"),
    [
        ("0,275", 275_000),
        ("0.275 €", 275_000),
        ("€ 12,50", 12_500_000),
        ("1.234,50", 1_234_500_000),
        ("0,000001", 1),
        ("3", 3_000_000),
    ],
)
def test_a_price_is_read_with_all_its_decimals(typed, micros):
    assert read("price", typed) == (micros, None)


def test_a_price_that_can_be_read_in_two_ways_is_asked():
    value, error = read("price", "1.250")
    assert value is None
    assert str(error) == "«1.250» si legge in due modi: scrivi 1,25 oppure 1250."
    assert read("price", "1.250", maximum=5_000_000) == (1_250_000, None)


@given(st.integers(-(10**12), 10**12))
def test_a_whole_number_that_was_written_is_read_back(value):
    assert read("integer", sentences.decimal(value), minimum=-(10**12))[0] == value


@given(st.integers(1, 10**9), st.sampled_from([1, 10, 100, 1000]), st.sampled_from(["it", "en"]))
def test_a_quantity_that_a_field_shows_is_read_back(value, per, language):
    token = text.locale.set(language)
    try:
        assert read("quantity", text.typed_quantity(value, per), per) == (value, None)
    finally:
        text.locale.reset(token)


@given(st.decimals(0, 10**9, places=3))
def test_a_mark_that_was_written_is_read_back(value):
    assert read("decimal", sentences.number(value)) == (value, None)


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_a_day_that_was_written_is_read_back(value):
    assert read("day", value.isoformat())[0] == value
    assert read("day", f"{value:%d/%m/%Y}")[0] == value


@given(st.integers(0, 7_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)))
def test_an_instant_that_a_field_shows_is_read_back(instant):
    shown = rome.to_rome(instant)
    read_back, error = read("instant", f"{shown:%Y-%m-%dT%H:%M:%S}")
    assert read_back == instant or "due volte" in str(error)
    assert read("instant", f"{shown:%d/%m/%Y %H.%M.%S}")[0] == read_back


@given(st.text(max_size=60))
def test_no_text_breaks_a_reader(typed):
    for reader, given_, bounds in READERS:
        read(reader, typed, *given_, **bounds)


def test_a_far_day_is_a_slip_of_the_keyboard():
    assert read("day", (date(2200, 12, 31) + timedelta(days=1)).isoformat())[0] is None


@pytest.mark.parametrize(
    "reader", ["text", "email", "euro", "integer", "decimal", "day", "instant"]
)
def test_what_nobody_sees_is_as_if_nothing_was_typed(reader):
    value, error = read(reader, "\u200b\u2060 \ufeff")
    assert not value and str(error) == "Questo campo serve: compilalo."
    assert not read(reader, "\u200b", required=False)[1]


def test_a_text_is_kept_as_it_was_typed_also_where_it_looks_like_html():
    typed = "<b>forte</b> &amp; «1 < 2»\n\n<script>x</script>"
    assert read("text", typed, multiline=True) == (typed, None)
    assert read("text", "<i></i>") == ("<i></i>", None)
    assert read("text", "Éli\u00adte\u200b") == ("Élite", None)


@pytest.mark.parametrize(
    ("reader", "typed", "words"),
    [
        *(("euro", typed, "2 decimali") for typed in ("1,2345678", "12,505", "1,234", "0.250 €")),
        ("euro", "1.234,505", "2 decimali"),
        *(("price", typed, "6 decimali") for typed in ("1,2345678", "€ 0,00000001")),
        ("decimal", "1,2345678", "3 decimali"),
    ],
)
def test_too_many_decimals_are_named(reader, typed, words):
    value, error = read(reader, typed)
    assert value is None
    assert text.render(error) == f"Usa al massimo {words}, per esempio {error.values['example']}."
    assert read(reader, error.values["example"])[1] is None


def test_a_rule_with_a_sentence_of_its_own_says_it_for_every_amount_beyond():
    outside = Message("Da 1 a 2.")
    for typed in ("0", "-1", "3", "9999999999999"):
        assert read("euro", typed, minimum=100, maximum=200, outside=outside)[1] is outside


# --- Whatever is typed, every reader gives a value or says what is wrong ------------------------

ODD = [
    "1.000",
    "1,000",
    "1'000",
    "1’000",
    "１２",
    "٣",
    "−5",
    "–5",
    "－5",
    "1e3",
    "0x10",
    "1_000",
    "½",
    "²",
    "Ⅻ",
    "∞",
    "nan",
    "inf",
    "-0",
    "+5",
    "00012",
    "1.2.3",
    "1,2,3",
    "1 000",
    "1.0000",
    "9" * 40,
    "1" + "." * 5,
    ",5",
    "5,",
    "1/2",
    "12%",
    "3 kg",
    "\u200b",
    "\u3164",
    "\u202e5",
    "03/12/9999",
    "01/01/0001",
    "9999-12-31",
    "0001-01-01",
    "29/02/2027",
    "29/02/2028",
    "31/11/2026",
    "00/00/2026",
    "03/12/2026",
    "03/12/26",
    "12/2026",
    "3 dicembre 2026",
    "29/03/2026 02:30",
    "25/10/2026 02:30",
    "03/12/2026 24:00",
    "03/12/2026 25:61",
    "03/12/9999 20:00",
    "01/01/0001 00:00",
    "9999-12-31T23:59",
    "2026-12-03T20:00:00Z",
    "2026-12-03T20:00+02:00",
    "03/12/2026 20",
    "a\x00b",
    "\ud83d",
    "💶 5",
    "<b>5</b>",
]
TYPED: dict[str, tuple[Any, ...]] = {
    "text": (),
    "email": (),
    "integer": (),
    "euro": (),
    "price": (),
    "decimal": (),
    "quantity": (1000,),
    "day": (),
    "instant": (),
    "choice": ({"a", "b"},),
    "id_": ({1, 2},),
    "code": (codes.vat_number,),
}
ALWAYS = {"raw", "flag", "add_error", "take", "check"}


def test_every_reader_is_tried():
    own = {name: value for name, value in vars(Reader).items() if not name.startswith("_")}
    methods = {name for name, value in own.items() if callable(value)}
    assert methods == TYPED.keys() | ALWAYS


@pytest.mark.parametrize("typed", ODD)
@pytest.mark.parametrize("reader", TYPED)
def test_a_value_comes_or_a_sentence_never_both_and_never_neither(reader, typed):
    value, error = read(reader, typed, *TYPED[reader])
    assert (error is None) == (value not in (None, "")), (value, error)
    if error is not None:
        assert str(error) and "{" not in str(error)


@given(st.text(max_size=30), st.sampled_from(sorted(TYPED)))
def test_whatever_is_typed_comes_as_a_value_or_a_sentence(typed, reader):
    value, error = read(reader, typed, *TYPED[reader])
    assert (error is None) == (value not in (None, ""))


@pytest.mark.parametrize(
    ("typed", "grams", "words"),
    [
        ("1.000", None, "si legge in due modi: scrivi 1 oppure 1000"),
        ("1,000", 1000, None),
        ("1,5", 1500, None),
        ("1.500 kg", None, "si legge in due modi"),
        ("1'000", None, "Scrivi un numero"),
        ("１２", None, "Scrivi un numero"),
        ("−5", None, "Scrivi un numero"),
        ("-5", None, "tra 0 e"),
        ("1e3", None, "Scrivi un numero"),
        ("1.0000", 1000, None),
    ],
)
def test_a_quantity_that_can_be_misread_is_asked_or_refused(typed, grams, words):
    unit = Unit("kg", {"kg"})
    value, error = read("quantity", typed, 1000, unit=unit)
    assert value == grams
    assert (error is None) if words is None else words in str(error)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("03/12/2026", "giorno e ora"),
        ("03/12/9999 20:00", "giorno e ora"),
        ("01/01/0001 20:00", "giorno e ora"),
        ("29/02/2027 20:00", "giorno e ora"),
        ("29/03/2026 02:30", "non esiste"),
        ("25/10/2026 02:30", "due volte"),
        ("03/12/2026 24:00", "23:59"),
        ("29/02/2028 20:00", None),
        ("25/10/2026 03:00", None),
        ("29/03/2026 03:00", None),
    ],
)
def test_an_instant_that_no_clock_of_ours_shows_once_is_refused_in_words(typed, words):
    value, error = read("instant", typed)
    assert (value is None) == (words is not None)
    assert (error is None) if words is None else words in str(error)
