"""What happens when a household changes its booking."""

import pytest
from sqlalchemy import text

from kit.errors import NotFound, Refused
from market import checks
from market.bookings import lines
from market.bookings.keys import BookingKey
from market.bookings.lines import Ask
from market.tables.centres import Household
from market.tables.orders import Offer
from tests.market import make


def line_of(session, order_id, household_id, product_id):
    return session.execute(
        text(
            "select l.* from booking_line l join booking b on b.id = l.booking_id join offer f"
            " on f.id = l.offer_id where b.group_order_id = :o and b.household_id = :h"
            " and f.product_id = :p"
        ),
        {"o": order_id, "h": household_id, "p": product_id},
    ).one_or_none()


def test_a_line_moves_the_offer_the_booking_and_the_commitment(session, at):
    apples = make.product(session, at, case_size=5000, whole_cases=True)
    family = make.household(session, at, credit=5000)
    actor = make.member(session, family)
    order_id = make.opened(session, at, minimum_cents=2000)
    answer = lines.set_line(
        session, actor, BookingKey(order_id, family.id), Ask(apples.id, 2000, 4000), at.now
    )
    line = answer.lines[0]
    assert line.sums == (2000, 4000, 700, 1400)
    assert line.case is not None
    assert (line.case.cases, line.case.filled, line.case.missing) == (0, 2000, 1000)
    assert (answer.wanted_cents, answer.committed_cents, answer.room_cents) == (700, 1400, 3600)
    assert (answer.order_cents, answer.missing_to_minimum_cents) == (700, 1300)
    session.expire_all()
    assert session.get(Household, family.id).commitment_cents == 1400
    offer = session.query(Offer).filter_by(group_order_id=order_id).one()
    assert (offer.wanted, offer.at_most, offer.wanted_cents) == (2000, 4000, 700)
    assert checks.violations(session) == []


def test_a_line_set_again_replaces_the_first_and_to_zero_gives_everything_back(session, at):
    apples = make.product(session, at)
    family = make.household(session, at)
    order_id = make.opened(session, at)
    for wanted in (3000, 1000, 0):
        make.book(session, at, order_id, family, (apples.id, wanted))
        assert checks.violations(session) == []
    session.expire_all()
    assert session.get(Household, family.id).commitment_cents == 0
    assert line_of(session, order_id, family.id, apples.id).wanted == 0


def test_stock_that_others_took_is_refused_and_nothing_is_written(session, at):
    boxes = make.pieces(session, at, available=10)
    first, second = make.household(session, at), make.household(session, at)
    order_id = make.opened(session, at)
    make.book(session, at, order_id, first, (boxes.id, 7))
    with pytest.raises(Refused, match="Ne restano 3 pezzi") as caught, session.begin_nested():
        make.book(session, at, order_id, second, (boxes.id, 4))
    assert caught.value.field == "wanted"
    assert line_of(session, order_id, second.id, boxes.id) is None
    make.book(session, at, order_id, second, (boxes.id, 3))
    assert checks.violations(session) == []


def test_at_most_is_what_the_credit_must_cover(session, at):
    boxes = make.pieces(session, at)
    family = make.household(session, at, credit=1000)
    order_id = make.opened(session, at)
    with pytest.raises(Refused, match="Il credito non basta"), session.begin_nested():
        make.book(session, at, order_id, family, (boxes.id, 3, 6))
    make.book(session, at, order_id, family, (boxes.id, 3, 5))


def test_the_commitment_counts_over_all_open_orders_and_the_limit_widens_it(session, at):
    boxes = make.pieces(session, at)
    family = make.household(session, at, credit=1000)
    first, second = make.opened(session, at), make.opened(session, at)
    make.book(session, at, first, family, (boxes.id, 5))
    with pytest.raises(Refused, match="Il credito non basta"), session.begin_nested():
        make.book(session, at, second, family, (boxes.id, 1))
    family.limit_cents = 200
    session.flush()
    make.book(session, at, second, family, (boxes.id, 1))
    assert checks.violations(session) == []


def test_somebody_elses_household_and_a_foreign_product_look_absent(session, at):
    boxes = make.pieces(session, at)
    mine, theirs = make.household(session, at), make.household(session, at)
    actor = make.member(session, mine)
    order_id = make.opened(session, at)
    other = make.world(session)
    stranger = make.household(session, other)
    for actor_, household_id, product_id in (
        (actor, theirs.id, boxes.id),
        (other.coordinator, mine.id, boxes.id),
        (make.member(session, stranger), stranger.id, boxes.id),
        (actor, mine.id, 10**15),
    ):
        with pytest.raises(NotFound), session.begin_nested():
            lines.set_line(
                session, actor_, BookingKey(order_id, household_id), Ask(product_id, 1, 1), at.now
            )


def test_a_whole_page_saves_what_it_can_and_answers_every_line(session, at):
    apples = make.product(session, at, step=500)
    boxes = make.pieces(session, at, available=2)
    honey = make.pieces(session, at, price_micros=9_000_000)
    family = make.household(session, at, credit=1000)
    order_id = make.opened(session, at)
    make.book(session, at, order_id, make.household(session, at), (boxes.id, 2))
    asks = [Ask(apples.id, 750, 750), Ask(boxes.id, 1, 1), Ask(honey.id, 1, 1)]
    answer = lines.set_lines(session, at.coordinator, BookingKey(order_id, family.id), asks, at.now)
    assert [str(line.refusal) if line.refusal else None for line in answer.lines] == [
        "Si ordina a multipli di 0,5 kg.",
        "Esaurito: altre famiglie hanno preso gli ultimi.",
        None,
    ]
    assert line_of(session, order_id, family.id, honey.id).wanted == 1
    assert answer.wanted_cents == 900
    assert checks.violations(session) == []


def test_on_a_whole_page_what_is_given_back_makes_room_for_the_rest(session, at):
    honey, boxes = make.pieces(session, at, price_micros=9_000_000), make.pieces(session, at)
    family = make.household(session, at, credit=1000)
    order_id = make.opened(session, at)
    make.book(session, at, order_id, family, (honey.id, 1))
    asks = [Ask(boxes.id, 5, 5), Ask(honey.id, 0, 0)]
    answer = lines.set_lines(session, at.coordinator, BookingKey(order_id, family.id), asks, at.now)
    assert answer.refused == []
    assert (answer.wanted_cents, answer.room_cents) == (1000, 0)
    assert checks.violations(session) == []


@pytest.mark.parametrize("products", [1, 40])
def test_a_change_costs_five_statements_whatever_the_size(session, statements, at, products):
    many = [make.pieces(session, at, price_micros=10_000) for _ in range(products)]
    family = make.household(session, at)
    order_id = make.opened(session, at)
    place = BookingKey(order_id, family.id)
    asks = [Ask(product.id, 2, 3) for product in many]
    count = statements(
        lambda: lines.set_lines(session, at.coordinator, place, asks, at.now),
    )
    assert count == 5
    count = statements(
        lambda: lines.set_line(session, at.coordinator, place, Ask(many[0].id, 1, 1), at.now),
    )
    assert count == 5
