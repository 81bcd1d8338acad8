"""The preview of an import: whose list it is, what it changes, what is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from kit import sentences
from kit.errors import Message, NotFound, Refused
from market.catalogue import known_producers, price_lists, producers
from market.catalogue.products import Search
from market.catalogue.rules.listed import PriceListFile, Problem, SupplierList
from market.catalogue.rules.plain_text import comparable
from market.price_files import lines as file_lines
from market.price_files.rules.diff import COUNTED, compare, counts
from market.tables.catalogue import (
    Agreement,
    PriceList,
    PriceListImport,
    PriceListImportLine,
    Producer,
)
from people.actors import Actor
from people.roles import COORDINATOR

WORKING = ("waiting", "applying")
"""The states in which the worker has an import."""
PROBLEMS_SHOWN = 100
_FACTS = ("name", "website", "street", "locality", "zip_code")
"""What a file may say of a producer that is known, and does not change."""
_CONTACT = ("email", "phone")
"""What it may say of how a centre reaches it: no agreement that is made is changed by it."""
PAGE_SIZE = 100
FILTERS: dict[str, Any] = {
    "": PriceListImportLine.kind != "same",
    "new": PriceListImportLine.kind == "new",
    "changed": PriceListImportLine.kind == "changed",
    "look_twice": PriceListImportLine.look_twice,
    "gone": PriceListImportLine.kind == "gone",
    "not_orderable": ~PriceListImportLine.orderable & (PriceListImportLine.kind != "gone"),
    "noted": func.jsonb_array_length(PriceListImportLine.notes) > 0,
    "all": true(),
}


def make(
    session: Session,
    first: PriceListImport,
    parsed: PriceListFile,
    only_block: int | None = None,
) -> list[int]:
    """Store one preview for each supplier the file is about; `first` is the first one's row.

    With a producer in `first` only that producer's list counts. Raises Refused when a file
    of several suppliers does not name it.
    """
    producer = session.get(Producer, first.producer_id) if first.producer_id else None
    chosen = [only_block] if only_block else _blocks(parsed, producer)
    ids = []
    for number, block in enumerate(chosen):
        row = first if number == 0 else _sibling(first)
        row.block = block
        _preview(session, row, parsed, producer)
        ids.append(row.id)
    return ids


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """An import for its page: a page of what it changes, how many lines there are.

    `stale`: the list has changed since, so that it cannot be applied as it is. `parts` is what
    confirming it does (see `parts_of`), empty while there is nothing to confirm. `namesakes` are
    the producers that are called like the one it would make.
    """

    row: PriceListImport
    lines: Sequence[PriceListImportLine]
    total: int
    stale: bool
    parts: dict[str, str]
    namesakes: Sequence[Producer] = ()


def get(session: Session, actor: Actor, import_id: int) -> PriceListImport:
    """Return an import of a centre the actor coordinates; raises NotFound."""
    row = session.get(PriceListImport, import_id)
    if row is None:
        raise NotFound
    actor.require(COORDINATOR, "centre", row.centre_id)
    return row


def read(session: Session, actor: Actor, import_id: int, search: Search) -> ImportPreview:
    """Read a preview for the coordinators of its centre; `search.only` is a key of FILTERS.

    Nothing is looked for while the worker has it. Raises NotFound.
    """
    row = get(session, actor, import_id)
    if row.state in WORKING:
        return ImportPreview(row, (), 0, False, {})
    line = PriceListImportLine
    where: list[Any] = [line.import_id == row.id, FILTERS.get(search.only, FILTERS[""])]
    for word in comparable(search.words).split():
        where.append(line.terms["name_key"].astext.contains(word, autoescape=True))
    query = (
        select(line, func.count().over())
        .where(*where)
        .order_by(line.position)
        .limit(PAGE_SIZE)
        .offset((search.page - 1) * PAGE_SIZE)
    )
    found = session.execute(query).all()
    total = found[0][1] if found else 0
    shown = [each for each, _ in found]
    if row.state != "previewed":
        return ImportPreview(row, shown, total, False, {})
    producer_id = _producer_of(session, row)
    others = namesakes(session, row, producer_id)
    stale, parts = _stale(session, row, producer_id), _parts(row, producer_id, others)
    return ImportPreview(row, shown, total, stale, parts, others)


def namesakes(session: Session, row: PriceListImport, producer_id: int | None) -> list[Producer]:
    """Find who is called like the producer that a list would make; nobody where it is known."""
    if producer_id is not None:
        return []
    return known_producers.named(session, row.facts["supplier"]["name"])


def parts_of(session: Session, row: PriceListImport) -> dict[str, str]:
    """Give what confirming a preview does, as `kit.shown` compares it.

    Whose list it becomes (a producer of its own, where there is none yet), and how many
    products change how. That the list is still the one compared with is asked by its version.
    """
    producer_id = _producer_of(session, row)
    return _parts(row, producer_id, namesakes(session, row, producer_id))


def counts_of(row: PriceListImport) -> dict[str, int]:
    """Give what a preview counted, and 0 for what it did not: older ones counted fewer facts."""
    return {**dict.fromkeys(COUNTED, 0), **row.facts.get("counts", {})}


_NAMED = {
    "producer": Message("il produttore"),
    "namesakes": Message("i produttori con lo stesso nome"),
    "products": Message("i prodotti del file"),
}


def named(part: str) -> Message:
    """Put one of the parts into words, also one that a page made up."""
    return _NAMED.get(part, Message("il listino"))


def _parts(
    row: PriceListImport, producer_id: int | None, others: Sequence[Producer]
) -> dict[str, str]:
    found = {**counts_of(row), "left_out": row.facts.get("left_out", 0)}
    counted = " ".join(f"{name} {n}" for name, n in sorted(found.items()))
    called_so = " ".join(str(each.id) for each in others)
    return {"producer": str(producer_id or ""), "namesakes": called_so, "products": counted}


def _producer_of(session: Session, row: PriceListImport) -> int | None:
    """Find whose list it is; None while there is no such producer."""
    if row.producer_id is not None:
        return row.producer_id
    codes = row.facts["supplier"]
    producer = producers.find(session, codes["vat_number"], codes["tax_code"])
    return producer.id if producer else None


def _stale(session: Session, row: PriceListImport, producer_id: int | None) -> bool:
    """Whether the list has changed since the preview, or there is one where there was none."""
    if row.price_list_id is not None:
        version = select(PriceList.version).where(PriceList.id == row.price_list_id)
        return session.scalar(version) != row.price_list_version
    return price_lists.find(session, row.centre_id, producer_id or 0) is not None


def _blocks(parsed: PriceListFile, producer: Producer | None) -> list[int]:
    everyone = list(range(1, len(parsed.suppliers) + 1))
    if producer is None or len(everyone) == 1:
        return everyone
    own = [block for block in everyone if _same(parsed.suppliers[block - 1], producer)]
    if not own:
        names = ", ".join(supplier.name for supplier in parsed.suppliers[:5])
        raise Refused(
            "Il file contiene i listini di {names}: nessuno ha la partita IVA di {producer}.",
            field="file",
            names=names,
            producer=producer.name,
        )
    return own[:1]


def _same(supplier: SupplierList, producer: Producer) -> bool:
    codes = {supplier.vat_number, supplier.tax_code} - {""}
    return bool(codes & {producer.vat_number, producer.tax_code})


def _sibling(first: PriceListImport) -> PriceListImport:
    return PriceListImport(
        centre_id=first.centre_id,
        filename=first.filename,
        sha256=first.sha256,
        facts={},
        created_by=first.created_by,
        created_at=first.created_at,
    )


def _preview(
    session: Session, row: PriceListImport, parsed: PriceListFile, producer: Producer | None
) -> None:
    supplier = parsed.suppliers[row.block - 1]
    problems = [p for p in parsed.problems if p.block in (0, row.block)]
    # What is wrong with one row leaves the others whole; what is wrong with the list does not.
    failed = any(p.row == 0 for p in problems) or (problems and not supplier.products)
    kept = price_lists.kept_of(session, row.centre_id, producer or supplier)
    producer, price_list = kept.producer, kept.price_list
    row.producer_id = producer.id if producer else None
    row.price_list_id = price_list.id if price_list else None
    row.price_list_version = price_list.version if price_list else None
    lines = [] if failed else compare(kept.products, supplier.products, supplier.left_out)
    row.state = "failed" if failed else "previewed"
    row.facts = {
        "supplier": _supplier(supplier),
        "created_on": parsed.created_on.isoformat() if parsed.created_on else None,
        "application": parsed.application,
        "counts": counts(lines),
        "other_codes": producer is not None and _other_codes(supplier, producer),
        "older": _older(parsed, price_list),
        "notes": [sentences.keep(note) for note in (*parsed.notes, *supplier.notes)],
        "stays": _stays(session, row.centre_id, supplier, producer) if producer else [],
        "contact": _contact(session, row.centre_id, supplier, producer) if producer else "",
        "left_out": len(supplier.left_out),
        "problem_count": len(problems),
        "problems": [_problem(problem) for problem in problems[:PROBLEMS_SHOWN]],
    }
    session.add(row)
    session.flush()
    file_lines.keep_lines(session, row.id, lines)


def _supplier(supplier: SupplierList) -> dict[str, str]:
    phone = supplier.contact("phoneNumber") or supplier.contact("mobileNumber")
    return {
        "name": supplier.name,
        "vat_number": supplier.vat_number,
        "tax_code": supplier.tax_code,
        "email": supplier.contact("emailAddress"),
        "phone": phone,
        "website": supplier.contact("webSite"),
        "street": supplier.street,
        "locality": supplier.locality,
        "zip_code": supplier.zip_code,
    }


def _stays(
    session: Session, centre_id: int, supplier: SupplierList, producer: Producer
) -> list[list[str]]:
    """Name what the file says otherwise of a producer that is known: [field, here, file].

    A contact is compared with that of the centre's own agreement, never with another's.
    """
    said, agreement = _supplier(supplier), session.get(Agreement, (centre_id, producer.id))
    kept = {name: getattr(producer, name) or "" for name in _FACTS}
    if agreement is not None:
        kept |= {name: getattr(agreement, name) or "" for name in _CONTACT}
    return [
        [name, here, said[name]]
        for name, here in kept.items()
        if said[name] and comparable(said[name]) != comparable(here)
    ]


def _contact(session: Session, centre_id: int, supplier: SupplierList, producer: Producer) -> str:
    """Say what becomes of a contact in the file of a known producer: "begins", "stays" or "".

    It begins the agreement of a centre that has none yet; what is agreed stays as it is.
    """
    said, agreement = _supplier(supplier), session.get(Agreement, (centre_id, producer.id))
    if not any(said[name] for name in _CONTACT):
        return ""
    if agreement is None:
        return "begins"
    differs = any(
        said[name] and comparable(said[name]) != comparable(getattr(agreement, name) or "")
        for name in _CONTACT
    )
    return "stays" if differs else ""


def _other_codes(supplier: SupplierList, producer: Producer) -> bool:
    """Whether file and producer both have codes, and none in common."""
    theirs = {supplier.vat_number, supplier.tax_code} - {""}
    ours = {producer.vat_number, producer.tax_code} - {None, ""}
    return bool(theirs and ours and not theirs & ours)


def _older(parsed: PriceListFile, price_list: PriceList | None) -> bool:
    """Whether a file made later was imported before."""
    last = price_list.source_date if price_list else None
    return bool(last and parsed.created_on and parsed.created_on.isoformat() < last)


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "row": problem.row,
        "name": problem.name,
        "field": problem.field,
        "message": sentences.keep(problem.message),
    }
