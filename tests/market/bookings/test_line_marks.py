"""Two pages of one household: what one showed decides what it may change of a line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import Refused
from market.bookings import lines
from market.bookings.keys import BookingKey
from market.bookings.line_marks import LineMarks, Overtaken, line_marks, met
from market.bookings.lines import Ask
from market.catalogue.rules.measures import PIECE, asked_in
from tests.market import make

quantities = st.integers(0, 9).flatmap(lambda w: st.tuples(st.just(w), st.integers(w, 12)))


@given(quantities, quantities, quantities)
def test_a_line_becomes_what_is_asked_only_where_nobody_changed_it(saved, asked, seen):
    found = met(saved, asked, line_marks(*seen))
    if asked in (saved, seen):
        assert found == saved
    elif saved == seen:
        assert found == asked
    else:
        assert found is None or found[0] in (saved[0], asked[0])
    assert met(saved, asked, None) == asked


@pytest.mark.parametrize(
    ("seen", "saved", "asked", "becomes"),
    [
        ((2, 5), (3, 5), (2, 8), (3, 8)),
        ((2, 5), (2, 8), (3, 5), (3, 8)),
        ((2, 2), (2, 5), (3, 3), (3, 5)),
        ((2, 5), (2, 2), (3, 5), (3, 3)),
        ((2, 5), (4, 5), (3, 5), None),
        ((2, 5), (2, 6), (2, 8), None),
        ((2, 5), (2, 3), (4, 5), None),
        ((0, 0), (0, 5), (2, 2), (2, 5)),
    ],
)
def test_what_two_pages_changed_of_a_line_becomes_one_where_it_goes_together(
    seen, saved, asked, becomes
):
    assert met(saved, asked, line_marks(*seen)) == becomes


def test_each_quantity_has_a_mark_of_its_own():
    first, second = line_marks(2, 5), line_marks(3, 5)
    assert first.most == second.most and first.wanted != second.wanted
    assert line_marks(2, 2).most == "" and line_marks(0, 0) == LineMarks()


@pytest.mark.parametrize(
    ("saved", "asked", "words"),
    [
        ((4, 4), (0, 0), "è salvato: 4 pezzi. Tu hai scritto: niente."),
        ((0, 0), (1, 1), "è salvato: niente. Tu hai scritto: 1 pezzo."),
        ((0, 6), (2, 5), "è salvato: fino a 6 pezzi. Tu hai scritto: 2 pezzi, fino a 5 pezzi."),
    ],
)
def test_the_refusal_names_both(saved, asked, words):
    refusal = Overtaken(PIECE, saved, asked)
    assert words in str(refusal) and refusal.marks == line_marks(*saved)


def test_both_are_named_in_the_unit_the_field_asks_in():
    refusal = Overtaken(asked_in("g", 100), (100, 100), (150, 200))
    assert "è salvato: 1 etto. Tu hai scritto: 1,5 etti, fino a 2 etti." in str(refusal)


@pytest.fixture
def jars(session, at):
    """A household with four jars the coordinator booked, and the order."""
    product = make.pieces(session, at)
    family = make.household(session, at)
    order_id = make.opened(session, at)
    make.book(session, at, order_id, family, (product.id, 4))
    place = BookingKey(order_id, family.id)

    def ask(wanted, seen):
        asks = [Ask(product.id, wanted, wanted, seen)]
        return lines.set_lines(session, at.coordinator, place, asks, at.now).lines[0]

    def ask_alone(wanted, seen):
        found = Ask(product.id, wanted, wanted, seen)
        return lines.set_line(session, at.coordinator, place, found, at.now).lines[0]

    return type("Jars", (), {"ask": staticmethod(ask), "ask_alone": staticmethod(ask_alone)})


def test_a_page_that_showed_nothing_and_asks_nothing_leaves_the_jars(jars):
    line = jars.ask(0, LineMarks())
    assert line.refusal is None and line.sums[:2] == (4, 4)


def test_a_page_that_showed_nothing_and_asks_two_is_told_of_the_four(jars):
    line = jars.ask(2, LineMarks())
    assert isinstance(line.refusal, Overtaken) and line.sums[:2] == (4, 4)
    assert jars.ask(2, line.refusal.marks).sums[:2] == (2, 2)


def test_a_line_asked_for_alone_is_never_left_in_silence(jars):
    """Typed back to what an old page showed: nobody may read "saved" beside another quantity."""
    with pytest.raises(Refused, match="è salvato: 4"):
        jars.ask_alone(0, LineMarks())
    with pytest.raises(Refused, match="è salvato: 4"):
        jars.ask_alone(3, line_marks(3, 3))
    assert jars.ask_alone(4, LineMarks()).sums[:2] == (4, 4)


def test_a_refused_quantity_is_told_of_the_change_first(jars):
    with pytest.raises(Overtaken):
        jars.ask_alone(10**10, LineMarks())
