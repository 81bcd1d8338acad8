"""Large lists, read and applied by the worker."""

from sqlalchemy import text

from market.catalogue import products
from market.price_files import imports
from market.tables.catalogue import PriceListImport
from tests.jobs import queued, run_all
from tests.market.price_files.files import bring, file, product


def many(count, price=3):
    return [product(f"Prodotto {n:05}", price, sku=f"S{n}") for n in range(count)]


def test_a_large_file_is_read_and_applied_by_the_worker(session, at):
    import_id = bring(session, at, file(*many(2500)))
    row = session.get(PriceListImport, import_id)
    assert row.state == "waiting"
    assert queued(session) == [("market.price_list_import", {"import_id": import_id})]
    run_all(session)
    session.refresh(row)
    assert (row.state, row.progress, row.facts["counts"]["new"]) == ("previewed", 100, 2500)
    assert imports.confirm(session, at.coordinator, import_id, at.now).state == "applying"
    run_all(session)
    session.refresh(row)
    assert (row.state, row.progress) == ("applied", 100)
    assert products.counts(session, at.price_list.id).orderable == 2500


def test_the_job_run_twice_does_its_work_once(session, at):
    from market.price_files.jobs import read_or_apply

    import_id = bring(session, at, file(*many(2001)))
    (name, args) = queued(session)[0]
    run_all(session)
    session.execute(text("update procrastinate_jobs set status = 'todo'"))
    assert run_all(session) == [name]
    assert args == {"import_id": import_id}
    assert read_or_apply is not None
    lines = text("select count(*) from price_list_import_line where import_id = :id")
    assert session.scalar(lines, {"id": import_id}) == 2001


def test_a_large_broken_file_says_why_it_failed(session, at):
    content = file(*many(2500))[:-1]
    import_id = bring(session, at, content)
    run_all(session)
    row = session.get(PriceListImport, import_id, populate_existing=True)
    assert row.state == "failed"
    assert "JSON valido" in row.facts["error"]["text"]
