"""What an order must promise."""

from datetime import UTC, date, datetime, timedelta

import pytest

from market.group_orders.rules import opening

NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)
DAY = date(2026, 12, 4)


def wrong(opens=NOW, closes=NOW + timedelta(days=3), closing=DAY, delivery=DAY):
    return list(opening.errors(opens, closes, NOW, closing, delivery))


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({}, []),
        ({"closes": NOW}, ["closes_at"]),
        ({"closes": NOW + timedelta(seconds=1)}, []),
        ({"opens": NOW + timedelta(days=3)}, ["closes_at"]),
        ({"delivery": DAY - timedelta(days=1)}, ["delivery_day"]),
        ({"closes": NOW + timedelta(days=366)}, []),
        ({"closes": NOW + timedelta(days=367)}, ["closes_at"]),
        ({"closes": NOW.replace(year=2199)}, ["closes_at"]),
        ({"opens": NOW.replace(year=1900)}, []),
        ({"opens": NOW.replace(year=2190), "closes": NOW.replace(year=2190, day=9)}, ["opens_at"]),
        ({"delivery": DAY + timedelta(days=366)}, []),
        ({"delivery": DAY.replace(year=2199)}, ["delivery_day"]),
        ({"closes": NOW, "delivery": DAY - timedelta(days=1)}, ["closes_at", "delivery_day"]),
    ],
)
def test_each_instant_that_cannot_be_is_named(values, fields):
    assert wrong(**values) == fields


@pytest.mark.parametrize(
    ("amounts", "fields"),
    [
        ((0, 0, "value"), []),
        ((opening.AMOUNT_MAX, opening.AMOUNT_MAX, "equal"), []),
        ((-1, 0, "value"), ["minimum_cents"]),
        ((0, opening.AMOUNT_MAX + 1, "weight"), ["transport_cents"]),
        ((0, 0, "moon"), ["transport_by"]),
    ],
)
def test_each_amount_that_cannot_be_is_named(amounts, fields):
    assert list(opening.amount_errors(*amounts)) == fields
