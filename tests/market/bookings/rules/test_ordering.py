"""What a household may book: time, quantities, stock, credit."""

from datetime import UTC, datetime, timedelta

import pytest

from kit.errors import Message, Refused
from kit.sentences import keep, quantity, recall
from market.bookings.rules import ordering
from market.bookings.rules.ordering import LineTerms

OPENS = datetime(2026, 11, 1, 8, tzinfo=UTC)
CLOSES = datetime(2026, 11, 8, 20, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("now", [OPENS, CLOSES - timedelta(microseconds=1)])
def test_an_open_order_takes_bookings_until_the_closing_instant(now):
    ordering.check_open("open", OPENS, CLOSES, now)


@pytest.mark.parametrize(
    ("state", "now", "words"),
    [
        ("open", OPENS - SECOND, "non è ancora aperto"),
        ("open", CLOSES, "L'ora di chiusura è passata"),
        ("closed", OPENS, "è stato chiuso"),
        ("settled", OPENS, "è stato chiuso"),
        ("cancelled", OPENS, "è stato annullato"),
    ],
)
def test_outside_its_time_or_state_an_order_takes_none(state, now, words):
    with pytest.raises(Refused, match=words):
        ordering.check_open(state, OPENS, CLOSES, now)


GRAMS = LineTerms("g", 1000, step=250, minimum=500, maximum=3000)


@pytest.mark.parametrize(("wanted", "at_most"), [(0, 0), (500, 500), (750, 3000), (0, 500)])
def test_legal_quantities_pass(wanted, at_most):
    ordering.check_quantity(GRAMS, wanted, at_most)


@pytest.mark.parametrize(
    ("wanted", "at_most", "field", "words"),
    [
        (500, 250, "at_most", "Il massimo non può essere meno"),
        (-250, 0, "wanted", "da 0 in su"),
        (600, 750, "wanted", "multipli di 0,25 kg"),
        (250, 500, "wanted", "almeno 0,5 kg"),
        (3250, 3250, "wanted", "al massimo 3 kg"),
        (500, 3250, "at_most", "al massimo 3 kg"),
        (500, 2 * 10**9, "at_most", "da 0 in su"),
    ],
)
def test_illegal_quantities_are_refused_at_their_field(wanted, at_most, field, words):
    with pytest.raises(Refused, match=words) as caught:
        ordering.check_quantity(GRAMS, wanted, at_most)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("unit", "per", "words"),
    [
        ("g", 100, "multipli di 0,5 etti"),
        ("g", 1, "multipli di 50 g"),
        ("ml", 1000, "multipli di 0,05 l"),
        ("ml", 100, "multipli di 0,5 dl"),
        ("piece", 1, "multipli di 50 pezzi"),
    ],
)
def test_an_answer_is_in_the_unit_the_field_asks_in(unit, per, words):
    with pytest.raises(Refused, match=words):
        ordering.check_quantity(LineTerms(unit, per, step=50), 75, 75)


def test_what_is_left_is_one_or_many_of_the_unit_that_is_asked_in():
    terms = LineTerms("g", 100, available=300)
    with pytest.raises(Refused, match="Ne resta 1 etto per te"):
        ordering.check_stock(terms, 200, wanted=200, before=0)
    with pytest.raises(Refused, match="Ne restano 1,5 etti per te"):
        ordering.check_stock(terms, 150, wanted=200, before=0)


def test_stock_is_what_the_others_left():
    terms = LineTerms("piece", 1, available=10)
    ordering.check_stock(terms, 7, wanted=3, before=0)
    with pytest.raises(Refused, match="Ne restano 3 pezzi"):
        ordering.check_stock(terms, 7, wanted=4, before=0)
    with pytest.raises(Refused, match="Esaurito"):
        ordering.check_stock(terms, 10, wanted=1, before=0)


def test_taking_less_is_never_refused_for_stock_or_credit():
    ordering.check_stock(LineTerms("piece", 1, available=1), 5, wanted=1, before=2)
    ordering.check_credit(-500, raise_cents=-1)


def test_credit_tells_what_is_missing():
    ordering.check_credit(1000, raise_cents=1000)
    with pytest.raises(Refused, match="mancano 0,01\u00a0€"):
        ordering.check_credit(1000, raise_cents=1001)


def test_a_kept_sentence_reads_back_as_it_was():
    message = Message("{less} in meno", less=quantity(1500, "g"))
    assert recall(keep(message)) == message
    assert str(recall(keep(message))) == "1,5 kg in meno"
    assert recall(keep(None)) is None
