"""Many connections at once: nothing oversold, nothing lost, everybody told in words."""

import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import pytest
from sqlalchemy import create_engine, event, text

from kit import clock, db
from kit.errors import Refused
from ledger import checks as ledger_checks
from market import checks, settlements
from market.bookings import changes, holds
from market.bookings import lines as booking_lines
from market.bookings.keys import BookingKey
from market.bookings.line_marks import Overtaken, line_marks
from market.bookings.lines import Ask
from market.closings import closings, dry_runs
from market.tables.catalogue import Product
from market.tables.centres import Household
from people.actors import Actor
from tests.market import make
from tests.waiting import until_blocked

pytestmark = pytest.mark.usefixtures("_committed_bound")

CLIENTS = 40


def everything(acts: Sequence[Callable[[], object]]) -> list[object]:
    """Run acts at the same instant, each in its thread; return results or exceptions."""
    barrier = threading.Barrier(len(acts))

    def one(act):
        barrier.wait()
        try:
            return act()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def book(actor, place, *asks):
    with db.transaction() as session:
        return booking_lines.set_lines(session, actor, place, asks, clock.now(session))


def book_one(actor, place, ask):
    with db.transaction() as session:
        return booking_lines.set_line(session, actor, place, ask, clock.now(session))


def violations():
    with db.transaction() as session:
        return checks.violations(session) + ledger_checks.violations(session)


def wanted(product_id):
    with db.transaction() as session:
        query = text("select wanted from offer where product_id = :p")
        return session.execute(query, {"p": product_id}).scalar_one()


@dataclass
class Crowd:
    boxes: Product
    acts: list[Callable[[], object]]


@pytest.fixture
def crowd(committed) -> Crowd:
    """An open order with a product of which 10 are left, and 40 households that want one."""
    with db.transaction() as session:
        at = make.world(session)
        boxes = make.pieces(session, at, available=10)
        families = [make.household(session, at) for _ in range(CLIENTS)]
        order_id = make.opened(session, at)
    places = [BookingKey(order_id, family.id) for family in families]
    ask = Ask(boxes.id, 1, 1)
    return Crowd(boxes, [partial(book_one, at.coordinator, place, ask) for place in places])


def slowly(monkeypatch):
    """Let everybody read before anybody writes; where the guards forbid it, go on after a while."""
    write, all_have_read = changes.write, threading.Barrier(CLIENTS)

    def later(*args):
        with suppress(threading.BrokenBarrierError):
            all_have_read.wait(1)
        write(*args)

    monkeypatch.setattr(booking_lines, "write", later)


def unguard(monkeypatch, statement, guard, instead):
    assert guard in statement.sql
    monkeypatch.setattr(statement, "sql", statement.sql.replace(guard, instead))


def test_forty_connections_never_oversell_the_last_units(crowd, monkeypatch):
    slowly(monkeypatch)
    outcomes = everything(crowd.acts)
    refused = [x for x in outcomes if isinstance(x, Exception)]
    assert {type(x) for x in refused} == {Refused}, refused
    assert len(refused) == CLIENTS - 10
    assert all("Esaurito" in str(x) for x in refused)
    assert wanted(crowd.boxes.id) == 10
    assert violations() == []


def test_without_the_guards_the_same_crowd_oversells(crowd, committed, monkeypatch):
    """The control: were this to pass by itself, the test above would prove nothing."""
    slowly(monkeypatch)
    unguard(monkeypatch, holds._HOLD, "order by o.id for no key update", "order by o.id")
    unguard(monkeypatch, changes._WRITE, "f.wanted + a.more <= f.available", "true")
    owner = create_engine(committed.owner_url)
    with owner.begin() as connection:
        connection.execute(text("alter table offer drop constraint ck_offer_not_oversold"))
    try:
        everything(crowd.acts)
        assert wanted(crowd.boxes.id) > 10
        assert any("I10" in violation for violation in violations())
    finally:
        with owner.begin() as connection:
            connection.execute(text("delete from booking_line"))
            connection.execute(
                text("update offer set wanted = 0, at_most = 0, wanted_cents = 0, households = 0")
            )
            connection.execute(
                text("update booking set wanted_cents = 0, committed_cents = 0, lines = 0")
            )
            connection.execute(text("update household set commitment_cents = 0"))
            connection.execute(
                text(
                    "alter table offer add constraint ck_offer_not_oversold"
                    " check (wanted <= available)"
                )
            )
        owner.dispose()
    assert violations() == []


def test_two_devices_of_a_household_leave_one_consistent_booking(committed):
    with db.transaction() as session:
        at = make.world(session)
        boxes = make.pieces(session, at, available=100)
        family = make.household(session, at)
        order_id = make.opened(session, at)
    place = BookingKey(order_id, family.id)
    acts = [partial(book_one, at.coordinator, place, Ask(boxes.id, n, n)) for n in range(1, 17)]
    outcomes = everything(acts)
    assert not [x for x in outcomes if isinstance(x, Exception)]
    assert 1 <= wanted(boxes.id) <= 16
    assert violations() == []


