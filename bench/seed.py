"""Fill a database with a centre's life in one of three sizes, by set-based SQL."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from kit import clock
from ledger import accounts, journal
from ledger.rules.entries import Entry
from market.group_orders import opening
from market.group_orders.opening import NewOrder
from market.tables.catalogue import Agreement, PriceList, Producer
from market.tables.centres import Centre, PickupPoint
from people import proofs, roles, sign_ins
from people.actors import Actor
from people.tables.persons import Person

CREDIT_CENTS = 200_000


@dataclass(frozen=True)
class Size:
    """How much of everything. The first order is the large one: every household, `per_booking`."""

    households: int
    first_centre: int
    producers: int
    products: int
    orders: int
    products_per_order: int
    per_booking: int
    lines: int
    members: int = 64


SIZES = {
    "S": Size(30, 30, 3, 60, 2, 30, 15, 600, 17),
    "M": Size(400, 400, 12, 500, 3, 160, 40, 20_000),
    "L": Size(3000, 1000, 300, 20_000, 12, 300, 100, 200_000),
}


@dataclass(frozen=True)
class Seeded:
    """Where a benchmark finds what was seeded; `tokens` are sessions of households' members."""

    centre_id: int
    order_ids: list[int]
    coordinator_token: str
    tokens: list[str]


