"""What opening an order freezes, told before it is done."""

import pytest
from sqlalchemy import select

from kit import shown
from market.group_orders import freezing, opening
from market.tables.orders import GroupOrder, Offer
from tests.market import make


def orders(session):
    return session.scalars(select(GroupOrder.id)).all()


def test_every_orderable_product_is_a_part_by_all_its_terms(session, at, statements):
    apples = make.product(session, at, "Mele")
    make.product(session, at, "Pere", active=False)
    assert statements(lambda: freezing.of(session, at.price_list.id)) == 1
    before = freezing.of(session, at.price_list.id).parts()
    assert list(before) == [f"product-{apples.id}"]
    for changes in ({"case_size": 8000}, {"price_micros": 9_990_000}, {"name": "Mele renette"}):
        for name, value in changes.items():
            setattr(apples, name, value)
        session.flush()
        after = freezing.of(session, at.price_list.id).parts()
        assert after != before
        before = after


@pytest.mark.parametrize("change", ["price", "new", "gone"])
def test_an_order_is_not_opened_on_other_terms_than_were_shown(session, at, change):
    apples = make.product(session, at, "Mele")
    pears = make.product(session, at, "Pere")
    seen = shown.pack(freezing.of(session, at.price_list.id).parts())
    named = f"«{apples.name}»"
    if change == "price":
        apples.price_micros = 9_990_000
    elif change == "new":
        named = f"«{make.product(session, at, 'Noci').name}»"
    else:
        pears.active = False
        named = "un prodotto che non si ordina più"
    session.flush()
    with pytest.raises(shown.Changed, match=named):
        opening.open_(session, at.coordinator, at.terms, at.now, seen=seen)
    assert orders(session) == []
    seen = shown.pack(freezing.of(session, at.price_list.id).parts())
    order_id = opening.open_(session, at.coordinator, at.terms, at.now, seen=seen)
    assert orders(session) == [order_id]
    offers = session.scalars(select(Offer).order_by(Offer.position)).all()
    assert {offer.price_micros for offer in offers if offer.product_id == apples.id} == {
        apples.price_micros
    }


def test_who_has_seen_nothing_opens_nothing(session, at):
    make.product(session, at)
    with pytest.raises(shown.Changed, match="guarda questa pagina"):
        opening.open_(session, at.coordinator, at.terms, at.now, seen="")
