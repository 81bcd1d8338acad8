"""A price list as it is kept, and the correction of one product."""

import pytest
from sqlalchemy import select

from kit import audit
from kit.errors import NotFound
from market.catalogue import products, terms
from market.catalogue.products import Search
from market.tables.catalogue import PriceList
from tests.market import make


def named(session, at, name, **values):
    product = make.product(session, at, **values)
    product.name, product.name_key = name, name.lower()
    session.flush()
    return product


def correct(session, at, product, actor=None, **values):
    new = terms.corrected(product) | values
    products.correct(session, actor or at.coordinator, product, new, at.now)


def test_correcting_a_product_grows_the_list_and_leaves_a_trace(session, at):
    apples = named(session, at, "Mele")
    correct(session, at, apples, price_micros=4_200_000, name="Mele Gala")
    session.refresh(apples)
    assert (apples.price_micros, apples.name, apples.name_key) == (
        4_200_000,
        "Mele Gala",
        "mele gala",
    )
    assert session.get(PriceList, at.price_list.id, populate_existing=True).version == 2
    record = session.scalars(
        select(audit.AuditEvent).where(audit.AuditEvent.action == "market.product.corrected")
    ).one()
    assert record.before == {"price_micros": 3_500_000, "name": "Mele", "name_key": "mele"}
    assert record.after["price_micros"] == 4_200_000


def test_saving_what_is_there_already_changes_nothing(session, at):
    apples = make.product(session, at)
    correct(session, at, apples)
    assert session.get(PriceList, at.price_list.id, populate_existing=True).version == 1


def test_a_name_another_product_has_is_told_apart_by_its_key(session, at):
    named(session, at, "Mele")
    other = named(session, at, "Pere")
    correct(session, at, other, name="Mele")
    session.refresh(other)
    assert (other.name, other.name_key) == ("Mele", "mele · g")


def test_only_a_coordinator_of_the_centre_corrects(session, at):
    apples = make.product(session, at)
    other = make.world(session)
    with pytest.raises(NotFound):
        correct(session, at, apples, actor=other.coordinator, price_micros=10_000)
    with pytest.raises(NotFound):
        products.get(session, other.price_list.id, apples.id)


def test_products_are_found_by_words_in_any_order_and_by_state(session, at):
    named(session, at, "Mele Gala")
    named(session, at, "Pere", price_micros=0)
    named(session, at, "Noci", active=False)

    def found(text="", only=""):
        rows, total = products.search(session, at.price_list.id, Search(text, only))
        assert total == len(rows)
        return [row.name for row in rows]

    assert found() == ["Mele Gala", "Pere", "Noci"]
    assert found("GALA mele") == ["Mele Gala"]
    assert found("100%") == []
    assert found("", "without_price") == ["Pere"]
    assert found("", "inactive") == ["Noci"]
    assert found("", "orderable") == ["Mele Gala"]
    assert found("", "nonsense") == ["Mele Gala", "Pere", "Noci"]