def market(session: Session, size: Size) -> Seeded:
    """Seed centres, households with credit, price lists, open orders and their bookings."""
    now = clock.now(session)
    coordinator, token = _coordinator(session, now)
    centre = _centre(session, "BENCH", now)
    _households(session, centre.id, "bench", size.first_centre, now)
    rest = size.households - size.first_centre
    if rest:
        other = _centre(session, "BENCH2", now)
        _households(session, other.id, "bench2", rest, now)
    roles.grant(session, None, coordinator.id, roles.COORDINATOR, "centre", centre.id, now)
    actor = sign_ins.require(session, token)
    point = PickupPoint(centre_id=centre.id, name="Oratorio", address="Via Roma 1")
    session.add(point)
    session.flush()
    order_ids = []
    for n in range(size.producers):
        price_list = _price_list(session, centre, n, now)
        in_order = n < size.orders
        count = size.products_per_order if in_order else _spread(size, n)
        _products(session, price_list.id, n, count)
        if in_order:
            order_ids.append(_open(session, actor, price_list.id, point.id, n, now))
    _book(session, order_ids[0], size.per_booking, now)
    left = size.lines - size.per_booking * size.first_centre
    others = order_ids[1:]
    for order_id in others:
        per_booking = max(left // (len(others) * size.first_centre), 1)
        _book(session, order_id, per_booking, now)
    _counters(session)
    tokens = _members(session, centre.id, size.members, now)
    return Seeded(centre.id, order_ids, token, tokens)


def _spread(size: Size, n: int) -> int:
    left = size.products - size.orders * size.products_per_order
    others = max(size.producers - size.orders, 1)
    return max(left // others + (1 if n - size.orders < left % others else 0), 1)


def _coordinator(session: Session, now: datetime) -> tuple[Person, str]:
    person = Person(email="bench@esempio.it", name="Bianca Coordina", created_at=now)
    session.add(person)
    session.flush()
    return person, sign_ins.open_session(
        session, person.id, "bench", now, proofs.BY_PASSWORD_AND_CODE
    )


def _centre(session: Session, code: str, now: datetime) -> Centre:
    owner = f"centre:{code.lower()}"
    centre = Centre(
        code=code,
        name=f"Centro {code}",
        municipality="019036",
        transport_account_id=accounts.open(session, f"{owner}:transport", "transport", owner),
        created_at=now,
    )
    session.add(centre)
    session.flush()
    return centre


def _households(session: Session, centre_id: int, code: str, count: int, now: datetime) -> None:
    session.execute(
        text(
            "with made as (insert into account (code, kind, owner_ref, min_balance)"
            " select 'household:' || cast(:code as text) || chr(58) || 'f' || n, 'household',"
            " 'household:' || cast(:code as text) || chr(58) || 'f' || n, -1000000"
            " from generate_series(1, :count) n returning id, code)"
            " insert into household (centre_id, code, name, account_id, created_at)"
            " select :centre_id, upper(split_part(code, ':', 3)),"
            " 'Famiglia ' || split_part(code, ':', 3), id, :now from made"
        ),
        {"code": code, "count": count, "centre_id": centre_id, "now": now},
    )
    cash = accounts.open(session, f"centre:{code}:cash", "cash", f"centre:{code}")
    rows = session.execute(
        text("select id, account_id from household where centre_id = :c order by id"),
        {"c": centre_id},
    ).all()
    for start in range(0, len(rows), 1000):
        entries = [
            Entry(
                f"bench:credit:{row.id}",
                "top_up",
                [(row.account_id, CREDIT_CENTS), (cash, -CREDIT_CENTS)],
            )
            for row in rows[start : start + 1000]
        ]
        journal.post_many(session, entries, None, now)


def _price_list(session: Session, centre: Centre, n: int, now: datetime) -> PriceList:
    producer = Producer(
        code=f"BP{n}", name=f"Cascina {n}", owner_centre_id=centre.id, created_at=now
    )
    session.add(producer)
    session.flush()
    payable = accounts.open(session, f"centre:bench:producer:bp{n}", "producer", f"producer:bp{n}")
    session.add(
        Agreement(
            centre_id=centre.id,
            producer_id=producer.id,
            payable_account_id=payable,
            email=f"cascina{n}@esempio.it",
            created_at=now,
        )
    )
    session.flush()
    price_list = PriceList(
        centre_id=centre.id, producer_id=producer.id, name="Listino", created_at=now, updated_at=now
    )
    session.add(price_list)
    session.flush()
    return price_list


def _products(session: Session, price_list_id: int, n: int, count: int) -> None:
    """Half by the kilo, half by the piece in whole cases of 6."""
    session.execute(
        text(
            "insert into product (price_list_id, position, name, name_key, category, sold_as,"
            " unit, price_micros, price_quantity, case_size, whole_cases, step, unit_weight_g)"
            " select :list, i, 'Prodotto ' || :n || ' ' || i, 'prodotto ' || :n || ' ' || i,"
            " 'Categoria ' || (i / 25), case when i % 2 = 0 then 'Kg' else 'Cassetta' end,"
            " case when i % 2 = 0 then 'g' else 'piece' end, (150 + (i * 37) % 900) * 10000,"
            " case when i % 2 = 0 then 1000 else 1 end, case when i % 2 = 0 then 0 else 6 end,"
            " i % 2 = 1, case when i % 2 = 0 then 500 else 1 end,"
            " case when i % 2 = 0 then null else 800 end"
            " from generate_series(1, :count) i"
        ),
        {"list": price_list_id, "n": str(n), "count": count},
    )


def _open(
    session: Session, actor: Actor, price_list_id: int, point_id: int, n: int, now: datetime
) -> int:
    terms = NewOrder(
        price_list_id=price_list_id,
        pickup_point_id=point_id,
        title=f"Ordine {n + 1}",
        opens_at=now - timedelta(days=1),
        closes_at=now + timedelta(days=3),
        delivery_day=clock.to_rome(now + timedelta(days=7)).date(),
        transport_cents=12_345,
        transport_by="weight",
    )
    return opening.open_(session, actor, terms, now)


def _book(session: Session, order_id: int, per_booking: int, now: datetime) -> None:
    """Let every household of the centre book `per_booking` different products."""
    values = {"order": order_id, "per": per_booking, "now": now}
    session.execute(
        text(
            "insert into booking (group_order_id, household_id, created_at, updated_at)"
            " select :order, h.id, :now, :now from household h join group_order o"
            " on o.centre_id = h.centre_id where o.id = :order"
        ),
        values,
    )
    session.execute(
        text(
            "insert into booking_line (booking_id, offer_id, wanted, at_most, amount_cents,"
            " at_most_cents, updated_at)"
            " select booking_id, offer_id, wanted, at_most,"
            " div(price_micros::numeric * wanted + half, 2 * half),"
            " div(price_micros::numeric * at_most + half, 2 * half), :now"
            " from (select b.id as booking_id, f.id as offer_id, f.price_micros,"
            "   5000 * f.price_quantity as half, f.step * (1 + (b.id + f.id) % 3) as wanted,"
            "   f.step * (1 + (b.id + f.id) % 3 + (b.id * 7 + f.id) % 3) as at_most"
            "   from booking b join (select *, row_number() over (order by id) - 1 as r,"
            "     count(*) over () as n from offer where group_order_id = :order) f"
            "   on (f.r + f.n - b.id % f.n) % f.n < :per where b.group_order_id = :order) l"
        ),
        values,
    )


def _counters(session: Session) -> None:
    """Bring every kept counter to what the lines say."""
    for statement in (
        "update offer f set wanted = s.w, at_most = s.m, wanted_cents = s.c, households = s.n"
        " from (select offer_id, sum(wanted) w, sum(at_most) m, sum(amount_cents) c, count(*) n"
        " from booking_line where at_most > 0 group by 1) s"
        " where s.offer_id = f.id",
        "update booking b set wanted_cents = s.c, committed_cents = s.m, lines = s.n"
        " from (select booking_id, sum(amount_cents) c, sum(at_most_cents) m, count(*) n"
        " from booking_line where at_most > 0 group by 1) s"
        " where s.booking_id = b.id",
        "update household h set commitment_cents = s.m from (select household_id,"
        " sum(committed_cents) m from booking group by 1) s where s.household_id = h.id",
        "update household set limit_cents = 1000000",
        "analyze",
    ):
        session.execute(text(statement))


def _members(session: Session, centre_id: int, count: int, now: datetime) -> list[str]:
    tokens = []
    rows = (
        session.execute(
            text("select id from household where centre_id = :c order by id limit :n"),
            {"c": centre_id, "n": count},
        )
        .scalars()
        .all()
    )
    for n, household_id in enumerate(rows):
        person = Person(email=f"bench{n}@esempio.it", name=f"Persona {n}", created_at=now)
        session.add(person)
        session.flush()
        roles.grant(session, None, person.id, roles.MEMBER, "household", household_id, now)
        tokens.append(
            sign_ins.open_session(session, person.id, "bench", now, proofs.BY_PASSWORD_AND_CODE)
        )
    return tokens
