"""Price lists as a centre keeps them, and the correction of a single product."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, func, select, update
from sqlalchemy.orm import Session

from kit import audit
from kit.db import lock_exclusive
from kit.errors import NotFound, Refused
from market.catalogue.rules.listed import ListedProduct
from market.catalogue.rules.matching import KeptProduct, free_key
from market.catalogue.rules.plain_text import comparable
from market.catalogue.terms import CORRECTED, LISTED, corrected, fingerprint
from market.tables.catalogue import PriceList, Product
from people.actors import Actor
from people.roles import COORDINATOR

PAGE_SIZE = 100
DEFAULT_NAME = "Listino"
FILTERS: dict[str, Any] = {
    "": Product.gone_at.is_(None),
    "orderable": Product.orderable,
    "without_price": (Product.price_cents == 0) & Product.gone_at.is_(None),
    "inactive": ~Product.active & Product.gone_at.is_(None),
    "gone": Product.gone_at.is_not(None),
}


@dataclass(frozen=True)
class Correction:
    """What a product becomes, every column of `terms.CORRECTED`, and the fingerprint seen."""

    values: Mapping[str, Any]
    seen: str


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
    columns = [getattr(Product, name) for name in LISTED]
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
            ListedProduct(row=row, **dict(zip(LISTED, values, strict=True))),
        )
        for row, (id_, name_key, gone_at, *values) in enumerate(session.execute(query), start=1)
    ]


def products(
    session: Session, price_list_id: int, text: str, only: str, page: int
) -> tuple[list[Row[Any]], int]:
    """List a page of products whose name, code or category holds `text`; and how many do.

    `only` is a key of FILTERS.
    """
    where: list[Any] = [Product.price_list_id == price_list_id, FILTERS.get(only, FILTERS[""])]
    if words := comparable(text):
        where += [Product.name_key.contains(word, autoescape=True) for word in words.split()]
    query = (
        select(*Product.__table__.c, func.count().over().label("total"))
        .where(*where)
        .order_by(Product.position, Product.id)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
    rows: list[Row[Any]] = list(session.execute(query))
    return rows, rows[0].total if rows else 0


def counts(session: Session, price_list_id: int) -> Row[Any]:
    """Count the products of a list: listed, orderable, without_price, inactive, gone."""
    there = Product.gone_at.is_(None)
    query = select(
        func.count().filter(there).label("listed"),
        func.count().filter(Product.orderable).label("orderable"),
        func.count().filter(there, Product.price_cents == 0).label("without_price"),
        func.count().filter(there, ~Product.active).label("inactive"),
        func.count().filter(~there).label("gone"),
    ).where(Product.price_list_id == price_list_id)
    return cast("Row[Any]", session.execute(query).one())


def sold_in_cases(session: Session, price_list_id: int) -> list[Row[Any]]:
    """List the orderable products that come in cases: id, name, unit, case_size, whole_cases."""
    columns = (Product.id, Product.name, Product.unit, Product.case_size, Product.whole_cases)
    query = select(*columns).where(
        Product.price_list_id == price_list_id, Product.orderable, Product.case_size > 0
    )
    return list(session.execute(query.order_by(Product.position, Product.id)))


def get_product(session: Session, price_list_id: int, product_id: int) -> Product:
    """Return a product of this list; raises NotFound."""
    product = session.get(Product, product_id)
    if product is None or product.price_list_id != price_list_id:
        raise NotFound
    return product


def correct_product(
    session: Session, actor: Actor, product: Product, correction: Correction, now: datetime
) -> None:
    """Correct one product; for coordinators of the list's centre.

    Group orders already open keep their prices. Raises Refused when somebody else changed
    the product since the person saw it, ValueError where a column is left out.
    """
    price_list = get(session, product.price_list_id)
    actor.require(COORDINATOR, "centre", price_list.centre_id)
    if set(correction.values) != set(CORRECTED):
        raise ValueError(f"not the terms of a product: {set(correction.values) ^ set(CORRECTED)}")
    lock_exclusive(session, "price_list", price_list.id)
    session.refresh(product)
    if fingerprint(product) != correction.seen:
        raise Refused(
            "Nel frattempo qualcuno ha cambiato questo prodotto. Ricarica la pagina e riprova."
        )
    old = {**corrected(product), "name_key": product.name_key}
    new = {**correction.values, "name_key": _name_key(session, product, correction.values)}
    before = {name: old[name] for name in new if old[name] != new[name]}
    if not before:
        return
    for name in before:
        setattr(product, name, new[name])
    session.flush()
    grow(session, price_list.id, now)
    after = {name: new[name] for name in before}
    audit.record(session, actor, "corrected", product, now, before=before, after=after)


def grow(session: Session, price_list_id: int, now: datetime) -> None:
    """Give a list its next version: whatever was previewed against it is no longer true."""
    session.execute(
        update(PriceList)
        .where(PriceList.id == price_list_id)
        .values(version=PriceList.version + 1, updated_at=now)
        .execution_options(synchronize_session=False)
    )


def _name_key(session: Session, product: Product, values: Mapping[str, Any]) -> str:
    becomes = ListedProduct(row=1, **{name: values[name] for name in LISTED})
    if comparable(product.name) == comparable(becomes.name):
        return product.name_key
    taken = select(Product.name_key).where(
        Product.price_list_id == product.price_list_id,
        Product.id != product.id,
        Product.name_key.startswith(comparable(becomes.name), autoescape=True),
    )
    return free_key(becomes, set(session.scalars(taken)))
