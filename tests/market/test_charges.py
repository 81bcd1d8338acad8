"""What settling an order would charge, as it is shown and as it is compared."""

import pytest

from kit import shown
from market import charges, settlements
from market.tables.orders import GroupOrder
from tests.market import make


@pytest.fixture
def proposed(session, closed_id):
    return charges.proposed(session, closed_id)


def test_it_tells_what_each_pays_and_is_left_with(at, proposed):
    # Goods 14,50 and 6,00; of 10,01 of transport 7,08 and 2,93.
    found = {
        charge.due.code: (charge.due.total_cents, charge.after_cents) for charge in proposed.charges
    }
    assert found == {"F1": (2158, 10_000 - 2158), "F2": (893, 10_000 - 893)}
    assert (proposed.goods_cents, proposed.transport_cents) == (2050, 1001)
    assert (proposed.rounding_cents, proposed.owed_cents) == (0, 2050)


def test_a_credit_that_moved_is_named_and_a_charge_that_stands_is_not(
    session, at, closed_id, proposed
):
    seen = shown.pack(proposed.parts())
    make.top_up(session, at.second.account_id, 100, at.now)
    now = charges.proposed(session, closed_id)
    names = shown.differences(seen, now.parts())
    assert [str(now.named(name)) for name in names] == [f"il credito di {at.second.name}"]
    with pytest.raises(shown.Changed, match="il credito di"):
        settlements.settle(session, at.coordinator, closed_id, at.now, seen=seen)
    session.expire_all()
    assert session.get(GroupOrder, closed_id).state == "closed"
    settlements.settle(session, at.coordinator, closed_id, at.now, seen=shown.pack(now.parts()))


def test_a_charge_that_differs_is_named_by_its_household(at, proposed):
    odd = {**proposed.parts(), f"charge-{at.first.id}": "x", "charge-0": "y", "boh": "z"}
    names = shown.differences(shown.pack(odd), proposed.parts())
    said = [str(proposed.named(name)) for name in names]
    assert said == [f"l'addebito di {at.first.name}", "il totale", "il totale"]
