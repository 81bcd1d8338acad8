"""What is said of the whole of a booking, to its members and to whoever books for them."""

from market.bookings.keys import BookingKey
from market.bookings.lines import Ask, set_line
from market.bookings.page import page_of
from market.pages import booking_totals
from tests.market import make


def test_a_page_and_the_answer_to_its_line_say_the_same(session, at):
    boxes = make.pieces(session, at)
    family = make.household(session, at, credit=10_000)
    order_id = make.opened(session, at, transport_cents=500)
    key = BookingKey(order_id, family.id)
    for actor, whose in (
        (make.member(session, family), "Il tuo totale"),
        (at.coordinator, "Il totale della famiglia"),
    ):
        before = booking_totals.of_page(actor, page_of(session, actor, key, at.now))
        wanted = before.wanted_cents // 200 + 1
        answer = set_line(session, actor, key, Ask(boxes.id, wanted, wanted), at.now)
        told = booking_totals.of_answer(actor, family.id, answer)
        assert told == booking_totals.of_page(actor, page_of(session, actor, key, at.now))
        assert told.total_label == whose and told.wanted_cents == wanted * 200
        assert told.bar_detail.startswith("più il trasporto, da dividere · ")


def test_a_credit_that_is_exceeded_is_named_as_whose_it_is(session, at):
    make.pieces(session, at)
    family = make.household(session, at, credit=-500)
    key = BookingKey(make.opened(session, at), family.id)
    member = make.member(session, family)
    for actor, said in (
        (member, "Il tuo credito è superato di 5,00\u00a0€."),
        (at.coordinator, "Il credito della famiglia è superato di 5,00\u00a0€."),
    ):
        totals = booking_totals.of_page(actor, page_of(session, actor, key, at.now))
        assert totals.bar_detail == said
