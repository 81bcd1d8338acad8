"""The producers of the demo and their price lists, brought as GDXP files."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from demo.centres import coordination
from demo.stage import Stage, micros, table, toml
from kit.clock import to_rome
from market.catalogue import price_lists, producers, products, terms
from market.catalogue.producers import AgreementKey, Facts
from market.catalogue.rules import measures
from market.catalogue.rules.listed import ListedProduct, SupplierList
from market.catalogue.rules.measures import Measure
from market.price_files import export, imports
from market.price_files.imports import PriceFile
from market.tables.catalogue import Product
from people.roles import COORDINATOR

ARRIVED = -70
_FACTS = (
    *("name", "vat_number", "email", "phone", "municipality", "street", "locality"),
    *("zip_code", "story"),
)


def build(stage: Stage) -> None:
    """Welcome every producer in the centres that buy from it, with its list."""
    rows: dict[str, list[dict[str, str]]] = {}
    for row in table("products"):
        rows.setdefault(row["producer"], []).append(row)
    for key, told in toml("producers").items():
        for code, minimum in told["centres"].items():
            _welcome(stage, code, told | {"minimum": minimum}, rows[key])
    stage.plan(stage.at(-1, 18, 20), lambda now: _new_list(stage, rows, now))


def _welcome(stage: Stage, code: str, told: dict[str, Any], rows: list[dict[str, str]]) -> None:
    session, now, centre_id = stage.session, stage.at(ARRIVED, 10), stage.centres[code]
    facts = Facts(
        **{name: told.get(name, "") for name in _FACTS}, minimum_cents=told["minimum"] * 100
    )
    actor = stage.acting(coordination(code)[COORDINATOR])
    producer = producers.welcome(session, actor, centre_id, facts, now)
    content = _file(told, rows, now)
    file = PriceFile(centre_id, producer.id, f"listino-{producer.code}.json", content)
    (import_id,) = imports.bring(session, actor, file, now)
    imports.confirm(session, actor, import_id, now)
    _handle(
        stage, code, AgreementKey(centre_id, producer.id), {row["sku"]: row for row in rows}, now
    )


def _file(told: dict[str, Any], rows: list[dict[str, str]], now: datetime) -> bytes:
    """Write the list as the producer would send it."""
    supplier = SupplierList(
        name=told["name"],
        vat_number=told["vat_number"],
        products=tuple(_listed(number, row) for number, row in enumerate(rows, start=1)),
    )
    return export.encode([supplier], told["name"], to_rome(now).date())


def _new_list(stage: Stage, rows: dict[str, list[dict[str, str]]], now: datetime) -> None:
    """Bring a list that changed, with what a file may say beyond; nobody has applied it yet."""
    new = toml("new_list")
    told = toml("producers")[new["producer"]]
    document = json.loads(_file(told, rows[new["producer"]], now))
    supplier = document["blocks"][0]["supplier"]
    supplier["transformations"] = new["transformations"]
    for product in supplier["products"]:
        for name, value in new["changes"].get(product["sku"], {}).items():
            place = product["orderInfo"] if name in product["orderInfo"] else product
            place[name] = value
    actor = stage.acting(coordination(new["centre"])[COORDINATOR])
    file = PriceFile(
        stage.centres[new["centre"]], None, "listino-nuovo.json", json.dumps(document).encode()
    )
    imports.bring(stage.session, actor, file, now)


def _handle(
    stage: Stage, code: str, key: AgreementKey, rows: dict[str, dict[str, str]], now: datetime
) -> None:
    """Say what a file never says: whole cases only, the weight of a piece."""
    actor = stage.acting(coordination(code)[COORDINATOR])
    price_list = price_lists.find(stage.session, key.centre_id, key.producer_id)
    if price_list is None:
        raise LookupError(f"no price list of {key}")
    query = select(Product).where(Product.price_list_id == price_list.id)
    for product in stage.session.scalars(query.execution_options(populate_existing=True)).all():
        row = rows[product.sku]
        weight = int(row["weight"]) if row["weight"] else None
        own = {"whole_cases": row["whole"] == "sì", "unit_weight_g": weight}
        new = terms.corrected(product) | own
        products.correct(stage.session, actor, product, new, now)


def _listed(number: int, row: dict[str, str]) -> ListedProduct:
    per = measures.measure(row["unit"])
    return ListedProduct(
        row=number,
        sku=row["sku"],
        name=row["name"],
        category=row["category"],
        description=row["description"] or "",
        unit=per.unit,
        price_quantity=per.quantity,
        sold_as=row["unit"],
        price_micros=micros(row["price"]),
        vat_rate=int(row["vat"]) * 100,
        case_size=quantity(row["case"], per),
        step=quantity(row["step"], per),
        minimum=quantity(row["min"], per),
        maximum=quantity(row["max"], per) or None,
        available=quantity(row["available"], per) or None,
    )


def quantity(text: str, per: Measure) -> int:
    """Read an amount in the list's unit ("0,5" kg) into smallest units; 0 where empty."""
    found = measures.in_smallest(Decimal(text.replace(",", ".") or "0"), per)
    if found is None:
        raise ValueError(f"not a quantity: {text!r}")
    return found
