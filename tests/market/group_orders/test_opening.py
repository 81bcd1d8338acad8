"""Opening group orders: what is promised, what is frozen, what is refused."""

from datetime import timedelta

import pytest

from kit.clock import to_rome
from kit.errors import Invalid, NotFound, Refused
from market.bookings.keys import BookingKey
from market.bookings.page import page_of
from market.group_orders import opening
from market.tables.orders import Offer
from tests.market import make


def offers(session, order_id):
    return session.query(Offer).filter_by(group_order_id=order_id).order_by(Offer.position).all()


def test_opening_freezes_the_terms_of_what_is_orderable(session, at):
    apples = make.product(session, at, case_size=5000, whole_cases=True, available=50_000)
    make.product(session, at, price_micros=0)
    make.product(session, at, active=False)
    order_id = make.opened(session, at)
    apples.price_micros = 9_990_000
    session.flush()
    (offer,) = offers(session, order_id)
    assert (offer.product_id, offer.price_micros, offer.available) == (apples.id, 3_500_000, 50_000)
    assert offer.whole_cases


def test_the_coordinator_chooses_what_is_sold_in_whole_cases(session, at):
    listed = make.product(session, at, case_size=5000, whole_cases=True)
    chosen = make.product(session, at, case_size=3000)
    caseless = make.product(session, at)
    order_id = make.opened(session, at, whole_cases={chosen.id, caseless.id})
    whole = {offer.product_id: offer.whole_cases for offer in offers(session, order_id)}
    assert whole == {listed.id: False, chosen.id: True, caseless.id: False}


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("closes_at", lambda now: {"closes_at": now}),
        ("closes_at", lambda now: {"opens_at": now + timedelta(days=4)}),
        ("delivery_day", lambda now: {"delivery_day": to_rome(now).date()}),
        ("transport_cents", lambda now: {"transport_cents": -1}),
        ("minimum_cents", lambda now: {"minimum_cents": 10**9}),
        ("transport_by", lambda now: {"transport_by": "moon"}),
        ("title", lambda now: {"title": " "}),
    ],
)
def test_promises_that_cannot_be_are_named_by_field(session, at, field, changes):
    make.pieces(session, at)
    with pytest.raises(Invalid) as caught:
        make.opened(session, at, **changes(at.now))
    assert list(caught.value.errors) == [field]


def test_a_list_without_orderable_products_is_refused(session, at):
    make.product(session, at, price_micros=0)
    with pytest.raises(Refused, match="non ha prodotti ordinabili"), session.begin_nested():
        make.opened(session, at)


def test_transport_by_weight_needs_the_weight_of_every_piece(session, at):
    make.pieces(session, at)
    with pytest.raises(Refused, match="manca il peso di un prodotto: "), session.begin_nested():
        make.opened(session, at, transport_cents=500, transport_by="weight")


def test_lists_and_points_of_other_centres_look_absent(session, at):
    make.pieces(session, at)
    other = make.world(session)
    with pytest.raises(NotFound):
        opening.open_(session, other.coordinator, at.terms, at.now)
    with pytest.raises(NotFound):
        make.opened(session, at, pickup_point_id=other.point.id)


def test_a_page_of_an_absent_order_is_not_found(session, at):
    family = make.household(session, at)
    with pytest.raises(NotFound):
        page_of(session, at.coordinator, BookingKey(10**12, family.id), at.now)


def test_whole_cases_of_which_the_producer_has_not_one_are_not_offered(session, at):
    boxes = make.pieces(session, at, case_size=6, whole_cases=True, available=5)
    with pytest.raises(Refused, match="ne ha 5 pezzi, meno di un collo da 6 pezzi"):
        make.opened(session, at)
    make.opened(session, at, whole_cases=())
    boxes.available = 6
    session.flush()
    make.opened(session, at)
