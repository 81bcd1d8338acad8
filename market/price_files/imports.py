"""Importing price lists: bring a file, see what it will change, apply exactly that."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from kit import audit, files, jobs, shown
from kit.db import lock_exclusive, rows
from kit.errors import NotFound, Refused
from market.catalogue import price_lists
from market.catalogue.producers import Facts
from market.price_files import lines, previews
from market.price_files.rules import gdxp
from market.tables.catalogue import Agreement, PriceListImport, Producer
from people.actors import Actor
from people.roles import COORDINATOR

LARGE = 2000
LARGE_BYTES = 3 * 1024 * 1024
"""Above this many products, or bytes, a worker reads and applies the file."""
TASK = "market.price_list_import"


@dataclass(frozen=True, slots=True)
class PriceFile:
    """A file brought to a centre; without a producer it says itself whose lists it holds."""

    centre_id: int
    producer_id: int | None
    name: str
    content: bytes


def bring(session: Session, actor: Actor, file: PriceFile, now: datetime) -> list[int]:
    """Take a GDXP file and preview it, one import for each list; return the imports' ids.

    For coordinators of the centre. A large file waits for the worker. Raises NotFound for a
    producer the centre has no agreement with, Refused when the file cannot be read.
    """
    actor.require(COORDINATOR, "centre", file.centre_id)
    agreed = (file.centre_id, file.producer_id)
    if file.producer_id is not None and session.get(Agreement, agreed) is None:
        raise NotFound
    large = len(file.content) > LARGE_BYTES or file.content.count(b'"name"') > LARGE + 2
    suppliers = None if large else gdxp.parse(file.content)  # refused before it is stored
    row = PriceListImport(
        centre_id=file.centre_id,
        producer_id=file.producer_id,
        filename=file.name[:200],
        sha256=files.put(file.content),
        facts={},
        created_by=actor.person_id,
        created_at=now,
    )
    return [_wait(session, row)] if suppliers is None else previews.make(session, row, suppliers)


class RecentImport(NamedTuple):
    """An import in the list of a centre's latest."""

    id: int
    state: str
    filename: str
    facts: dict[str, Any]
    created_at: datetime
    applied_at: datetime | None
    producer: str | None


def recent(session: Session, centre_id: int) -> list[RecentImport]:
    """List 20 imports of a centre with the producer's name: what waits first, then the latest."""
    waits = PriceListImport.state.in_(("previewed", *previews.WORKING))
    query = (
        select(
            *(getattr(PriceListImport, name) for name in RecentImport._fields[:-1]),
            Producer.name.label("producer"),
        )
        .outerjoin(Producer, Producer.id == PriceListImport.producer_id)
        .where(PriceListImport.centre_id == centre_id, PriceListImport.state != "dropped")
        .order_by(waits.desc(), PriceListImport.id.desc())
        .limit(20)
    )
    return rows(session, RecentImport, query)


def confirm(
    session: Session,
    actor: Actor,
    import_id: int,
    now: datetime,
    *,
    seen: str | None = None,
    another: bool = False,
) -> PriceListImport:
    """Apply a preview, or let the worker do it when it is large; return it as it is then.

    `seen` is what its page had shown (`previews.parts_of`, packed), None where there was none;
    `another` says that the producer it makes is none of those of the same name. Raises Changed
    where that is no longer true, Refused when it was applied or dropped before, the list
    changed meanwhile, or a producer of the name is there and nobody said that it is another.
    """
    row = _hold(session, actor, import_id)
    if row.state != "previewed":
        raise Refused("Questa importazione è già stata conclusa.")
    lock_exclusive(session, "producers", 0)
    parts = previews.parts_of(session, row)
    if seen is not None:
        shown.check(seen, parts, previews.named)
    if parts["namesakes"] and not another:
        raise Refused(
            "C'è già un produttore che si chiama così: confronta con il suo listino, oppure di'"
            " che questo è un altro."
        )
    counts = previews.counts_of(row)
    if counts["listed"] + counts["gone"] > LARGE:
        row.state, row.progress = "applying", 0
        session.flush()
        jobs.enqueue(session, TASK, import_id=row.id)
    else:
        apply(session, row, actor.person_id, now)
    return row


def apply(session: Session, row: PriceListImport, actor_id: int | None, now: datetime) -> None:
    """Make the list what the preview showed, unless it is no longer the list compared with.

    Raises Refused then. A producer and a list that were not there are made.
    """
    if row.price_list_id is None:
        facts = Facts(**row.facts["supplier"])
        price_list = price_lists.hold_first(
            session, actor_id, row.centre_id, facts, now, producer_id=row.producer_id
        )
    else:
        price_list = price_lists.hold(session, row.price_list_id)
    if price_list.version != (row.price_list_version or 0):
        raise Refused("Il listino è cambiato dopo l'anteprima: confrontalo di nuovo.")
    row.producer_id, row.price_list_id = price_list.producer_id, price_list.id
    row.state, row.progress, row.applied_at = "applied", 100, now
    lines.apply_lines(session, row.id, price_list.id, now)
    price_list.version += 1
    price_list.updated_at = now
    price_list.source_date = row.facts.get("created_on") or price_list.source_date
    session.flush()
    after = {"import_id": row.id, "sha256": row.sha256, **previews.counts_of(row)}
    audit.record(session, actor_id, "imported", price_list, now, after=after)


def compare_again(
    session: Session,
    actor: Actor,
    import_id: int,
    now: datetime,
    *,
    namesake_id: int | None = None,
) -> int:
    """Preview the same file against the list as it is now; the old preview is dropped.

    `namesake_id` takes it as the list of a producer called like the one it would have made.
    Raises NotFound for any other.
    """
    old = previews.get(session, actor, import_id)
    if namesake_id is not None and namesake_id not in {
        each.id for each in previews.namesakes(session, old, old.producer_id)
    }:
        raise NotFound
    old = drop(session, actor, import_id, now)
    row = PriceListImport(
        centre_id=old.centre_id,
        producer_id=namesake_id or old.producer_id,
        block=old.block,
        filename=old.filename,
        sha256=old.sha256,
        facts={},
        created_by=actor.person_id,
        created_at=now,
    )
    if previews.counts_of(old)["listed"] > LARGE:
        row.facts = {"only_block": old.block}
        return _wait(session, row)
    parsed = gdxp.parse(files.get(old.sha256))
    return previews.make(session, row, parsed, only_block=old.block)[0]


def drop(session: Session, actor: Actor, import_id: int, now: datetime) -> PriceListImport:
    """Put a preview aside; nothing was changed by it. Raises Refused once it is applied."""
    row = _hold(session, actor, import_id)
    if row.state not in ("previewed", "failed", "waiting"):
        raise Refused("Questa importazione è già stata conclusa.")
    row.state = "dropped"
    session.flush()
    audit.record(session, actor, "dropped", row, now)
    return row


def _wait(session: Session, row: PriceListImport) -> int:
    row.state = "waiting"
    session.add(row)
    session.flush()
    jobs.enqueue(session, TASK, import_id=row.id)
    return row.id


def _hold(session: Session, actor: Actor, import_id: int) -> PriceListImport:
    """Hold an import alone, for the coordinators of its centre; raises NotFound."""
    row = previews.get(session, actor, import_id)
    session.refresh(row, with_for_update=True)
    return row
