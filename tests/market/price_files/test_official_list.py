"""The official sample list, the whole way: in, ordered from, closed, settled, out again."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from market import settlements
from market.bookings import lines
from market.bookings.keys import BookingKey
from market.bookings.lines import Ask
from market.centres import purses
from market.closings import closings, dry_runs
from market.group_orders import opening
from market.price_files import commands
from market.price_files.rules import gdxp
from market.tables.catalogue import PriceList, Product
from market.tables.centres import PickupPoint
from market.tables.orders import Offer
from tests import jobs
from tests.market import make


@pytest.fixture
def imported(session, at, samples):
    path = samples / "gdxp" / "EsempioListino.json"
    commands.import_gdxp(session, path, at.centre.code, at.now)
    return session.scalars(select(PriceList).order_by(PriceList.id.desc())).first()


def test_72_products_come_in_of_which_24_have_no_price_and_cannot_be_ordered(session, imported):
    def count(*conditions):
        query = select(func.count()).where(Product.price_list_id == imported.id, *conditions)
        return session.scalar(query)

    assert count() == 72
    assert count(Product.price_micros == 0) == 24
    assert count(Product.price_micros == 0, Product.orderable) == 0
    assert count(Product.active.is_(False)) == 30


def test_it_is_ordered_from_closed_settled_and_exported_again(session, at, imported):
    point = session.scalars(select(PickupPoint).where(PickupPoint.centre_id == at.centre.id)).one()
    terms = replace(
        at.terms, price_list_id=imported.id, pickup_point_id=point.id, transport_cents=1500
    )
    order_id = opening.open_(session, at.coordinator, terms, at.now)
    offers = session.scalars(
        select(Offer).where(Offer.group_order_id == order_id).order_by(Offer.position)
    ).all()
    families = [make.household(session, at, credit=50_000) for _ in range(3)]
    for n, family in enumerate(families):
        for offer in offers[n : n + 5]:
            place, ask = (
                BookingKey(order_id, family.id),
                Ask(offer.product_id, offer.step, offer.step),
            )
            lines.set_line(session, at.coordinator, place, ask, at.now)
    rehearsed = dry_runs.dry_run(session, at.coordinator, order_id)
    closings.close(session, at.coordinator, order_id, rehearsed.token, at.now)
    settlement = settlements.settle(session, at.coordinator, order_id, at.now)
    jobs.run_all(session)

    paid = sum(50_000 - purses.get(session, family.id).balance for family in families)
    assert paid == settlement.goods_cents + 1500 == rehearsed.goods_cents + 1500

    code = make.producer_code(session, imported)
    written = gdxp.parse(commands.export_gdxp(session, code))
    assert not written.problems
    products = written.suppliers[0].products
    assert len(products) == 72
    assert sum(1 for product in products if product.price_micros == 0) == 24
    json.loads(commands.export_gdxp(session, code))