@pytest.fixture
def pages(committed):
    """Eight pages of one household that all show one box, and ask for another number of them."""
    with db.transaction() as session:
        at = make.world(session)
        boxes = make.pieces(session, at)
        family = make.household(session, at)
        order_id = make.opened(session, at)
        make.book(session, at, order_id, family, (boxes.id, 1))
    place, shown = BookingKey(order_id, family.id), line_marks(1, 1)
    asks = [Ask(boxes.id, n, n, shown) for n in range(2, 10)]
    return [partial(book_one, at.coordinator, place, ask) for ask in asks]


def test_of_many_pages_that_showed_one_thing_one_changes_it_and_the_others_are_told(pages):
    outcomes = everything(pages)
    told = [x for x in outcomes if isinstance(x, Overtaken)]
    assert len(told) == len(pages) - 1, outcomes


def test_lines_that_were_read_before_they_were_held_are_changed_by_many(
    pages, committed, monkeypatch
):
    """The control: compared with an older reading, every page believes it is up to date."""
    hold, all_ = holds.hold, threading.Barrier(len(pages))

    def hold_late(session, *args):
        held = hold(session, *args)
        lines = held.lines
        session.rollback()
        all_.wait(10)
        held = hold(session, *args)
        held.lines = lines
        return held

    monkeypatch.setattr(booking_lines, "hold", hold_late)
    monkeypatch.setattr(booking_lines, "write", lambda *_: None)
    outcomes = everything(pages)
    assert not [x for x in outcomes if isinstance(x, Exception)]


def test_lines_read_before_their_booking_is_held_lose_stock(committed, monkeypatch):
    """The control: a snapshot older than the lock shows a line that is no longer true."""
    with db.transaction() as session:
        at = make.world(session)
        boxes = make.pieces(session, at, available=100)
        family = make.household(session, at)
        order_id = make.opened(session, at)
        make.book(session, at, order_id, family, (boxes.id, 1))
    old = text("""
        select l.offer_id, l.wanted, l.at_most, l.amount_cents, l.at_most_cents
        from booking_line l join booking b on b.id = l.booking_id
        where b.group_order_id = :g and b.household_id = :h
    """)
    hold, both = holds.hold, threading.Barrier(8)

    def hold_late(session, actor, key, products, now):
        lines = session.execute(old, {"g": key.group_order_id, "h": key.household_id}).all()
        both.wait(10)
        held = hold(session, actor, key, products, now)
        held.lines = {row[0]: holds.LineSums(*row[1:]) for row in lines}
        return held

    monkeypatch.setattr(booking_lines, "hold", hold_late)
    place = BookingKey(order_id, family.id)
    everything(
        [partial(book_one, at.coordinator, place, Ask(boxes.id, n, n)) for n in range(2, 10)]
    )
    assert any("I10" in violation for violation in violations())
    with db.transaction() as session:
        tidy(session, order_id)
    assert violations() == []


def tidy(session, order_id):
    """Recount what a control has miscounted, so that the next test starts clean."""
    for statement in (
        "update offer f set (wanted, at_most, wanted_cents, households) = (select sum(wanted),"
        " sum(at_most), sum(amount_cents), count(*) filter (where at_most > 0)"
        " from booking_line l where l.offer_id = f.id)"
        " where f.group_order_id = :g",
        "update booking b set (wanted_cents, committed_cents, lines) = (select sum(amount_cents),"
        " sum(at_most_cents), count(*) filter (where at_most > 0)"
        " from booking_line l where l.booking_id = b.id)"
        " where b.group_order_id = :g",
        "update household h set commitment_cents = (select sum(committed_cents) from booking b"
        " where b.household_id = h.id) where h.id in (select household_id from booking"
        " where group_order_id = :g)",
    ):
        session.execute(text(statement), {"g": order_id})


def test_credit_is_not_spent_twice_in_two_orders_at_once(committed):
    with db.transaction() as session:
        at = make.world(session)
        boxes = make.pieces(session, at)
        family = make.household(session, at, credit=1000)
        orders = [make.opened(session, at) for _ in range(12)]
    acts = [
        partial(book_one, at.coordinator, BookingKey(order_id, family.id), Ask(boxes.id, 4, 4))
        for order_id in orders
    ]
    outcomes = everything(acts)
    refused = [x for x in outcomes if isinstance(x, Exception)]
    assert len(refused) == 11 and all("credito non basta" in str(x) for x in refused), refused
    assert violations() == []


def test_whole_pages_sent_in_any_order_never_lock_each_other_for_good(committed):
    with db.transaction() as session:
        at = make.world(session)
        products = [make.pieces(session, at, available=60).id for _ in range(12)]
        families = [make.household(session, at) for _ in range(12)]
        order_id = make.opened(session, at)
    chance = random.Random(7)
    acts = []
    for family in families * 2:
        asks = [Ask(product, chance.randint(0, 6), 6) for product in products]
        chance.shuffle(asks)
        acts.append(partial(book, at.coordinator, BookingKey(order_id, family.id), *asks))
    outcomes = everything(acts)
    assert not [x for x in outcomes if isinstance(x, Exception)]
    assert violations() == []


