"""Two coordinators at once, and a list as large as allowed."""

import threading
import time

import pytest
from sqlalchemy import text

from kit import db
from kit.errors import Refused
from market.catalogue import products
from market.price_files import imports
from tests.jobs import run_all
from tests.market import make
from tests.market.price_files.files import bring, file, product

pytestmark = pytest.mark.usefixtures("_committed_bound")


def committed_world(committed):
    with committed.sessions() as session:
        at = make.world(session)
        session.commit()
        session.expunge_all()
        return at


def together(acts):
    """Run these at the same time, each in a transaction; give what they answered or raised."""
    gate, answers = threading.Barrier(len(acts)), []

    def run(act):
        gate.wait()
        try:
            with db.transaction() as session:
                answers.append(act(session))
        except Refused as refused:
            answers.append(str(refused))

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_one_preview_confirmed_eight_times_is_applied_once(committed):
    at = committed_world(committed)
    with db.transaction() as session:
        import_id = bring(session, at, file(product("Mele"), product("Pere")))
    answers = together([lambda s: imports.confirm(s, at.coordinator, import_id, at.now).state] * 8)
    assert answers.count("applied") == 1
    assert answers.count("Questa importazione è già stata conclusa.") == 7
    with db.transaction() as session:
        assert products.counts(session, at.price_list.id).listed == 2


def test_of_two_previews_of_one_list_one_is_applied_and_the_other_is_stale(committed):
    at = committed_world(committed)
    with db.transaction() as session:
        ids = [bring(session, at, file(product("Mele"), product(other))) for other in "ABCD"]
    answers = together(
        [lambda s, id_=id_: imports.confirm(s, at.coordinator, id_, at.now).state for id_ in ids]
    )
    assert answers.count("applied") == 1
    assert len([a for a in answers if "cambiato dopo l'anteprima" in str(a)]) == 3
    with db.transaction() as session:
        assert products.counts(session, at.price_list.id).listed == 2


def test_a_new_producer_in_two_files_at_once_is_made_once(committed):
    at = committed_world(committed)
    content = file(product("Farina"), name="Mulino Gemello", vat="00000000017")
    with db.transaction() as session:
        ids = [bring(session, at, content, producer_id=None) for _ in range(4)]
    answers = together(
        [lambda s, id_=id_: imports.confirm(s, at.coordinator, id_, at.now).state for id_ in ids]
    )
    assert answers.count("applied") == 1
    with db.transaction() as session:
        count = text("select count(*) from producer where vat_number = '00000000017'")
        assert session.scalar(count) == 1


def test_twenty_thousand_products_are_imported_and_changed_in_seconds(committed):
    at = committed_world(committed)

    def all_at(price):
        return file(*[product(f"Prodotto {n:05}", price, sku=f"S{n}") for n in range(20_000)])

    started = time.monotonic()
    for price in (3, 4):
        with db.transaction() as session:
            import_id = bring(session, at, all_at(price))
        with db.transaction() as session:
            run_all(session)
        with db.transaction() as session:
            assert imports.confirm(session, at.coordinator, import_id, at.now).state == "applying"
        with db.transaction() as session:
            run_all(session)
    seconds = time.monotonic() - started
    with db.transaction() as session:
        assert products.counts(session, at.price_list.id).orderable == 20_000
    assert seconds < 60
