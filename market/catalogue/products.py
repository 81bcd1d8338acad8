"""The products of a price list: looking through them, correcting one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from kit import audit
from kit.db import rows
from kit.errors import NotFound
from market.catalogue import price_lists
from market.catalogue.rules.listed import ListedProduct
from market.catalogue.rules.matching import free_key
from market.catalogue.rules.plain_text import comparable
from market.catalogue.terms import CORRECTED, LISTED, corrected
from market.tables.catalogue import Product
from people.actors import Actor
from people.roles import COORDINATOR

PAGE_SIZE = 100
FILTERS: dict[str, Any] = {
    "": Product.gone_at.is_(None),
    "orderable": Product.orderable,
    "without_price": (Product.price_micros == 0) & Product.gone_at.is_(None),
    "inactive": ~Product.active & Product.gone_at.is_(None),
    "gone": Product.gone_at.is_not(None),
}


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for in a list: words, a key of its FILTERS, and the page, from 1."""

    words: str = ""
    only: str = ""
    page: int = 1


def search(session: Session, price_list_id: int, wanted: Search) -> tuple[list[Product], int]:
    """List a page of products whose name, code or category holds the words; and how many do."""
    only = FILTERS.get(wanted.only, FILTERS[""])
    where: list[Any] = [Product.price_list_id == price_list_id, only]
    for word in comparable(wanted.words).split():
        where.append(Product.name_key.contains(word, autoescape=True))
    query = (
        select(Product, func.count().over())
        .where(*where)
        .order_by(Product.position, Product.id)
        .limit(PAGE_SIZE)
        .offset((wanted.page - 1) * PAGE_SIZE)
    )
    found = session.execute(query).all()
    return [product for product, _ in found], found[0][1] if found else 0


class ProductCounts(NamedTuple):
    """How many products a list has, and why some are not orderable."""

    listed: int
    orderable: int
    without_price: int
    inactive: int
    gone: int


def counts(session: Session, price_list_id: int) -> ProductCounts:
    """Count the products of a list (one statement)."""
    there = Product.gone_at.is_(None)
    query = select(
        func.count().filter(there).label("listed"),
        func.count().filter(Product.orderable).label("orderable"),
        func.count().filter(there, Product.price_micros == 0).label("without_price"),
        func.count().filter(there, ~Product.active).label("inactive"),
        func.count().filter(~there).label("gone"),
    ).where(Product.price_list_id == price_list_id)
    return rows(session, ProductCounts, query)[0]


class CasedProduct(NamedTuple):
    """A product that comes in cases, and whether only full ones are sold."""

    id: int
    name: str
    unit: str
    case_size: int
    whole_cases: bool


def sold_in_cases(session: Session, price_list_id: int) -> list[CasedProduct]:
    """List the orderable products that come in cases."""
    query = (
        select(*(getattr(Product, name) for name in CasedProduct._fields))
        .where(Product.price_list_id == price_list_id, Product.orderable, Product.case_size > 0)
        .order_by(Product.position, Product.id)
    )
    return rows(session, CasedProduct, query)


def get(session: Session, price_list_id: int, product_id: int) -> Product:
    """Return a product of this list; raises NotFound."""
    product = session.get(Product, product_id)
    if product is None or product.price_list_id != price_list_id:
        raise NotFound
    return product


def held(session: Session, actor: Actor, price_list_id: int, product_id: int) -> Product:
    """Hold a list and give one of its products as it is now, for coordinators of its centre.

    Raises NotFound.
    """
    actor.require(COORDINATOR, "centre", price_lists.get(session, price_list_id).centre_id)
    price_lists.hold(session, price_list_id)
    product = get(session, price_list_id, product_id)
    session.refresh(product)
    return product


def correct(
    session: Session, actor: Actor, product: Product, values: Mapping[str, Any], now: datetime
) -> None:
    """Correct one product; `values` has every column of `terms.CORRECTED`.

    For coordinators of the list's centre. Group orders already open keep their prices. Raises
    ValueError where a column is left out, NotFound.
    """
    if set(values) != set(CORRECTED):
        raise ValueError(f"not the terms of a product: {set(values) ^ set(CORRECTED)}")
    product = held(session, actor, product.price_list_id, product.id)
    old = {**corrected(product), "name_key": product.name_key}
    new = {**values, "name_key": _name_key(session, product, values)}
    before = {name: old[name] for name in new if old[name] != new[name]}
    if not before:
        return
    for name in before:
        setattr(product, name, new[name])
    session.flush()
    price_lists.grow(session, product.price_list_id, now)
    after = {name: new[name] for name in before}
    audit.record(session, actor, "corrected", product, now, before=before, after=after)


def twins(session: Session, product: Product, name: str, sku: str) -> list[Product]:
    """Find the other products of its list that are called so, or have this code (one statement).

    Whatever their capitals and accents; those that left the list are none.
    """
    called, coded = comparable(name), comparable(sku)
    like = [Product.name_key.startswith(called, autoescape=True)]
    if sku:
        like.append(func.lower(Product.sku) == sku.lower())
    query = (
        select(Product)
        .where(
            Product.price_list_id == product.price_list_id,
            Product.id != product.id,
            Product.gone_at.is_(None),
            or_(*like),
        )
        .order_by(Product.position, Product.id)
    )
    return [
        each
        for each in session.scalars(query)
        if comparable(each.name) == called or (coded and comparable(each.sku) == coded)
    ]


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
