"""Asking for the sheets of a closed order: the producer's, and those for sorting."""

from datetime import datetime

from sqlalchemy.orm import Session

from kit.errors import Message
from kit.paper import documents, tables_out
from kit.words.text import gettext
from market.tables.orders import GroupOrder

PDF = "application/pdf"
KINDS = {
    "order_sheet": Message("Ordine per il produttore"),
    "order_sheet_csv": Message("Ordine per il produttore, da aprire in un foglio di calcolo"),
    "sorting_by_household": Message("Smistamento per famiglia"),
    "sorting_by_product": Message("Smistamento per prodotto"),
}

VOID = Message("L'ordine è annullato: i suoi fogli non valgono più.")
"""What is said of the sheets of a cancelled order, in place of handing them out."""


def ask(session: Session, order: GroupOrder, now: datetime) -> None:
    """Ask for the four sheets of an order in the transaction that closes it."""
    names = {
        "order_sheet": gettext("ordine-{n}.pdf"),
        "order_sheet_csv": gettext("ordine-{n}.csv"),
        "sorting_by_household": gettext("smistamento-famiglie-{n}.pdf"),
        "sorting_by_product": gettext("smistamento-prodotti-{n}.pdf"),
    }
    for kind, name in names.items():
        csv = kind == "order_sheet_csv"
        documents.request(
            session,
            kind=kind,
            subject_kind="group_order",
            subject_id=order.id,
            filename=name.format(n=order.id),
            media_type=tables_out.MEDIA_TYPE if csv else PDF,
            task=f"market.{kind}",
            now=now,
            group_order_id=order.id,
        )
