"""Price lists as a centre keeps them: found, held, begun, grown."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kit.db import lock_exclusive
from kit.errors import NotFound
from market.catalogue import producers
from market.catalogue.producers import AgreementKey
from market.catalogue.rules.listed import ListedProduct, SupplierList, Unsaid
from market.catalogue.rules.matching import KeptProduct
from market.catalogue.terms import LISTED, UNSAID
from market.tables.catalogue import PriceList, Producer, Product

DEFAULT_NAME = "Listino"


@dataclass(frozen=True, slots=True)
class KeptList:
    """A producer's list as a centre keeps it now; None and empty where there is none yet."""

    producer: Producer | None
    price_list: PriceList | None
    products: list[KeptProduct]


def get(session: Session, price_list_id: int) -> PriceList:
    """Return a price list; raises NotFound."""
    price_list = session.get(PriceList, price_list_id)
    if price_list is None:
        raise NotFound
    return price_list


def find(session: Session, centre_id: int, producer_id: int) -> PriceList | None:
    """Find the list a centre keeps of a producer: the first, where it keeps several."""
    query = (
        select(PriceList)
        .where(PriceList.centre_id == centre_id, PriceList.producer_id == producer_id)
        .order_by(PriceList.id)
    )
    return session.scalars(query.limit(1).execution_options(populate_existing=True)).first()


def kept_of(session: Session, centre_id: int, whose: Producer | SupplierList) -> KeptList:
    """Read the list a centre keeps of a producer, or of the one with a supplier's codes."""
    producer = whose if isinstance(whose, Producer) else None
    if isinstance(whose, SupplierList):
        producer = producers.find(session, whose.vat_number, whose.tax_code)
    price_list = find(session, centre_id, producer.id) if producer is not None else None
    return KeptList(producer, price_list, kept(session, price_list.id) if price_list else [])


def hold(session: Session, price_list_id: int) -> PriceList:
    """Hold a list alone and read it as it is now; raises NotFound."""
    lock_exclusive(session, "price_list", price_list_id)
    price_list = session.get(PriceList, price_list_id, populate_existing=True)
    if price_list is None:
        raise NotFound
    return price_list


def hold_first(
    session: Session,
    actor_id: int | None,
    centre_id: int,
    facts: producers.Facts,
    now: datetime,
    *,
    producer_id: int | None,
) -> PriceList:
    """Hold the first list of a producer in a centre: the one there is, or a new one.

    Without an id it is found, or admitted, by its facts; an agreement that is to be made takes
    its contact from them. A new list has version 0. The caller has checked who may.
    """
    lock_exclusive(session, "producers", 0)
    if producer_id is not None:
        producers.agree(session, actor_id, AgreementKey(centre_id, producer_id), now, facts)
    else:
        producer_id = producers.admit(session, actor_id, centre_id, facts, now).id
    return find(session, centre_id, producer_id) or start(session, centre_id, producer_id, now)


def start(session: Session, centre_id: int, producer_id: int, now: datetime) -> PriceList:
    """Make an empty list of a producer the centre has an agreement with."""
    price_list = PriceList(
        centre_id=centre_id,
        producer_id=producer_id,
        name=DEFAULT_NAME,
        version=0,
        created_at=now,
        updated_at=now,
    )
    session.add(price_list)
    session.flush()
    return price_list


def kept(session: Session, price_list_id: int) -> list[KeptProduct]:
    """Read every product of a list, gone ones too, as the rules compare them."""
    columns = [getattr(Product, name) for name in (*LISTED, *UNSAID)]
    query = (
        select(Product.id, Product.name_key, Product.gone_at, *columns)
        .where(Product.price_list_id == price_list_id)
        .order_by(Product.position, Product.id)
    )
    return [
        KeptProduct(
            id_,
            name_key,
            gone_at is not None,
            ListedProduct(row=row, **dict(zip(LISTED, values, strict=False))),
            Unsaid(**dict(zip(UNSAID, values[len(LISTED) :], strict=True))),
        )
        for row, (id_, name_key, gone_at, *values) in enumerate(session.execute(query), start=1)
    ]


def grow(session: Session, price_list_id: int, now: datetime) -> None:
    """Give a list its next version: whatever was previewed against it is no longer true."""
    session.execute(
        update(PriceList)
        .where(PriceList.id == price_list_id)
        .values(version=PriceList.version + 1, updated_at=now)
        .execution_options(synchronize_session=False)
    )
