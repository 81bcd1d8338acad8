"""Closing as a whole: nothing lost between offers, bookings and the transport cost."""

import random

from hypothesis import given
from hypothesis import strategies as st

from market.catalogue.rules.pricing import line_amount
from market.closings.rules.closing import BookedLine, FrozenOffer, close
from market.group_orders.rules.case_completion import Case


@st.composite
def orders(draw):
    offers = [
        FrozenOffer(
            index,
            Case(
                draw(st.integers(0, 12)), draw(st.booleans()), draw(st.sampled_from(["g", "piece"]))
            ),
            draw(st.integers(1, 9_000_000)),
            draw(st.sampled_from([1, 3, 1000])),
            250,
        )
        for index in range(draw(st.integers(1, 5)))
    ]
    keys = {booking: f"F{booking:02}" for booking in range(draw(st.integers(1, 6)))}
    lines = []
    for offer in offers:
        for booking in keys:
            wanted, more = draw(st.integers(0, 20)), draw(st.integers(0, 5))
            if wanted + more:
                amount = line_amount(offer.price_micros, offer.price_quantity, wanted)
                lines.append(BookedLine(booking, offer.id, wanted, wanted + more, amount))
    return offers, keys, lines


@given(orders())
def test_what_households_get_is_what_is_ordered_and_owed(order):
    offers, keys, lines = order
    result = close(offers, keys, lines, 0, "value")
    changed = {(c.booking_id, c.offer_id): c for c in result.changes}
    got = {
        (x.booking_id, x.offer_id): changed[x[:2]].assigned if x[:2] in changed else x.wanted
        for x in lines
    }
    for outcome in result.offers:
        assigned = [q for (_, offer_id), q in got.items() if offer_id == outcome.offer_id]
        assert sum(assigned) == outcome.total
        offer = offers[outcome.offer_id]
        if offer.case.binds:
            assert outcome.total == outcome.cases * offer.case.size
        assert outcome.owed_cents == line_amount(
            offer.price_micros, offer.price_quantity, outcome.total
        )
    owed = sum(outcome.owed_cents for outcome in result.offers)
    assert owed == result.goods_cents + result.rounding_cents
    # Each line is at most half a cent away from the exact amount, and so is the producer's.
    assert abs(result.rounding_cents) <= (len(lines) + len(offers)) / 2


@given(orders(), st.sampled_from(["value", "weight", "quantity", "equal"]), st.integers(0, 5000))
def test_the_transport_cost_is_shared_whole(order, by, cents):
    offers, keys, lines = order
    offers = [*offers, FrozenOffer(99, Case(0, False), 5_000_000, 1, 1000)]
    lines = [*lines, BookedLine(0, 99, 1, 1, 500)]
    result = close(offers, keys, lines, cents, by)
    assert sum(booking.transport_cents for booking in result.bookings) == cents
    assert all((b.proof is None) == (b.transport_cents == 0) for b in result.bookings)


@given(orders(), st.randoms(use_true_random=False))
def test_nothing_depends_on_the_order_in_which_it_is_read(order, chance: random.Random):
    offers, keys, lines = order
    first = close(offers, keys, lines, 0, "value")
    shuffled = chance.sample(lines, len(lines))
    mixed = dict(chance.sample(list(keys.items()), len(keys)))
    second = close(chance.sample(offers, len(offers)), mixed, shuffled, 0, "value")
    assert sorted(map(str, first.changes)) == sorted(map(str, second.changes))
    assert sorted(first.offers) == sorted(second.offers)
    assert sorted(first.bookings) == sorted(second.bookings)
