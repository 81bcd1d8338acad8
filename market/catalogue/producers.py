"""Producers and what a centre agreed with them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from kit import audit
from kit.db import lock_exclusive, rows
from kit.errors import NotFound, Refused
from ledger import accounts
from market.catalogue import producer_codes, producer_owners
from market.catalogue.producer_owners import SHARED
from market.tables.catalogue import Agreement, PriceList, Producer, Product
from market.tables.centres import Centre
from people.actors import Actor
from people.roles import COORDINATOR


@dataclass(frozen=True, slots=True)
class AgreementKey:
    """What one centre agreed with one producer."""

    centre_id: int
    producer_id: int


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a producer, and what one centre agreed with it.

    Codes are tidied by `kit.codes`, "" where unknown. The last five belong to the agreement:
    where the centre's orders go, the minimum of one in cents, notes, whether it still buys.
    """

    name: str
    vat_number: str = ""
    tax_code: str = ""
    website: str = ""
    municipality: str = ""
    street: str = ""
    locality: str = ""
    zip_code: str = ""
    story: str = ""
    email: str = ""
    phone: str = ""
    minimum_cents: int = 0
    text: str = ""
    active: bool = True


_AGREED = ("email", "phone", "minimum_cents", "text", "active")
_NULLABLE = ("vat_number", "tax_code", "email", "phone", "website", "municipality")


class CentreProducer(NamedTuple):
    """A producer as one centre knows it, with a list of it (one row each) and its products."""

    id: int
    name: str
    locality: str
    email: str | None
    active: bool
    minimum_cents: int
    price_list_id: int | None
    price_list_name: str | None
    updated_at: datetime | None
    products: int
    orderable: int


def names_beside(session: Session, producer_id: int) -> list[str]:
    """The names of all other producers, whichever centres buy from them, the oldest first."""
    others = select(Producer.name).where(Producer.id != producer_id)
    return list(session.scalars(others.order_by(Producer.id)))


def of_centre(session: Session, centre_id: int) -> list[CentreProducer]:
    """List a centre's producers by name, those it still buys from first."""
    products = (
        select(
            Product.price_list_id,
            func.count().filter(Product.gone_at.is_(None)).label("products"),
            func.count().filter(Product.orderable).label("orderable"),
        )
        .group_by(Product.price_list_id)
        .subquery()
    )
    query = (
        select(
            Producer.id,
            Producer.name,
            Producer.locality,
            Agreement.email,
            Agreement.active,
            Agreement.minimum_cents,
            PriceList.id.label("price_list_id"),
            PriceList.name.label("price_list_name"),
            PriceList.updated_at,
            func.coalesce(products.c.products, 0).label("products"),
            func.coalesce(products.c.orderable, 0).label("orderable"),
        )
        .join(Agreement, Agreement.producer_id == Producer.id)
        .outerjoin(
            PriceList,
            (PriceList.producer_id == Producer.id) & (PriceList.centre_id == Agreement.centre_id),
        )
        .outerjoin(products, products.c.price_list_id == PriceList.id)
        .where(Agreement.centre_id == centre_id)
        .order_by(Agreement.active.desc(), Producer.name_order, Producer.id, PriceList.id)
    )
    return rows(session, CentreProducer, query)


def get(session: Session, centre_id: int, producer_id: int) -> tuple[Producer, Agreement]:
    """Return a producer with its agreement in a centre as they are now; raises NotFound."""
    agreement = session.get(Agreement, (centre_id, producer_id), populate_existing=True)
    producer = session.get(Producer, producer_id, populate_existing=True)
    if agreement is None or producer is None:
        raise NotFound
    return producer, agreement


def held(session: Session, actor: Actor, key: AgreementKey) -> tuple[Producer, Agreement]:
    """Hold a producer and its agreement to edit them, for coordinators; raises NotFound."""
    actor.require(COORDINATOR, "centre", key.centre_id)
    get(session, key.centre_id, key.producer_id)  # who has no agreement with it waits for nobody
    lock_exclusive(session, "producers", 0)
    return get(session, key.centre_id, key.producer_id)


def find(session: Session, *codes: str) -> Producer | None:
    """Find the producer with one of these codes, whichever field a program put them in."""
    known = [code for code in codes if code]
    if not known:
        return None
    query = (
        select(Producer)
        .where(or_(Producer.vat_number.in_(known), Producer.tax_code.in_(known)))
        .order_by(Producer.id)
    )
    return session.scalars(query.limit(1)).first()


def by_code(session: Session, code: str) -> Producer:
    """Return the producer with this public code; raises NotFound."""
    spellings = (code, code.lower(), code.upper())
    producer = session.scalars(select(Producer).where(Producer.code.in_(spellings))).first()
    if producer is None:
        raise NotFound
    return producer


