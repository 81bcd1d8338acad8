"""Price lists: found, held, begun."""

import pytest
from sqlalchemy import func, select

from kit.errors import NotFound
from market.catalogue import price_lists
from market.catalogue.producers import Facts
from market.catalogue.rules.listed import SupplierList
from market.tables.catalogue import Agreement, PriceList, Producer
from tests.market import make

MILL = Facts(name="Mulino", vat_number="00000000017", email="mulino@esempio.it")


def test_a_list_that_is_not_there_is_not_found(session):
    with pytest.raises(NotFound):
        price_lists.get(session, 10**12)
    with pytest.raises(NotFound):
        price_lists.hold(session, 10**12)


def test_the_first_list_of_a_known_producer_is_the_one_there_is(session, at):
    found = price_lists.hold_first(
        session, None, at.centre.id, MILL, at.now, producer_id=at.producer.id
    )
    assert (found.id, found.version) == (at.price_list.id, 1)


def test_the_first_list_of_a_producer_of_another_centre_comes_with_an_agreement(session, at):
    other = make.world(session)
    found = price_lists.hold_first(
        session, None, at.centre.id, MILL, at.now, producer_id=other.producer.id
    )
    assert (found.centre_id, found.producer_id, found.version) == (
        at.centre.id,
        other.producer.id,
        0,
    )
    made = session.get(Agreement, (at.centre.id, other.producer.id))
    assert made is not None and made.email == "mulino@esempio.it"
    assert other.agreement.email == "cascina@esempio.it"


def test_a_producer_nobody_knows_is_admitted_once(session, at):
    first = price_lists.hold_first(session, None, at.centre.id, MILL, at.now, producer_id=None)
    again = price_lists.hold_first(session, None, at.centre.id, MILL, at.now, producer_id=None)
    assert first.id == again.id
    named = select(func.count()).where(Producer.vat_number == MILL.vat_number)
    assert session.scalar(named) == 1


def test_the_kept_list_of_a_supplier_is_found_by_its_codes(session, at):
    at.producer.tax_code = "00000000017"
    session.flush()
    apples = make.product(session, at)
    supplier = SupplierList(name="come si chiama oggi", vat_number="00000000017")
    found = price_lists.kept_of(session, at.centre.id, supplier)
    assert (found.producer, found.price_list) == (at.producer, at.price_list)
    assert [product.product_id for product in found.products] == [apples.id]
    nobody = price_lists.kept_of(session, at.centre.id, SupplierList(name="Cascina Verde"))
    assert (nobody.producer, nobody.price_list, nobody.products) == (None, None, [])


def test_a_list_that_grows_makes_previews_untrue(session, at):
    price_lists.grow(session, at.price_list.id, at.now)
    version = select(PriceList.version).where(PriceList.id == at.price_list.id)
    assert session.scalar(version) == 2
