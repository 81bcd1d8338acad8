"""Importing a price list: preview, apply exactly that, or not at all."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from kit import audit
from kit.errors import NotFound, Refused
from market.catalogue import products
from market.catalogue.products import Search
from market.price_files import imports, previews
from market.price_files.imports import PriceFile
from market.tables.catalogue import PriceListImport, Producer
from tests import make as people_make
from tests.market import make
from tests.market.price_files.files import apply, bring, file, product


def names(session, at, only=""):
    rows, _ = products.search(session, at.price_list.id, Search(only=only))
    return [row.name for row in rows]


def preview(session, at, import_id, only=""):
    found = previews.read(session, at.coordinator, import_id, Search(only=only))
    return {line.name: line for line in found.lines}


def test_a_hostile_file_is_refused_before_anything_is_kept(session, at):
    with pytest.raises(Refused, match="annidato"):
        bring(session, at, b"[" * 100_000)
    assert session.scalars(select(PriceListImport)).all() == []


def test_a_preview_of_a_list_that_has_changed_since_is_not_applied(session, at):
    first = bring(session, at, file(product("Mele")))
    apply(session, at, product("Pere"))
    assert previews.read(session, at.coordinator, first, Search()).stale
    with pytest.raises(Refused, match="cambiato dopo l'anteprima"):
        imports.confirm(session, at.coordinator, first, at.now)
    assert names(session, at) == ["Pere"]
    session.rollback()


def test_comparing_again_makes_a_preview_of_the_list_as_it_is_now(session, at):
    first = bring(session, at, file(product("Mele"), product("Pere")))
    apply(session, at, product("Pere"))
    again = imports.compare_again(session, at.coordinator, first, at.now)
    assert session.get(PriceListImport, first).state == "dropped"
    assert {n: line.kind for n, line in preview(session, at, again).items()} == {"Mele": "new"}
    assert imports.confirm(session, at.coordinator, again, at.now).state == "applied"


def test_an_import_is_applied_once(session, at):
    import_id = apply(session, at, product("Mele"))
    with pytest.raises(Refused, match="già stata conclusa"):
        imports.confirm(session, at.coordinator, import_id, at.now)
    with pytest.raises(Refused, match="già stata conclusa"):
        imports.drop(session, at.coordinator, import_id, at.now)


def test_applying_leaves_a_record_with_the_counts_and_the_files_hash(session, at):
    import_id = apply(session, at, product("Mele"), product("Pere"))
    row = session.get(PriceListImport, import_id)
    record = session.scalars(
        select(audit.AuditEvent).where(audit.AuditEvent.action == "market.price_list.imported")
    ).one()
    assert record.actor_id == at.coordinator.person_id
    assert record.subject_id == at.price_list.id
    assert (record.after["new"], record.after["sha256"]) == (2, row.sha256)


def test_another_centre_finds_nothing(session, at):
    import_id = bring(session, at, file(product("Mele")))
    other = make.world(session)
    for act in (imports.confirm, imports.drop):
        with pytest.raises(NotFound):
            act(session, other.coordinator, import_id, at.now)
    here = PriceFile(at.centre.id, None, "x.json", file())
    with pytest.raises(NotFound):
        imports.bring(session, other.coordinator, here, at.now)
    with pytest.raises(NotFound):
        imports.bring(session, at.coordinator, replace(here, producer_id=10**9), at.now)
    member = people_make.actor(session, None, ("treasurer", "centre", at.centre.id))
    with pytest.raises(NotFound):
        previews.read(session, member, import_id, Search())


def test_a_file_brings_its_producer_when_the_centre_has_none(session, at):
    content = file(product("Farina"), name="Mulino Due Fossi", vat="IT00000000017")
    import_id = bring(session, at, content, producer_id=None)
    assert session.scalars(select(Producer).where(Producer.name == "Mulino Due Fossi")).all() == []
    imports.confirm(session, at.coordinator, import_id, at.now)
    producer = session.scalars(select(Producer).where(Producer.name == "Mulino Due Fossi")).one()
    assert (producer.vat_number, producer.code) == ("00000000017", "mulino-due-fossi")
    again = bring(session, at, content, producer_id=None)
    assert session.get(PriceListImport, again).producer_id == producer.id
    assert preview(session, at, again) == {}


def many(count, price=3):
    return [product(f"Prodotto {n:05}", price, sku=f"S{n}") for n in range(count)]


def test_what_waits_to_be_looked_at_stands_first_however_old(session, at):
    waiting = bring(session, at, file(product("Noci")))
    done = [apply(session, at, product("Mele", 1 + n)) for n in range(20)]
    found = [row.id for row in imports.recent(session, at.centre.id)]
    assert found == [waiting, *reversed(done[1:])]
