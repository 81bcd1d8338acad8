"""Goods so cheap that a piece comes to 0,00 €: whoever gets them counts like everybody else."""

import pytest
from sqlalchemy import select, text

from kit.errors import Refused
from kit.mail import Mail
from market import audiences, charges, checks, pickups, settlements
from market.bookings.listed import listed
from market.closings import closings, dry_runs
from market.group_orders import order_books, orders
from market.tables.bookings import Booking
from market.tables.settlements import Charge
from tests import jobs
from tests.forms import filled
from tests.market import make


@pytest.fixture
def screws(session, at):
    return screws_of(session, at)


def screws_of(session, at):
    """Screws at 0,004 € a piece, and boxes of which only full cases of 6 are ordered."""
    at.boxes = make.pieces(session, at, case_size=6, whole_cases=True)
    at.families = [make.household(session, at) for _ in range(4)]
    return make.product(
        session, at, "Viti", unit="piece", price_micros=4000, price_quantity=1, case_size=0
    )


def opened(session, at, screws, **terms):
    """Three households book a screw; a fourth a box of a case that is never filled."""
    order_id = make.opened(session, at, **{"transport_by": "equal", **terms})
    for family in at.families[:3]:
        make.book(session, at, order_id, family, (screws.id, 1))
    make.book(session, at, order_id, at.families[3], (at.boxes.id, 1))
    session.flush()
    return order_id


def close(session, at, order_id):
    seen = dry_runs.dry_run(session, at.coordinator, order_id)
    closings.close(session, at.coordinator, order_id, seen.token, at.now)
    session.flush()
    session.expire_all()


@pytest.mark.parametrize("transport_cents", [0, 100])
def test_every_count_of_households_is_of_those_who_get_a_quantity(
    session, at, screws, transport_cents
):
    order_id = opened(session, at, screws, transport_cents=transport_cents)
    close(session, at, order_id)
    assert order_books.of(session, at.coordinator, order_id).booked == 3
    (row,) = orders.overview(session, [at.centre.id])
    assert row.households == 3
    assert len(charges.proposed(session, order_id).charges) == 3
    assert audiences.audience(session, order_id, audiences.charged).letters == 3
    settlement = settlements.settle(session, at.coordinator, order_id, at.now)
    assert settlement.households == 3
    households = session.scalars(select(Charge.household_id).order_by(Charge.household_id)).all()
    assert households == sorted(family.id for family in at.families[:3])
    jobs.run_all(session)
    letters = session.scalars(select(Mail).where(Mail.kind == "market.settlement_notice")).all()
    assert len(letters) == 3
    assert checks.violations(session) == []


def test_a_household_finds_them_wherever_it_looks(session, at, screws):
    order_id = opened(session, at, screws)
    first = at.families[0]
    (before,) = listed(session, [at.centre.id], households=[first.id], states=["open"])
    assert [tuple(each) for each in before.booked] == [(first.id, 0, False)]
    close(session, at, order_id)
    (after,) = listed(session, [at.centre.id], households=[first.id], states=["closed"])
    assert [tuple(each) for each in after.booked] == [(first.id, 0, False)]
    (mine,) = pickups.of_member(session, make.member(session, first), at.now)
    assert [line.quantity for line in mine.lines] == [1]
    assert pickups.of_member(session, make.member(session, at.families[3]), at.now) == []


def test_the_pages_say_so(enter, session, at, screws):
    order_id = opened(session, at, screws)
    member = enter(("member", "household", at.families[0].id))
    assert "solo «fino a»" not in member.get("/group-orders").text
    close(session, at, order_id)
    booking = member.get(f"/group-orders/{order_id}/booking").text
    assert "non ricevi niente" not in booking
    assert "Viti" in member.get("/pickups").text and "Ordine di prova" in member.get("/").text
    coordinator = enter(("coordinator", "centre", at.centre.id))
    assert "per 3 famiglie" in coordinator.get(f"/group-orders/{order_id}").text
    path = f"/group-orders/{order_id}/settlement"
    page = coordinator.get(path).text
    assert "3 addebiti" in page and "addebita 3 famiglie" in page
    coordinator.post(path, data=filled(coordinator, path, {}))
    assert "per 3 famiglie" in coordinator.get(f"/group-orders/{order_id}").text


def test_an_order_whose_transport_no_goods_carry_says_what_can_be_done(enter, session, at, screws):
    order_id = opened(session, at, screws, transport_cents=100, transport_by="value")
    client = enter(("coordinator", "centre", at.centre.id))
    path = f"/group-orders/{order_id}/closing"
    answer = client.get(path)
    assert answer.status_code == 200
    assert "il trasporto di 1,00\u00a0€ si divide secondo la spesa" in answer.text
    assert f"/group-orders/{order_id}/hours" in answer.text
    assert f"/group-orders/{order_id}/cancellation" in answer.text
    assert 'name="token"' not in answer.text, "there is nothing to press"
    rehearsal = dry_runs.rehearse(session, at.coordinator, order_id, at.now)
    with pytest.raises(Refused, match="Non c'è merce"):
        closings.close(session, at.coordinator, order_id, rehearsal.result.token, at.now)
    make.book(session, at, order_id, at.families[0], (screws.id, 2))  # worth a cent together
    session.commit()
    assert 'name="token"' in client.get(path).text
    close(session, at, order_id)
    assert orders.get(session, order_id).state == "closed"


def charge_nothing(session, at, order_id):
    """Charge whoever was cut to nothing with nothing, as it once was done."""
    cut = session.scalar(select(Booking.id).where(Booking.household_id == at.families[3].id))
    session.execute(
        text(
            "insert into charge (booking_id, group_order_id, household_id, goods_cents,"
            " transport_cents, total_cents, created_at)"
            " values (:booking, :order, :household, 0, 0, 0, now())"
        ),
        {"booking": cut, "order": order_id, "household": at.families[3].id},
    )


def test_a_count_told_that_is_not_the_one_kept_is_found(owner):
    at = make.world(owner)
    order_id = opened(owner, at, screws_of(owner, at))
    close(owner, at, order_id)
    settlements.settle(owner, at.coordinator, order_id, at.now)
    assert checks.violations(owner) == []
    owner.execute(text("alter table settlement disable trigger user"))
    owner.execute(text("update settlement set households = households + 1"))
    found = [line for line in checks.violations(owner) if "market, households:" in line]
    assert found == [
        f"market, households: group order {order_id} tells of households: 3, its lines are for 3,"
        " its settlement counts 4, for nothing: 0"
    ]
    charge_nothing(owner, at, order_id)
    assert checks.violations(owner) == [], "whoever was cut once had a charge of nothing"
