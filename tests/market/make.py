"""A small centre: a producer with a list, households with credit, an open group order."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.orm import Session

from kit import clock
from ledger import accounts, journal
from market.bookings.keys import BookingKey
from market.bookings.lines import Ask, set_line
from market.centres import households
from market.centres.households import NewHousehold
from market.group_orders import opening
from market.group_orders.opening import NewOrder
from market.tables.catalogue import Agreement, PriceList, Producer, Product
from market.tables.centres import Centre, Household, PickupPoint
from people.actors import Actor
from tests import make

_number = count(1)


@dataclass
class World:
    """What a market test starts from; `terms` opens the order once more."""

    centre: Centre
    point: PickupPoint
    producer: Producer
    agreement: Agreement
    price_list: PriceList
    coordinator: Actor
    now: datetime
    terms: NewOrder


def world(session: Session) -> World:
    """A centre with one producer, an empty price list and a coordinator."""
    n, now = next(_number), clock.now(session)
    account = accounts.open(session, f"centre:c{n}:transport", "transport", f"centre:c{n}")
    centre = Centre(
        code=f"C{n}",
        name=f"Centro {n}",
        municipality="019036",
        transport_account_id=account,
        created_at=now,
    )
    session.add(centre)
    session.flush()
    producer = Producer(
        code=f"P{n}", name="Cascina Verde", owner_centre_id=centre.id, created_at=now
    )
    session.add(producer)
    session.flush()
    payable = accounts.open(session, f"centre:c{n}:producer:p{n}", "producer", f"producer:p{n}")
    point = PickupPoint(centre_id=centre.id, name="Oratorio", address="Via Roma 1")
    agreement = Agreement(
        centre_id=centre.id,
        producer_id=producer.id,
        payable_account_id=payable,
        email="cascina@esempio.it",
        created_at=now,
    )
    session.add_all([point, agreement])
    session.flush()
    price_list = PriceList(
        centre_id=centre.id,
        producer_id=producer.id,
        name="Listino",
        created_at=now,
        updated_at=now,
    )
    session.add(price_list)
    session.flush()
    coordinator = make.actor(session, None, ("coordinator", "centre", centre.id))
    terms = NewOrder(
        price_list_id=price_list.id,
        pickup_point_id=point.id,
        title="Ordine di prova",
        opens_at=now - timedelta(days=1),
        closes_at=now + timedelta(days=3),
        delivery_day=clock.to_rome(now).date() + timedelta(days=6),
    )
    return World(centre, point, producer, agreement, price_list, coordinator, now, terms)


def product(session: Session, at: World, name: str = "Mele", **values: Any) -> Product:
    """A product of the list: 3,50 € for 1 kg unless told otherwise."""
    n = next(_number)
    defaults = {"position": n, "name": f"{name} {n}", "name_key": f"{name} {n}".lower()}
    values = {"unit": "g", "price_micros": 3_500_000, "price_quantity": 1000, **defaults, **values}
    found = Product(price_list_id=at.price_list.id, **values)
    session.add(found)
    session.flush()
    return found


def pieces(session: Session, at: World, **values: Any) -> Product:
    """A product sold by the piece at 2,00 €."""
    values = {"unit": "piece", "price_micros": 2_000_000, "price_quantity": 1, **values}
    return product(session, at, "Cassetta", **values)


def household(
    session: Session, at: World, code: str | None = None, credit: int = 10_000
) -> Household:
    """A household with this credit (cents) on its account."""
    n = next(_number)
    new = NewHousehold(code or f"F{n:04}", f"Famiglia {n}", email=f"famiglia{n}@esempio.it")
    found = households.welcome(session, at.coordinator, at.centre.id, new, at.now)
    if credit:
        top_up(session, found.account_id, credit, at.now)
    return found


def top_up(session: Session, account_id: int, cents: int, now: datetime) -> None:
    cash = accounts.open(session, "cash:test", "cash", "cash:test")
    journal.post(
        session,
        f"test:top-up:{next(_number)}",
        "top_up",
        [(account_id, cents), (cash, -cents)],
        actor_id=None,
        now=now,
    )


def member(session: Session, of: Household) -> Actor:
    """Somebody who books for this household."""
    return make.actor(session, None, ("member", "household", of.id))


def opened(session: Session, at: World, **changes: Any) -> int:
    """An open group order on the list as it is now."""
    return opening.open_(session, at.coordinator, replace(at.terms, **changes), at.now)


def book(
    session: Session,
    at: World,
    order_id: int,
    of: Household,
    wanted: tuple[int, int] | tuple[int, int, int],
) -> None:
    """A line booked by the coordinator on behalf of a household: (product, wanted, at most)."""
    product_id, quantity, at_most = (*wanted, wanted[1])[:3]
    ask = Ask(product_id, quantity, at_most)
    set_line(session, at.coordinator, BookingKey(order_id, of.id), ask, at.now)


def a_day(at: World, days: int) -> date:
    return clock.to_rome(at.now).date() + timedelta(days=days)


def counter(connection: Connection) -> Callable[[Callable[[], object]], int]:
    """Count the statements an act sends over a connection, savepoints left out."""

    def count_of(act: Callable[[], object]) -> int:
        seen: list[str] = []

        def listen(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
                seen.append(statement)

        event.listen(connection, "before_cursor_execute", listen)
        try:
            act()
        finally:
            event.remove(connection, "before_cursor_execute", listen)
        return len(seen)

    return count_of


def producer_code(session: Session, of: PriceList) -> str:
    """The code by which commands name the producer of a list."""
    return session.get_one(Producer, of.producer_id).code
