"""Importing price lists: bring a file, see what it will change, apply exactly that."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from kit import audit, files, jobs, sentences
from kit.db import lock_exclusive
from kit.errors import NotFound, Refused
from market.catalogue import price_lists, producers
from market.catalogue.rules.listed import PriceListFile
from market.price_files import lines, previews
from market.price_files.rules import gdxp
from market.tables.catalogue import PriceList, PriceListImport, Producer
from people.actors import Actor
from people.roles import COORDINATOR

LARGE = 2000
LARGE_BYTES = 3 * 1024 * 1024
"""Above this many products, or bytes, a worker reads and applies the file."""
TASK = "market.price_list_import"


def bring(
    session: Session,
    actor: Actor,
    place: tuple[int, int | None],
    file: tuple[str, bytes],
    now: datetime,
) -> list[int]:
    """Take a GDXP file (name, content) to a centre and preview it; return the imports' ids.

    `place` is (centre, producer); without a producer the file says whose lists it holds,
    one import for each. For coordinators of the centre. A large file waits for the worker.
    Raises Refused when the file cannot be read.
    """
    centre_id, producer_id = place
    actor.require(COORDINATOR, "centre", centre_id)
    if producer_id is not None:
        producers.get(session, centre_id, producer_id)
    filename, content = file
    row = PriceListImport(
        centre_id=centre_id,
        producer_id=producer_id,
        filename=filename[:200],
        sha256=files.put(content),
        facts={},
        created_by=actor.person_id,
        created_at=now,
    )
    if len(content) > LARGE_BYTES or content.count(b'"name"') > LARGE + 2:
        return [_wait(session, row)]
    return previews.make(session, row, gdxp.parse(content))


def read_waiting(session: Session, import_id: int, parsed: PriceListFile) -> None:
    """Preview a large file the worker has parsed; does nothing when it was done before."""
    row = _held(session, import_id)
    if row.state == "waiting":
        row.progress = 100
        previews.make(session, row, parsed, row.facts.get("only_block"))


def fail(session: Session, import_id: int, refusal: Refused) -> None:
    """Note why a large file could not be read or applied."""
    row = _held(session, import_id)
    if row.state in ("waiting", "applying"):
        row.state = "failed"
        row.facts = {**row.facts, "error": sentences.keep(refusal.message)}
        session.flush()


def show_progress(session: Session, import_id: int, percent: int) -> None:
    """Say how far the worker is."""
    session.execute(
        update(PriceListImport).where(PriceListImport.id == import_id).values(progress=percent)
    )


def get(session: Session, actor: Actor, import_id: int) -> PriceListImport:
    """Return an import of a centre the actor coordinates; raises NotFound."""
    row = session.get(PriceListImport, import_id)
    if row is None:
        raise NotFound
    actor.require(COORDINATOR, "centre", row.centre_id)
    return row


def recent(session: Session, centre_id: int) -> list[Row[Any]]:
    """List the latest 20 imports of a centre with the producer's name."""
    query = (
        select(
            PriceListImport.id,
            PriceListImport.state,
            PriceListImport.filename,
            PriceListImport.facts,
            PriceListImport.created_at,
            PriceListImport.applied_at,
            Producer.name.label("producer"),
        )
        .outerjoin(Producer, Producer.id == PriceListImport.producer_id)
        .where(PriceListImport.centre_id == centre_id, PriceListImport.state != "dropped")
        .order_by(PriceListImport.id.desc())
        .limit(20)
    )
    return list(session.execute(query))


def stale(session: Session, row: PriceListImport) -> bool:
    """Whether the list has changed since the preview."""
    if row.price_list_id is not None:
        query = select(PriceList.version).where(PriceList.id == row.price_list_id)
        return session.scalar(query) != row.price_list_version
    producer_id = row.producer_id
    if producer_id is None:
        codes = row.facts["supplier"]
        producer = producers.find(session, codes["vat_number"], codes["tax_code"])
        producer_id = producer.id if producer else 0
    return price_lists.find(session, row.centre_id, producer_id) is not None


