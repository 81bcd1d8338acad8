"""The jobs of price lists: reading and applying large ones, writing them as GDXP."""

from sqlalchemy.orm import Session

from kit import clock, files, jobs
from kit.db import Transaction
from kit.errors import Refused
from kit.paper import documents
from market.catalogue import price_lists
from market.price_files import export as gdxp_files
from market.price_files import imports
from market.price_files.imports import TASK
from market.price_files.rules import gdxp
from market.tables.catalogue import PriceListImport


@jobs.effect(TASK)
def read_or_apply(transaction: Transaction, import_id: int) -> None:
    """Do what an import waits for; each step is one transaction and happens once."""
    with transaction() as session:
        row = session.get(PriceListImport, import_id)
        state, sha256 = (row.state, row.sha256) if row is not None else ("dropped", "")
        imports.show_progress(session, import_id, 10)
    try:
        if state == "waiting":
            parsed = gdxp.parse(files.get(sha256))
            with transaction() as session:
                imports.show_progress(session, import_id, 50)
            with transaction() as session:
                imports.read_waiting(session, import_id, parsed)
        elif state == "applying":
            with transaction() as session:
                imports.apply_confirmed(session, import_id, clock.now(session))
    except Refused as refusal:
        with transaction() as session:
            imports.fail(session, import_id, refusal)


@jobs.effect("market.gdxp_export")
def write_gdxp(transaction: Transaction, document_id: int, price_list_id: int) -> None:
    """Make the GDXP file of a price list."""

    def read(session: Session) -> gdxp_files.Material:
        price_list = price_lists.get(session, price_list_id)
        return gdxp_files.read(session, price_list, clock.now(session))

    documents.make(transaction, document_id, read, gdxp_files.write)
