"""The form of a group order: what it proposes, and how it is read."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from kit import spelled
from kit.clock import to_rome
from kit.errors import Invalid, Message, Refused
from kit.http.forms import Form
from kit.rome import check_minute
from kit.sentences import typed_euro
from market.group_orders.opening import Hours, NewOrder
from market.group_orders.rules import opening
from market.group_orders.rules.opening import LONGEST

WAYS = [
    ("value", Message("Secondo la spesa"), Message("Chi spende di più paga di più.")),
    ("weight", Message("Secondo il peso"), Message("Serve il peso di ogni prodotto a pezzi.")),
    ("quantity", Message("Secondo le quantità"), Message("Pezzi, chili e litri contano uguale.")),
    ("equal", Message("In parti uguali"), Message("Ogni famiglia che ordina paga lo stesso.")),
]
CLOSING_DAYS, DELIVERY_DAYS = 7, 9
CLOSING_HOUR = time(20)


def proposed(chosen: Any, in_cases: Sequence[Any], now: datetime) -> dict[str, str]:
    """Fill a new form for a price list: a week to book, what was agreed, cases as listed."""
    today = to_rome(now).date()
    closes_at = datetime.combine(today + timedelta(days=CLOSING_DAYS), CLOSING_HOUR)
    return {
        "price_list_id": str(chosen.price_list_id),
        "title": chosen.name,
        "opens_at": f"{to_rome(now):%Y-%m-%dT%H:%M}",
        "closes_at": f"{closes_at:%Y-%m-%dT%H:%M}",
        "delivery_day": (today + timedelta(days=DELIVERY_DAYS)).isoformat(),
        "minimum_cents": typed_euro(chosen.minimum_cents),
        "transport_cents": "",
        "transport_by": "value",
        **{f"whole-{row.id}": "yes" for row in in_cases if row.whole_cases},
    }


def new_order(form: Form, price_list_id: int, points: Sequence[int], now: datetime) -> NewOrder:
    """Read the form; raises Invalid with every error at once."""
    title = form.text("title", max_length=120)
    opens_at = _minute(form, "opens_at", required=False) or now
    if now - opens_at > LONGEST:
        form.add_error(
            "opens_at", Message("L'apertura è passata da più di un anno: controlla l'anno.")
        )
    closes_at, delivery_day = _minute(form, "closes_at"), form.day("delivery_day")
    point = form.id_("pickup_point_id", points)
    minimum = form.euro("minimum_cents", required=False)
    transport = form.euro("transport_cents", required=False)
    by = form.choice("transport_by", [way[0] for way in WAYS])
    note = form.text("note", required=False, max_length=2000, multiline=True)
    if form.errors or closes_at is None or delivery_day is None or point is None:
        if closes_at is not None and delivery_day is not None:  # what cannot be is said at once
            hours_ = opening.errors(
                opens_at, closes_at, now, to_rome(closes_at).date(), delivery_day
            )
            for name, message in hours_.items():
                form.add_error(name, message)
        raise Invalid(form.errors)
    return NewOrder(
        price_list_id=price_list_id,
        pickup_point_id=point,
        title=title,
        opens_at=opens_at,
        closes_at=closes_at,
        delivery_day=delivery_day,
        minimum_cents=minimum or 0,
        transport_cents=transport or 0,
        transport_by=by,
        note=note,
        whole_cases=_whole(form),
    )


def hours(closes_at: datetime, delivery_day: date) -> dict[str, str]:
    """Write when an order closes and is delivered as the fields take it back."""
    seconds = "seconds" if closes_at.second else "minutes"
    closes = to_rome(closes_at).replace(tzinfo=None).isoformat(timespec=seconds)
    return {"closes_at": closes, "delivery_day": delivery_day.isoformat()}


def read_hours(form: Form) -> Hours:
    """Read when an order closes and is delivered; raises Invalid."""
    closes_at, delivery_day = _minute(form, "closes_at"), form.day("delivery_day")
    if form.errors or closes_at is None or delivery_day is None:
        raise Invalid(form.errors)
    return Hours(closes_at, delivery_day)


def _minute(form: Form, name: str, *, required: bool = True) -> datetime | None:
    """Read an instant that bounds an order: a whole minute, as it is told to everybody."""
    instant = form.instant(name, required=required)
    if instant is not None:
        try:
            check_minute(instant)
        except Refused as refused:
            form.take(refused, name)
    return instant


def _whole(form: Form) -> set[int]:
    """Read the products ticked as sold in full cases only."""
    ticked = (name.removeprefix("whole-") for name in form.values if name.startswith("whole-"))
    return {id_ for text in ticked if (id_ := spelled.id_(text)) is not None}