@dataclass
class Ready:
    coordinator: Actor
    order_id: int
    token: str
    boxes: Product
    family: Household


@pytest.fixture
def ready(committed) -> Ready:
    """An order with one booking, and what its dry run showed."""
    with db.transaction() as session:
        at = make.world(session)
        boxes = make.pieces(session, at, case_size=6, whole_cases=True)
        family = make.household(session, at)
        order_id = make.opened(session, at, transport_cents=500)
        make.book(session, at, order_id, family, (boxes.id, 6, 9))
        token = dry_runs.dry_run(session, at.coordinator, order_id).token
    return Ready(at.coordinator, order_id, token, boxes, family)


def close(coordinator, order_id, token):
    with db.transaction() as session:
        return closings.close(session, coordinator, order_id, token, clock.now(session))


def settle(coordinator, order_id):
    with db.transaction() as session:
        settlements.settle(session, coordinator, order_id, clock.now(session))


def test_a_booking_that_meets_a_closing_order_is_told_so(committed, ready):
    place = BookingKey(ready.order_id, ready.family.id)
    with ThreadPoolExecutor(1) as pool:
        with db.transaction() as session:
            now = clock.now(session)
            closings.close(session, ready.coordinator, ready.order_id, ready.token, now)
            late = pool.submit(book_one, ready.coordinator, place, Ask(ready.boxes.id, 7, 7))
            until_blocked(committed.engine)
            assert not late.done()
        with pytest.raises(Refused, match="è stato chiuso"):
            late.result()
    assert violations() == []


def test_a_booking_that_waits_too_long_for_a_closing_order_is_told_so_too(ready):
    place = BookingKey(ready.order_id, ready.family.id)
    with db.transaction() as session:
        db.lock_exclusive(session, "group_order", ready.order_id)
        with pytest.raises(Refused, match="si sta chiudendo"):
            book_one(ready.coordinator, place, Ask(ready.boxes.id, 7, 7))


def test_of_two_coordinators_one_closes_and_one_settles(ready):
    acts = (
        partial(close, ready.coordinator, ready.order_id, ready.token),
        partial(settle, ready.coordinator, ready.order_id),
    )
    for act in acts:
        outcomes = everything([act] * 4)
        refused = [x for x in outcomes if isinstance(x, Exception)]
        assert len(refused) == 3 and {type(x) for x in refused} == {Refused}, refused
    with db.transaction() as session:
        query = text("select count(*), sum(total_cents) from charge where group_order_id = :o")
        charged = session.execute(query, {"o": ready.order_id}).one()
    assert tuple(charged) == (1, 1700)
    assert violations() == []


def test_closing_in_the_middle_of_a_rush_closes_exactly_what_it_showed(committed):
    with db.transaction() as session:
        at = make.world(session)
        boxes = make.pieces(session, at, case_size=6, whole_cases=True)
        families = [make.household(session, at) for _ in range(8)]
        order_id = make.opened(session, at, transport_cents=777)
        make.book(session, at, order_id, families[0], (boxes.id, 6))

    closed = threading.Event()

    def rush(family):
        chance, told = random.Random(family.id), []
        for _ in range(20):
            ask = Ask(boxes.id, n := chance.randint(0, 9), n + 3)
            try:
                book_one(at.coordinator, BookingKey(order_id, family.id), ask)
            except Refused as refusal:
                told.append(str(refusal))
            closed.wait(chance.random() / 20)  # thinks, unless it is all over
        return told

    def closer():
        while True:
            with db.transaction() as session:
                token = dry_runs.dry_run(session, at.coordinator, order_id).token
            try:
                close(at.coordinator, order_id, token)
                return closed.set()
            except Refused as refusal:
                assert "sono cambiate" in str(refusal)

    outcomes = everything([closer, *(partial(rush, family) for family in families)])
    assert not [x for x in outcomes if isinstance(x, Exception)]
    settle(at.coordinator, order_id)
    assert violations() == []


def test_a_dry_run_is_of_one_moment_whatever_is_booked_while_it_reads(committed):
    """After each statement of the dry run somebody else's first booking is committed."""
    with db.transaction() as session:
        at = make.world(session)
        boxes = make.pieces(session, at)
        families = [make.household(session, at) for _ in range(20)]
        order_id = make.opened(session, at)
        make.book(session, at, order_id, families.pop(), (boxes.id, 1))
    seen = []

    def meanwhile(*_):
        seen.append(families.pop())
        with ThreadPoolExecutor(1) as pool:
            ask = Ask(boxes.id, 1, 1)
            pool.submit(book_one, at.coordinator, BookingKey(order_id, seen[-1].id), ask).result()

    with db.transaction() as session:
        connection = session.connection()
        event.listen(connection, "after_cursor_execute", meanwhile)
        result = dry_runs.dry_run(session, at.coordinator, order_id)
        event.remove(connection, "after_cursor_execute", meanwhile)
    assert seen
    assert result.offers[0].wanted == result.offers[0].total == len(result.households)
    assert sum(household.wanted_cents for household in result.households) == result.goods_cents
    with pytest.raises(Refused, match="sono cambiate"):
        close(at.coordinator, order_id, result.token)
