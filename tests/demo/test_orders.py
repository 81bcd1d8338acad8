"""The orders: their days whenever the demo is built, and that each becomes what is told of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from demo import orders, producers
from demo.centres import coordination
from demo.stage import cents, table, toml
from kit.clock import to_rome
from ledger import checks as ledger_checks
from market import checks
from market.centres import purses
from market.tables.bookings import Booking
from market.tables.centres import Household
from market.tables.orders import GroupOrder
from tests.demo.days import MOMENTS, on

TOLD = toml("orders")["order"]
each = pytest.mark.parametrize(
    "values", TOLD, ids=[f"{one['centre']}-{one['title']}" for one in TOLD]
)


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_whenever_it_is_built_everything_told_of_an_order_has_happened(now):
    """`plan` refuses the future: a settling that has not come yet would stop the whole demo."""
    stage = on(now)
    stage.centres = {centre["code"]: 1 for centre in toml("centres")["centre"]}
    orders.build(stage)
    assert len(stage._planned) > 200
    assert max(when for when, _, _ in stage._planned) <= now


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_an_order_is_delivered_after_it_closes_on_a_day_its_centre_hands_out(now):
    stage = on(now)
    for values in TOLD:
        told = orders._read(stage, values)
        assert told.opens_at < told.closes_at
        assert told.delivery_day >= to_rome(told.closes_at).date() + timedelta(
            days=values.get("lead", 2)
        )
        weekday = values.get("weekday", coordination(told.centre)["weekday"])
        assert told.delivery_day.weekday() == weekday
        if values.get("waiting"):
            assert told.closes_at < now and told.delivery_day > stage.today


@each
def test_an_order_is_of_a_producer_its_centre_buys_from_at_a_point_it_has(values):
    assert values["centre"] in toml("producers")[values["producer"]]["centres"]
    points = [name for name, _, _ in coordination(values["centre"])["points"]]
    assert values["point"] in points
    assert cents(values["transport"]) >= 0 and values["by"] in ("value", "weight", "equal")
    assert 0 <= values.get("share", 0) <= 10
    cased = {
        row["name"]
        for row in table("products")
        if row["producer"] == values["producer"] and row["whole"] == "sì"
    }
    assert set(values.get("almost_full", {})) <= cased


def test_those_who_never_pay_ahead_are_households():
    assert set(orders.NEVER_PAYS_AHEAD) <= {row["code"] for row in table("households")}


@pytest.fixture
def served(bonemerse):
    """The centre buys vegetables."""
    rows = [row for row in table("products") if row["producer"] == "orto"]
    producers._welcome(bonemerse, "BONEMERSE", toml("producers")["orto"] | {"minimum": 80}, rows)
    return bonemerse


def order(**changes):
    values = {
        "centre": "BONEMERSE",
        "producer": "orto",
        "title": "Verdure di prova",
        "point": "Sala parrocchiale",
        "opens": -20,
        "closes": -15,
        "transport": "8,00",
        "by": "value",
        "share": 10,
    }
    return values | changes


def played(stage, **changes):
    orders._plan(stage, orders._read(stage, order(**changes)))
    stage.play()
    return stage.session.scalars(select(GroupOrder)).one()


def test_an_order_of_the_past_was_booked_closed_and_settled(served):
    found = played(served)
    assert (found.state, found.transport_cents, found.minimum_cents) == ("settled", 800, 8000)
    told = orders._read(served, order())
    assert found.delivery_day == told.delivery_day
    assert (found.opens_at, found.closes_at) == (told.opens_at, told.closes_at)
    booked = served.session.scalars(select(Booking.created_at)).all()
    assert len(booked) >= 4
    assert all(told.opens_at < at < told.closes_at for at in booked)
    assert checks.violations(served.session) == ledger_checks.violations(served.session) == []


def test_what_has_not_been_delivered_yet_is_closed_and_no_more(served):
    assert played(served, closes=-2, opens=-9, waiting=True).state == "closed"


def test_what_opens_tomorrow_is_announced_and_nobody_has_booked(served):
    found = played(served, opens=1, closes=9)
    assert found.state == "open" and found.opens_at > served.now
    assert served.session.scalars(select(Booking.id)).all() == []


def test_who_runs_low_brings_round_sums_and_some_never_do(served):
    session, centre_id = served.session, served.centres["BONEMERSE"]
    never = update(Household).where(Household.code == "B06")
    session.execute(never.values(code=orders.NEVER_PAYS_AHEAD[0]))
    actor = served.acting(coordination("BONEMERSE")["coordinator"])

    def rooms():
        session.expire_all()
        return {row.id: row for row in purses.of_centre(session, actor, centre_id)}

    before = rooms()
    orders._collect(served, "BONEMERSE", served.now)
    after = rooms()
    brought = {id_: after[id_].room - row.room for id_, row in before.items()}
    assert max(brought.values()) > 0
    assert all(cents % 5000 == 0 for cents in brought.values())
    for id_, row in after.items():
        wished = 12_000 + 4_000 * (id_ % 3)
        if row.code in orders.NEVER_PAYS_AHEAD:
            assert brought[id_] == 0 and row.room < wished
        else:
            assert wished <= row.room and (brought[id_] == 0 or row.room < wished + 5000)
    orders._collect(served, "BONEMERSE", served.now)
    assert {id_: row.room for id_, row in rooms().items()} == {
        id_: row.room for id_, row in after.items()
    }
    assert ledger_checks.violations(session) == []
