"""Every list of a product's terms holds every term: a new column is forgotten nowhere."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from market.bookings.offers import OfferTerms
from market.catalogue import price_lists, products, terms
from market.catalogue.rules.listed import ListedProduct, SupplierList
from market.catalogue.rules.matching import KeptProduct
from market.group_orders.order_books import WantedOffer
from market.pages import product_form
from market.papers.order_sheets import OrderedProduct
from market.price_files import lines
from market.price_files.export import encode
from market.price_files.rules.diff import compare
from market.price_files.rules.gdxp import parse
from market.tables.catalogue import PriceListImport, Product
from market.tables.orders import Offer
from market.tables.terms import TERMS, UNLISTED
from people.tables.persons import Person
from tests.market import make

# Every term, none of them what it is where nobody says anything.
SAID: dict[str, Any] = {
    "sku": "A-7",
    "name": "Mele Gala",
    "category": "Frutta",
    "description": "Raccolte a mano.",
    "sold_as": "hg",
    "unit": "g",
    "price_micros": 1_200_000,
    "price_quantity": 100,
    "vat_rate": 400,
    "case_size": 5000,
    "whole_cases": True,
    "step": 500,
    "minimum": 1000,
    "maximum": 20_000,
    "available": 90_000,
    "unit_weight_g": 180,
}
# Another value of each, that is another term and not only another way to write it.
ANOTHER: dict[str, Any] = {
    **{"sku": "B-8", "name": "Pere", "category": "Altro", "description": "Dolci."},
    **{"sold_as": "etto grande", "unit": "ml", "price_micros": 1_300_000, "price_quantity": 1000},
    **{"vat_rate": 1000, "case_size": 6000, "whole_cases": False, "step": 250, "minimum": 2000},
    **{"maximum": None, "available": None, "unit_weight_g": 200, "active": False},
}
# Who reads an offer for a page or a paper, and the terms it has no use for.
READINGS: dict[Any, dict[str, str]] = {
    OfferTerms: {
        "sku": "the producer's own code, for the sheet he gets",
        "vat_rate": "prices include it",
        "unit_weight_g": "shares the transport, once the order is closed",
    },
    WantedOffer: dict.fromkeys(
        (
            *("sku", "category", "description", "sold_as"),
            *("vat_rate", "minimum", "maximum", "unit_weight_g"),
        ),
        "the order's page counts what is wanted and what that comes to",
    ),
    OrderedProduct: dict.fromkeys(
        (
            *("category", "description", "case_size", "whole_cases"),
            *("step", "minimum", "maximum", "available", "unit_weight_g"),
        ),
        "the producer is told what is ordered, not how it could be booked",
    ),
}
LISTED = {name: SAID[name] for name in terms.LISTED if name != "active"}


def listed(**values):
    return ListedProduct(**{"row": 1, **LISTED, **values})


def said(session, at):
    product = make.product(session, at, **SAID)
    product.name = SAID["name"]
    session.flush()
    return product


def kept(session, at):
    return session.scalars(select(Product).where(Product.price_list_id == at.price_list.id)).one()


def said_of(row, names):
    return {name: getattr(row, name) for name in names}


def test_the_examples_say_every_term_of_both_tables():
    assert set(SAID) == set(TERMS)
    for table in (Product, Offer):
        assert set(TERMS) <= set(table.__table__.c.keys())
    for name, value in SAID.items():
        default = Product.__table__.c[name].server_default
        assert default is None or str(value).lower() != default.arg, name


def test_what_a_list_says_and_what_it_never_says_are_all_terms():
    assert set(terms.LISTED) | set(UNLISTED) == {*TERMS, "active"}
    assert not set(terms.LISTED) & set(UNLISTED)
    assert set(terms.UNSAID) == set(UNLISTED)


@pytest.mark.parametrize("kind", READINGS, ids=lambda kind: kind.__name__)
def test_what_reads_an_offer_names_the_terms_it_leaves_out(kind):
    assert set(TERMS) - set(kind._fields) == set(READINGS[kind])


def test_opening_an_order_freezes_every_term(session, at):
    said(session, at)
    order_id = make.opened(session, at)
    offer = session.scalars(select(Offer).where(Offer.group_order_id == order_id)).one()
    assert said_of(offer, TERMS) == SAID


@pytest.mark.parametrize("name", terms.LISTED)
def test_a_new_list_that_changes_one_term_is_seen_to_change_it(name):
    before = listed(unit="piece", price_quantity=1, sold_as="vaschetta")
    after = replace(before, **{name: ANOTHER[name]})
    (line,) = compare([KeptProduct(1, "mele gala", False, before)], [after])
    assert line.kind == "changed"
    assert getattr(line.outcome, name) == ANOTHER[name]
    assert set(line.changes) <= set(product_form.WORDS)


def applied(session, at, before):
    row = PriceListImport(
        centre_id=at.centre.id, filename="x", sha256="x", facts={}, created_at=at.now
    )
    session.add(row)
    session.flush()
    found = compare(price_lists.kept(session, at.price_list.id), [before])
    lines.keep_lines(session, row.id, found)
    lines.apply_lines(session, row.id, at.price_list.id, at.now)
    session.expire_all()
    return kept(session, at)


def test_importing_writes_every_term_a_list_says(session, at):
    new = applied(session, at, listed(active=False))
    assert said_of(new, terms.LISTED) == {**LISTED, "active": False}
    other = {name: ANOTHER[name] for name in terms.LISTED if name != "sku"}
    changed = applied(session, at, listed(**{**other, "sold_as": "l"}))
    assert said_of(changed, terms.LISTED) == {**other, "sku": "A-7", "sold_as": "l"}


def test_a_file_written_and_read_back_says_every_term_a_list_says():
    supplier = SupplierList(name="Cascina", products=(listed(), listed(active=False, row=2)))
    (read,) = parse(encode([supplier], "GAS", date(2026, 11, 22))).suppliers
    assert [said_of(product, terms.LISTED) for product in read.products] == [
        {**LISTED, "active": True},
        {**LISTED, "active": False},
    ]


def test_the_form_shows_and_reads_back_every_term(session, at):
    product = said(session, at)
    form = product_form.filled(product)
    assert product_form.read(form, product) == {**SAID, "active": True}
    assert form.errors == {}


def test_the_page_has_a_field_for_all_the_form_holds(client, sign_in, session, at):
    product = said(session, at)
    session.commit()
    sign_in(client, session.get(Person, at.coordinator.person_id))
    page = client.get(f"/price-lists/{at.price_list.id}/products/{product.id}").text
    fields = set(re.findall(r' name="(\w+)"', page))
    assert set(product_form.filled(product).values) <= fields


def test_a_correction_writes_every_term_and_refuses_to_leave_one_out(session, at):
    product = make.product(session, at)
    new = {**SAID, "active": False}
    products.correct(session, at.coordinator, product, new, at.now)
    session.refresh(product)
    assert terms.corrected(product) == new
    for name in new:
        less = {key: value for key, value in new.items() if key != name}
        with pytest.raises(ValueError, match=name):
            products.correct(session, at.coordinator, product, less, at.now)
