"""The list of orders a household looks at."""

from datetime import timedelta

from market import settlements
from market.bookings.listed import listed
from market.closings import closings, dry_runs
from market.group_orders import opening, orders
from tests.market import make

STATES = ("open", "closed", "settled", "cancelled")


def test_orders_come_with_what_is_mine_and_without_what_is_others(session, at, statements):
    boxes = make.pieces(session, at)
    first, second = make.household(session, at), make.household(session, at)
    order_id = make.opened(session, at)
    later = make.opened(session, at, closes_at=at.now + timedelta(days=4))
    make.book(session, at, order_id, first, (boxes.id, 2))
    make.book(session, at, order_id, second, (boxes.id, 1))
    make.book(session, at, later, second, (boxes.id, 3))
    for households, expected in (
        ([first.id], [(order_id, [(first.id, 400, False)]), (later, [])]),
        (
            [first.id, second.id],
            [
                (order_id, [(first.id, 400, False), (second.id, 200, False)]),
                (later, [(second.id, 600, False)]),
            ],
        ),
        ([], [(order_id, []), (later, [])]),
    ):
        rows = listed(session, [at.centre.id], households=households, states=STATES)
        assert [(row.id, row.booked) for row in rows] == expected
    assert listed(session, [at.centre.id], states=["closed"]) == []
    assert listed(session, [], households=[first.id], states=STATES) == []
    assert (rows[0].pickup_point, rows[0].pickup_address) == ("Oratorio", "Via Roma 1")
    assert statements(lambda: listed(session, [at.centre.id], states=STATES)) == 1


def test_what_closes_first_is_never_left_out(session, at):
    """However many are read: what is past makes room, the oldest first."""
    make.pieces(session, at)
    days = (3, 1, 2, 4, 5)
    ids = [make.opened(session, at, closes_at=at.now + timedelta(days=day)) for day in days]
    for past in ids[3:]:
        opening.cancel(session, at.coordinator, past, "gelata", at.now)
    expected = [ids[1], ids[2], ids[0], ids[4], ids[3]]
    for most in (5, 4, 1):
        rows = listed(session, [at.centre.id], states=STATES, most=most)
        assert [row.id for row in rows] == expected[:most]


def test_who_only_helps_to_fill_a_case_has_booked_and_who_gets_nothing_no_longer_has(session, at):
    """Wanted nothing, at most two: booked while it is open, and afterwards if it gets some."""
    boxes = make.pieces(session, at, case_size=6, whole_cases=True)
    crates = make.pieces(session, at, case_size=4, whole_cases=True)
    families = [make.household(session, at) for _ in range(3)]
    order_id = make.opened(session, at, transport_cents=300)
    make.book(session, at, order_id, families[0], (boxes.id, 5))
    make.book(session, at, order_id, families[1], (boxes.id, 0, 2))
    make.book(session, at, order_id, families[2], (crates.id, 1))

    def mine():
        ids = [family.id for family in families]
        (row,) = listed(session, [at.centre.id], households=ids, states=STATES)
        return [(ids.index(household_id), cents) for household_id, cents, _ in row.booked]

    assert mine() == [(0, 1000), (1, 0), (2, 200)]
    (second,) = listed(session, [at.centre.id], households=[families[1].id], states=STATES)
    assert second.booked[0].perhaps, "it wants nothing for itself"
    assert orders.overview(session, [at.centre.id])[0].households == 3
    seen = dry_runs.dry_run(session, at.coordinator, order_id)
    closings.close(session, at.coordinator, order_id, seen.token, at.now)
    assert mine() == [(0, 1000 + 250), (1, 200 + 50)]
    (row,) = orders.overview(session, [at.centre.id])
    assert (row.households, row.value_cents) == (2, 1200)


def test_of_what_arrived_only_what_may_still_be_fetched_is_listed(session, at, closed_id):
    settlements.settle(session, at.coordinator, closed_id, at.now + timedelta(days=9))
    days = {7: True, 9: True, 10: False}
    for more, shown in days.items():
        since = make.a_day(at, more)
        rows = listed(session, [at.centre.id], states=STATES, since=since)
        assert bool(rows) == shown, more
    assert len(listed(session, [at.centre.id], states=STATES)) == 1