def welcome(
    session: Session, actor: Actor, centre_id: int, facts: Facts, now: datetime
) -> Producer:
    """Add a producer to a centre; one already known by its codes is linked, not doubled.

    For coordinators of the centre. What other centres wrote of a known producer stays.
    """
    actor.require(COORDINATOR, "centre", centre_id)
    return admit(session, actor.person_id, centre_id, facts, now)


def admit(
    session: Session, actor_id: int | None, centre_id: int, facts: Facts, now: datetime
) -> Producer:
    """Find or make the producer and its agreement; the caller has checked who may."""
    lock_exclusive(session, "producers", 0)
    producer = find(session, facts.vat_number, facts.tax_code)
    if producer is None:
        producer = Producer(
            code=producer_codes.free(session, facts.name),
            owner_centre_id=centre_id,
            created_at=now,
            **_columns(facts),
        )
        session.add(producer)
        session.flush()
        audit.record(session, actor_id, "welcomed", producer, now, after=_columns(facts))
    agree(session, actor_id, AgreementKey(centre_id, producer.id), now, facts)
    return producer


def agree(
    session: Session,
    actor_id: int | None,
    key: AgreementKey,
    now: datetime,
    facts: Facts | None = None,
) -> None:
    """Make the agreement of a centre with a producer and its account, unless there is one.

    Its contact is that of the facts, never one that another centre wrote. Where nobody bought
    from the producer any more it is the centre's from now on.
    """
    if session.get(Agreement, (key.centre_id, key.producer_id)) is not None:
        return
    centre = session.get(Centre, key.centre_id)
    producer = session.get(Producer, key.producer_id)
    if centre is None or producer is None:
        raise NotFound
    owner, code = f"centre:{centre.code.lower()}", producer.code.lower()
    account_id = accounts.open(session, f"{owner}:producer:{code}", "producer", f"producer:{code}")
    values = _agreed(facts or Facts(name=producer.name))
    session.add(
        Agreement(
            centre_id=key.centre_id,
            producer_id=key.producer_id,
            payable_account_id=account_id,
            created_at=now,
            **values,
        )
    )
    session.flush()
    after = {"centre_id": key.centre_id, **values}
    audit.record(session, actor_id, "agreement.made", producer, now, after=after)
    producer_owners.keep_owned(session, actor_id, producer, now)


def edit(session: Session, actor: Actor, key: AgreementKey, facts: Facts, now: datetime) -> None:
    """Correct what a centre agreed with a producer; its owner also what all centres read of it.

    For coordinators of the centre. What all read is told to the coordinators of each that has an
    agreement. Raises NotFound; Refused where another centre is the owner, or another producer
    has one of the codes.
    """
    producer, agreement = held(session, actor, key)
    shared, agreed = _new(producer, _columns(facts)), _new(agreement, _agreed(facts))
    if shared:
        if not owns(producer, key.centre_id):
            raise Refused("Questi dati li corregge solo il centro che li tiene: qui restano così.")
        producer_codes.check(session, producer.id, facts.vat_number, facts.tax_code)
    if agreed:
        before = _set(session, agreement, agreed)
        after = {"centre_id": key.centre_id, **agreed}
        audit.record(session, actor, "agreement.edited", producer, now, before=before, after=after)
    if shared:
        before = _set(session, producer, shared)
        audit.record(session, actor, "edited", producer, now, before=before, after=shared)
        producer_owners.tell(session, actor, producer, before, now)
    if "active" in agreed:
        producer_owners.keep_owned(session, actor.person_id, producer, now)


def owns(producer: Producer, centre_id: int) -> bool:
    """Whether a centre may correct what all centres read of a producer."""
    return producer.owner_centre_id == centre_id


def _new(row: Producer | Agreement, values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if getattr(row, name) != value}


def _set(session: Session, row: Producer | Agreement, new: dict[str, Any]) -> dict[str, Any]:
    """Write what is new; give what it replaces."""
    before = {name: getattr(row, name) for name in new}
    for name, value in new.items():
        setattr(row, name, value)
    session.flush()
    return before


def _agreed(facts: Facts) -> dict[str, Any]:
    return _kept(facts, _AGREED)


def _columns(facts: Facts) -> dict[str, Any]:
    return _kept(facts, SHARED)


def _kept(facts: Facts, names: Iterable[str]) -> dict[str, Any]:
    values = {name: getattr(facts, name) for name in names}
    return {name: (value or None) if name in _NULLABLE else value for name, value in values.items()}
