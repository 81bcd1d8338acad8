"""The jobs of price lists: reading and applying large ones, writing them as GDXP."""

from datetime import datetime

from sqlalchemy.orm import Session

from kit import clock, files, jobs, sentences
from kit.db import Transaction
from kit.errors import Message, Refused
from kit.paper import documents
from market.catalogue import price_lists
from market.catalogue.rules.listed import PriceListFile
from market.price_files import export as gdxp_files
from market.price_files import imports, previews
from market.price_files.imports import TASK
from market.price_files.rules import gdxp
from market.tables.catalogue import PriceListImport

_GIVEN_UP = Refused(
    "Non siamo riusciti a lavorare su questo file, e ci abbiamo provato più volte. "
    "Metti da parte questa importazione e porta il file di nuovo; se succede ancora, "
    "chiedi al produttore un file più piccolo."
)


def ended(session: Session, now: datetime, import_id: int) -> bool:
    """Say of an import whose job used up its tries that it failed; give whether it had waited."""
    row = session.get(PriceListImport, import_id, with_for_update=True, populate_existing=True)
    if row is None or row.state not in previews.WORKING:
        return False
    _fail(session, import_id, _GIVEN_UP)
    return True


@jobs.effect(TASK, queue="imports", named=Message("L'importazione di un listino"), ended=ended)
def read_or_apply(transaction: Transaction, import_id: int) -> None:
    """Do what an import waits for; each step is one transaction and happens once."""
    with transaction() as session:
        row = _held(session, import_id)
        state, sha256, row.progress = row.state, row.sha256, 10
    try:
        if state == "waiting":
            parsed = gdxp.parse(files.get(sha256))
            with transaction() as session:
                _held(session, import_id).progress = 50
            with transaction() as session:
                _preview(session, import_id, parsed)
        elif state == "applying":
            with transaction() as session:
                row = _held(session, import_id)
                if row.state == "applying":
                    imports.apply(session, row, row.created_by, clock.now(session))
    except Refused as refusal:
        with transaction() as session:
            _fail(session, import_id, refusal)


def _held(session: Session, import_id: int) -> PriceListImport:
    return session.get_one(PriceListImport, import_id, with_for_update=True, populate_existing=True)


def _preview(session: Session, import_id: int, parsed: PriceListFile) -> None:
    """Preview a large file, unless it was done before."""
    row = _held(session, import_id)
    if row.state == "waiting":
        row.progress = 100
        previews.make(session, row, parsed, row.facts.get("only_block"))


def _fail(session: Session, import_id: int, refusal: Refused) -> None:
    """Note why a large file could not be read or applied."""
    row = _held(session, import_id)
    if row.state in previews.WORKING:
        row.state = "failed"
        row.facts = {**row.facts, "error": sentences.keep(refusal.message)}


@jobs.effect(
    "market.gdxp_export",
    queue="documents",
    named=Message("Il file GDXP di un listino"),
    ended=documents.ended,
)
def write_gdxp(transaction: Transaction, document_id: int, price_list_id: int) -> None:
    """Make the GDXP file of a price list."""

    def read(session: Session) -> gdxp_files.Material:
        price_list = price_lists.get(session, price_list_id)
        return gdxp_files.read(session, price_list, clock.now(session))

    documents.make(transaction, document_id, read, gdxp_files.write)
