"""What the command line does with price lists: plain functions, one transaction each."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from kit import audit, clock, files, sentences
from kit.errors import NotFound, Refused
from market.catalogue import producers
from market.price_files import export as gdxp_files
from market.price_files import imports, previews
from market.price_files.rules import gdxp
from market.tables.catalogue import PriceList, PriceListImport
from market.tables.centres import Centre


def import_gdxp(session: Session, path: Path, centre_code: str, now: datetime) -> list[str]:
    """Import every supplier's list of a file into a centre; say in a sentence what changed.

    Nothing is imported unless everything is: leaving rows out is for somebody who sees them.
    Raises Refused with the problems otherwise.
    """
    centre = session.scalars(select(Centre).where(Centre.code == centre_code.upper())).first()
    if centre is None:
        raise Refused("Non c'è un centro con il codice {code}.", code=centre_code)
    content = path.read_bytes()
    row = PriceListImport(
        centre_id=centre.id,
        filename=path.name,
        sha256=files.put(content),
        facts={},
        created_at=now,
    )
    ids = previews.make(session, row, gdxp.parse(content))
    return [_apply(session, session.get_one(PriceListImport, id_), now) for id_ in ids]


def export_gdxp(session: Session, producer_code: str) -> bytes:
    """Write the list of a producer that was changed last, whichever centre keeps it.

    Raises Refused when there is no such producer, or no list of it.
    """
    try:
        producer = producers.by_code(session, producer_code)
    except NotFound:
        raise Refused("Non c'è un produttore con il codice {code}.", code=producer_code) from None
    query = (
        select(PriceList)
        .where(PriceList.producer_id == producer.id)
        .order_by(PriceList.updated_at.desc(), PriceList.id)
    )
    price_list = session.scalars(query.limit(1)).first()
    if price_list is None:
        raise Refused("{name} non ha ancora un listino.", name=producer.name)
    now = clock.now(session)
    audit.record(session, None, "exported", price_list, now)
    return gdxp_files.export(session, price_list, now)


def _apply(session: Session, row: PriceListImport, now: datetime) -> str:
    name = row.facts["supplier"]["name"]
    if row.facts["problem_count"]:
        shown = "\n".join(
            f"  {p['row']}. {p['name']}: {p['field']}: {sentences.recall(p['message'])}"
            for p in row.facts["problems"]
        )
        raise Refused("Il listino di {name} ha dei problemi:\n{shown}", name=name, shown=shown)
    if previews.namesakes(session, row, row.producer_id):
        raise Refused(
            "C'è già un produttore che si chiama {name}: di' dalla pagina dei listini se è lui.",
            name=name,
        )
    imports.apply(session, row, None, now)
    counts = previews.counts_of(row)
    return (
        f"{name}. Prodotti: {counts['listed']}, nuovi: {counts['new']},"
        f" cambiati: {counts['changed']}, usciti: {counts['gone']},"
        f" non ordinabili: {counts['not_orderable']}"
    )
