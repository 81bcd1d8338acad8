"""The group orders of the demo: opened, booked, closed and settled as the weeks went by."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from demo import bookings
from demo.centres import coordination, take_cash
from demo.stage import Stage, cents, toml
from market import settlements
from market.centres import purses
from market.closings import closings, dry_runs
from market.group_orders import opening
from market.group_orders.opening import NewOrder
from market.tables.catalogue import Agreement, PriceList, Producer
from market.tables.centres import PickupPoint
from people.roles import COORDINATOR, TREASURER

# When the treasurers sit at the pick-up point, in days from today.
CASH_DAYS = (-49, -25, -12, -6)
NEVER_PAYS_AHEAD = ("C018", "C033")


@dataclass(frozen=True)
class Told:
    """One order of the data file with its instants."""

    values: dict[str, Any]
    opens_at: datetime
    closes_at: datetime
    delivery_day: date
    closing_at: datetime
    """When its coordinator closes it: soon after its hour, or before."""
    cancelling_at: datetime | None

    @property
    def last_booking_at(self) -> datetime:
        """Until when households book."""
        return min(self.closes_at, self.closing_at, self.cancelling_at or self.closes_at)

    @property
    def centre(self) -> str:
        """The code of its centre."""
        return str(self.values["centre"])


def build(stage: Stage) -> None:
    """Plan everything that happened with every order until now."""
    for values in toml("orders")["order"]:
        _plan(stage, _read(stage, values))
    for code in stage.centres:
        for days in CASH_DAYS:
            stage.plan(stage.at(days, 18, 20), partial(_collect, stage, code))


def _read(stage: Stage, values: dict[str, Any]) -> Told:
    """Set the instants; delivery is on the first pick-up day of the centre that fits."""
    closes_at = stage.at(values["closes"], 20)
    day = stage.today + timedelta(days=values["closes"] + values.get("lead", 2))
    if values.get("waiting"):
        day = max(day, stage.today + timedelta(days=1))
    weekday = int(values.get("weekday", coordination(values["centre"])["weekday"]))
    day += timedelta(days=(weekday - day.weekday()) % 7)
    early, cancelled = values.get("closed"), values.get("cancelled")
    return Told(
        values,
        stage.at(values["opens"], 8),
        closes_at,
        day,
        closes_at + timedelta(minutes=25) if early is None else stage.at(early, 18, 40),
        None if cancelled is None else stage.at(cancelled, 18, 10),
    )


def _plan(stage: Stage, told: Told) -> None:
    opened: list[int] = []
    announced = min(told.opens_at - timedelta(hours=11), stage.now - timedelta(hours=3))
    stage.plan(announced, lambda now: opened.append(_open(stage, told, now)))
    if told.opens_at >= stage.now:
        return
    until = min(told.last_booking_at, stage.now)
    almost_full = told.values.get("almost_full", {})
    places = bookings.Season(
        stage, told.centre, str(told.values["producer"]), opened, tuple(almost_full)
    )
    share = told.values.get("share", 0)
    places.plan(told.values["title"], share / 10, told.opens_at, until)
    for number, line in enumerate(told.values.get("lines", [])):
        places.plan_line(line, told.opens_at + timedelta(hours=3 + number))
    for name, missing in almost_full.items():
        places.plan_almost_full(name, missing, until - timedelta(minutes=40))
    if told.cancelling_at is not None:
        stage.plan(told.cancelling_at, lambda now: _cancel(stage, told, opened[0], now))
    elif told.closing_at < stage.now:
        stage.plan(told.closing_at, lambda now: _close(stage, told, opened[0], now))
        if not {"waiting", "late", "closed", "nothing"} & told.values.keys():
            settling = stage.on(told.delivery_day, 19, 10)
            stage.plan(settling, lambda now: _settle(stage, told, opened[0], now))


def _open(stage: Stage, told: Told, now: datetime) -> int:
    session, centre_id = stage.session, stage.centres[told.centre]
    name = toml("producers")[told.values["producer"]]["name"]
    price_list_id, minimum = session.execute(
        select(PriceList.id, Agreement.minimum_cents)
        .join(Producer, Producer.id == PriceList.producer_id)
        .join(
            Agreement,
            (Agreement.producer_id == Producer.id) & (Agreement.centre_id == PriceList.centre_id),
        )
        .where(PriceList.centre_id == centre_id, Producer.name == name)
    ).one()
    point = select(PickupPoint.id).where(
        PickupPoint.centre_id == centre_id, PickupPoint.name == told.values["point"]
    )
    terms = NewOrder(
        price_list_id=price_list_id,
        pickup_point_id=session.execute(point).scalar_one(),
        title=told.values["title"],
        opens_at=told.opens_at,
        closes_at=told.closes_at,
        delivery_day=told.delivery_day,
        minimum_cents=minimum,
        transport_cents=cents(told.values["transport"]),
        transport_by=told.values["by"],
        note=told.values.get("note", ""),
    )
    actor = stage.acting(coordination(told.centre)[COORDINATOR])
    return opening.open_(session, actor, terms, now)


def _close(stage: Stage, told: Told, group_order_id: int, now: datetime) -> None:
    actor = stage.acting(coordination(told.centre)[COORDINATOR])
    seen = dry_runs.dry_run(stage.session, actor, group_order_id)
    closings.close(stage.session, actor, group_order_id, seen.token, now)


def _cancel(stage: Stage, told: Told, group_order_id: int, now: datetime) -> None:
    actor = stage.acting(coordination(told.centre)[COORDINATOR])
    opening.cancel(stage.session, actor, group_order_id, told.values["reason"].strip(), now)


def _settle(stage: Stage, told: Told, group_order_id: int, now: datetime) -> None:
    actor = stage.acting(coordination(told.centre)[TREASURER])
    settlements.settle(stage.session, actor, group_order_id, now)


def _collect(stage: Stage, code: str, now: datetime) -> None:
    """Households whose credit runs low bring round sums; two of them pay later."""
    actor = stage.acting(coordination(code)[COORDINATOR])
    for row in purses.of_centre(stage.session, actor, stage.centres[code]):
        wished = 12_000 + 4_000 * (row.id % 3)
        if row.room < wished and row.code not in NEVER_PAYS_AHEAD:
            amount = (wished - row.room + 4_999) // 5_000 * 5_000
            take_cash(stage, code, row.id, amount, now)