def confirm(session: Session, actor: Actor, import_id: int, now: datetime) -> bool:
    """Apply a preview, or let the worker do it when it is large; return whether it is done.

    Raises Refused when it was applied or dropped before, or the list changed meanwhile.
    """
    get(session, actor, import_id)
    row = _held(session, import_id)
    if row.state != "previewed":
        raise Refused("Questa importazione è già stata conclusa.")
    if row.facts["counts"]["listed"] + row.facts["counts"]["gone"] > LARGE:
        row.state, row.progress = "applying", 0
        session.flush()
        jobs.enqueue(session, TASK, import_id=row.id)
        return False
    apply(session, row, actor.person_id, now)
    return True


def apply_confirmed(session: Session, import_id: int, now: datetime) -> None:
    """Apply a large preview in the worker; does nothing when it was done before."""
    row = _held(session, import_id)
    if row.state == "applying":
        apply(session, row, row.created_by, now)


def apply(session: Session, row: PriceListImport, actor_id: int | None, now: datetime) -> None:
    """Make the list what the preview showed, unless it is no longer the list compared with.

    Raises Refused then. A producer and a list that were not there are made.
    """
    if row.price_list_id is None:
        lock_exclusive(session, "producers", 0)
    else:
        lock_exclusive(session, "price_list", row.price_list_id)
    if stale(session, row):
        raise Refused("Il listino è cambiato dopo l'anteprima: confrontalo di nuovo.")
    if row.producer_id is None:
        facts = previews.producer_facts(row.facts["supplier"])
        row.producer_id = producers.admit(session, actor_id, row.centre_id, facts, now).id
    else:
        producers.agree(session, actor_id, (row.centre_id, row.producer_id), now)
    if row.price_list_id is None:
        row.price_list_id = price_lists.start(session, row.centre_id, row.producer_id, now).id
    lines.apply_lines(session, row.id, row.price_list_id, now)
    row.state, row.progress, row.applied_at = "applied", 100, now
    session.flush()
    session.execute(
        update(PriceList)
        .where(PriceList.id == row.price_list_id)
        .values(
            version=PriceList.version + 1,
            updated_at=now,
            source_date=row.facts.get("created_on") or PriceList.source_date,
        )
        .execution_options(synchronize_session=False)
    )
    after = {"import_id": row.id, "sha256": row.sha256, **row.facts["counts"]}
    audit.record(
        session, actor_id, "imported", audit.of(PriceList, row.price_list_id), now, after=after
    )


def compare_again(session: Session, actor: Actor, import_id: int, now: datetime) -> int:
    """Preview the same file against the list as it is now; the old preview is dropped."""
    old = get(session, actor, import_id)
    drop(session, actor, import_id, now)
    row = PriceListImport(
        centre_id=old.centre_id,
        producer_id=old.producer_id,
        block=old.block,
        filename=old.filename,
        sha256=old.sha256,
        facts={},
        created_by=actor.person_id,
        created_at=now,
    )
    if old.facts.get("counts", {}).get("listed", 0) > LARGE:
        row.facts = {"only_block": old.block}
        return _wait(session, row)
    parsed = gdxp.parse(files.get(old.sha256))
    return previews.make(session, row, parsed, only_block=old.block)[0]


def drop(session: Session, actor: Actor, import_id: int, now: datetime) -> None:
    """Put a preview aside; nothing was changed by it. Raises Refused once it is applied."""
    get(session, actor, import_id)
    row = _held(session, import_id)
    if row.state not in ("previewed", "failed", "waiting"):
        raise Refused("Questa importazione è già stata conclusa.")
    row.state = "dropped"
    session.flush()
    audit.record(session, actor, "dropped", row, now)


def _wait(session: Session, row: PriceListImport) -> int:
    row.state = "waiting"
    session.add(row)
    session.flush()
    jobs.enqueue(session, TASK, import_id=row.id)
    return row.id


def _held(session: Session, import_id: int) -> PriceListImport:
    row = session.get(PriceListImport, import_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound
    return row
