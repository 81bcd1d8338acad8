"""What households book: out of habit, in steps, while people are awake, the same every time."""

from datetime import timedelta
from functools import partial
from random import Random
from typing import cast

import pytest
from sqlalchemy import select

from demo import bookings, orders, producers
from demo.bookings import Season
from demo.stage import table, toml
from kit.clock import to_rome
from market import checks
from market.tables.bookings import Booking, BookingLine
from market.tables.centres import Household
from market.tables.orders import GroupOrder, Offer
from tests.demo.days import MOMENTS, on

HOUSEHOLDS = [row for row in table("households") if row["centre"] == "CREMONA"]


def planned(share, producer="orto", title="Verdure"):
    """Who books when, by the code of the household."""
    stage = on(MOMENTS[10])
    since, until = stage.now - timedelta(days=5), stage.now - timedelta(days=1)
    Season(stage, "CREMONA", producer, []).plan(title, share, since, until)
    assert all(since < when < until for when, _, _ in stage._planned)
    acts = [(when, cast("partial[None]", act)) for when, _, act in stage._planned]
    return [(when, act.args[0]["code"]) for when, act in acts]


def test_everybody_books_at_the_full_share_except_who_skips_the_producer():
    skipping = [row for row in HOUSEHOLDS if row["skips"]]
    assert skipping
    for row in skipping:
        producer = row["skips"].split()[0]
        who = {code for _, code in planned(1.0, producer)}
        assert row["code"] not in who
        assert who == {one["code"] for one in HOUSEHOLDS if producer not in one["skips"].split()}


def test_the_first_household_books_what_many_book_and_nobody_at_no_share():
    for title in ("Verdure", "Formaggi", "Farine", "Riso"):
        assert HOUSEHOLDS[0]["code"] in {code for _, code in planned(0.7, "x", title)}
    assert planned(0.0) == []
    assert 0 < len(planned(0.3)) < len(planned(0.9)) <= len(HOUSEHOLDS)


def test_habits_are_the_same_every_time_and_others_for_another_order():
    assert planned(0.6) == planned(0.6)
    assert planned(0.6) != planned(0.6, title="Formaggi")


@pytest.mark.parametrize("seed", range(20))
def test_people_book_while_they_are_awake(seed):
    since = MOMENTS[0]
    found = bookings._moment(Random(seed), since, since + timedelta(days=3))
    assert 7 <= to_rome(found).hour < 23
    assert since < found < since + timedelta(days=3)


def test_where_nobody_is_awake_the_middle_of_the_time_has_to_do():
    midnight = on(MOMENTS[0]).at(0, 0)
    until = midnight + timedelta(hours=4)
    assert bookings._moment(Random(1), midnight, until) == midnight + timedelta(hours=2)


@pytest.fixture
def season(bonemerse):
    """An open order of vegetables in the smallest centre, and nothing booked yet."""
    rows = [row for row in table("products") if row["producer"] == "orto"]
    producers._welcome(bonemerse, "BONEMERSE", toml("producers")["orto"] | {"minimum": 80}, rows)
    values = {
        "centre": "BONEMERSE",
        "producer": "orto",
        "title": "Verdure di prova",
        "point": "Sala parrocchiale",
        "opens": -2,
        "closes": 3,
        "transport": "0,00",
        "by": "value",
    }
    told = orders._read(bonemerse, values)
    order_id = orders._open(bonemerse, told, told.opens_at - timedelta(hours=1))
    return Season(bonemerse, "BONEMERSE", "orto", [order_id])


def offers(season):
    return {row.name: row for row in season._offers()}


def lines(season):
    query = (
        select(Household.code, Offer.name, BookingLine.wanted, BookingLine.at_most, Offer.step)
        .join(Booking, Booking.household_id == Household.id)
        .join(BookingLine, BookingLine.booking_id == Booking.id)
        .join(Offer, Offer.id == BookingLine.offer_id)
    )
    return season.stage.session.execute(query).all()


def test_households_book_some_lines_in_steps_more_of_them_the_larger_they_are(season):
    opens_at = season.stage.session.scalars(select(GroupOrder.opens_at)).one()
    season.plan("Verdure di prova", 1.0, opens_at, season.stage.now)
    season.stage.play()
    found = lines(season)
    assert found
    assert all(row.wanted % row.step == row.at_most % row.step == 0 for row in found)
    assert all(0 < row.wanted <= row.at_most for row in found)
    sizes = {row["code"]: int(row["size"]) for row in table("households")}
    for code in {row.code for row in found}:
        least, most = bookings._LINES[sizes[code]]
        assert least <= sum(row.code == code for row in found) <= most
    assert checks.violations(season.stage.session) == []


def test_small_households_carry_nothing_heavy():
    heavy = bookings._HEAVY_G
    rows = [type("Row", (), {"unit_weight_g": grams})() for grams in (None, 500, heavy, heavy + 1)]
    assert [bookings._light(row) for row in rows] == [True, True, True, False]


def cased(season):
    return next(row for row in offers(season).values() if row.whole_cases)


def test_a_case_is_left_almost_full_whatever_was_booked_before(season):
    now, offer = season.stage.now, cased(season)
    step, grams = ("1", 1000) if offer.unit != "piece" else ("1", 1)
    for _ in range(2):  # a second time nothing has to be added
        season._leave_missing(offer.name, step, now)
        found = offers(season)[offer.name]
        assert (found.case_size - found.wanted) % found.case_size == grams
    assert len(lines(season)) == 1
    assert checks.violations(season.stage.session) == []


def test_nobody_offers_to_take_more_of_what_is_meant_to_stay_almost_full(season):
    offer = cased(season)
    product = next(row for row in table("products") if row["sku"] == offer.sku)
    tight = Season(season.stage, "BONEMERSE", "orto", season.opened, (offer.name,))
    for seed in range(30):
        ask = tight._ask(Random(seed), 2, offer, product)
        assert ask.at_most == ask.wanted > 0
    asks = [season._ask(Random(seed), 2, offer, product) for seed in range(30)]
    assert any(ask.at_most > ask.wanted for ask in asks)
    assert all((ask.at_most - ask.wanted) % offer.step == 0 for ask in asks)


def test_who_has_no_member_is_booked_for_by_the_coordinator(season):
    coordinator = season._actor("")
    assert coordinator.person_id == season.stage.persons["francesca.bertoli"]
    rows = [row for row in table("households") if row["centre"] == "BONEMERSE"]
    member = next(row["member"] for row in rows if row["member"])
    assert season._actor(member).person_id == season.stage.persons[member.partition(" ")[0]]
