"""Price lists on the command line."""

import json
from dataclasses import replace

import jsonschema
import pytest
from sqlalchemy import select, text

from kit.audit import AuditEvent
from kit.errors import Refused
from market.catalogue import price_lists, products
from market.group_orders import opening
from market.price_files import commands, imports
from market.price_files.imports import PriceFile
from market.tables.catalogue import PriceListImport, Producer
from tests.market import samples
from tests.market.price_files.files import file, product
from tests.market.price_files.gdxp_schema import SCHEMA


def test_the_official_sample_is_imported_ordered_from_and_exported_again(session, at):
    path = samples.official_path()
    said = commands.import_gdxp(session, path, at.centre.code.lower(), at.now)
    assert said == [
        "Agricola Bargiolina. Prodotti: 72, nuovi: 72, cambiati: 0, usciti: 0, non ordinabili: 41"
    ]
    producer = session.scalars(select(Producer).where(Producer.vat_number == "01234567897")).one()
    price_list = price_lists.find(session, at.centre.id, producer.id)
    assert price_list is not None
    count = products.counts(session, price_list.id)
    assert tuple(count) == (72, 31, 24, 30, 0)
    terms = replace(at.terms, price_list_id=price_list.id)
    order_id = opening.open_(session, at.coordinator, terms, at.now)
    offers = text("select count(*) from offer where group_order_id = :id")
    assert session.scalar(offers, {"id": order_id}) == 31
    again = commands.import_gdxp(session, path, at.centre.code, at.now)
    assert "nuovi: 0, cambiati: 0, usciti: 0" in again[0]
    exported = commands.export_gdxp(session, producer.code)
    taken = select(AuditEvent.subject_id).where(AuditEvent.action == "market.price_list.exported")
    assert session.scalars(taken).all() == [price_list.id]
    jsonschema.validate(json.loads(exported), SCHEMA)
    brought = PriceFile(at.centre.id, producer.id, "x.json", exported)
    (import_id,) = imports.bring(session, at.coordinator, brought, at.now)
    assert session.get(PriceListImport, import_id).facts["counts"]["same"] == 72


def test_the_command_line_refuses_in_words(session, at, tmp_path):
    path = tmp_path / "listino.json"
    path.write_bytes(file(product("Mele", "boh")))
    with pytest.raises(Refused, match="«boh» non è un numero"):
        commands.import_gdxp(session, path, at.centre.code, at.now)
    with pytest.raises(Refused, match="Non c'è un centro"):
        commands.import_gdxp(session, path, "NESSUNO", at.now)
    with pytest.raises(Refused, match="Non c'è un produttore"):
        commands.export_gdxp(session, "nessuno")


def test_a_second_producer_of_a_name_is_not_made_unasked(session, at, tmp_path):
    path = tmp_path / "listino.json"
    path.write_bytes(file(product("Mele"), name=at.producer.name))
    with pytest.raises(Refused, match="C'è già un produttore che si chiama"):
        commands.import_gdxp(session, path, at.centre.code, at.now)
