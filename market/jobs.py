"""Bodies of the market's jobs: each a shallow call, each safe to run twice."""

from datetime import date, datetime

from sqlalchemy.orm import Session

import market.centres.centres  # noqa: F401 - names what roles are held of
import market.centres.members  # noqa: F401
from kit.db import Transaction
from kit.errors import Message
from kit.jobs import effect, task
from kit.paper import documents
from kit.paper.prints import Print
from market.papers import carriers, notices, order_sheets, sheets, sorting_sheets
from market.price_files import jobs  # noqa: F401


@task(
    "market.closing_notices",
    queue="mail",
    named=Message("Le lettere sulle quantità cambiate alla chiusura"),
)
def closing_notices(
    session: Session,
    now: datetime,
    group_order_id: int,
    *,
    over: dict[str, int] | None = None,
    early: bool = False,
) -> None:
    """Tell households what closing changed for them; `over`: by their ids, cents beyond credit."""
    beyond = {int(id_): cents for id_, cents in (over or {}).items()}
    notices.closed(session, group_order_id, now, over=beyond, early=early)


@task("market.moving_notices", queue="mail", named=Message("Le lettere sugli orari spostati"))
def moving_notices(
    session: Session,
    now: datetime,
    group_order_id: int,
    move: int,
    *,
    closed_at: str | None = None,
    arrived_on: str | None = None,
) -> None:
    """Tell households until when one books now, and when it arrives; and what of it was before.

    Who carries the goods is told of another day.
    """
    before = notices.Before(
        datetime.fromisoformat(closed_at) if closed_at else None,
        date.fromisoformat(arrived_on) if arrived_on else None,
    )
    notices.moved(session, group_order_id, move, now, before=before)
    if before.delivery_day is not None:
        carriers.moved(session, group_order_id, move, now, before=before.delivery_day)


@task("market.settlement_notices", queue="mail", named=Message("Le lettere con gli addebiti"))
def settlement_notices(session: Session, now: datetime, group_order_id: int) -> None:
    """Tell households what they were charged."""
    notices.settled(session, group_order_id, now)


@task("market.cancelled_notices", queue="mail", named=Message("Le lettere sull'ordine annullato"))
def cancelled_notices(session: Session, now: datetime, group_order_id: int, reason: str) -> None:
    """Tell households, and who would have carried it, that their order will not come."""
    notices.cancelled(session, group_order_id, reason, now)
    carriers.cancelled(session, group_order_id, reason)


@effect(
    "market.order_sheet",
    queue="documents",
    named=sheets.KINDS["order_sheet"],
    ended=documents.ended,
)
def order_sheet(transaction: Transaction, document_id: int, group_order_id: int) -> None:
    """Draw the producer's sheet, keep it and post it with its CSV, once."""
    documents.make(
        transaction,
        document_id,
        lambda session: order_sheets.printed(order_sheets.read(session, group_order_id)),
        Print.draw,
        lambda session, made: order_sheets.send(session, made, group_order_id),
    )


@effect(
    "market.order_sheet_csv",
    queue="documents",
    named=sheets.KINDS["order_sheet_csv"],
    ended=documents.ended,
)
def order_sheet_csv(transaction: Transaction, document_id: int, group_order_id: int) -> None:
    """Write the producer's lines for a spreadsheet."""
    documents.make(
        transaction,
        document_id,
        lambda session: order_sheets.read(session, group_order_id),
        order_sheets.csv_of,
    )


@effect(
    "market.sorting_by_household",
    queue="documents",
    named=sheets.KINDS["sorting_by_household"],
    ended=documents.ended,
)
def sorting_by_household(transaction: Transaction, document_id: int, group_order_id: int) -> None:
    """Draw who gets what, one block a household."""
    documents.make(
        transaction,
        document_id,
        lambda session: sorting_sheets.printed(
            "sorting_by_household.typ", sorting_sheets.read(session, group_order_id)
        ),
        Print.draw,
    )


@effect(
    "market.sorting_by_product",
    queue="documents",
    named=sheets.KINDS["sorting_by_product"],
    ended=documents.ended,
)
def sorting_by_product(transaction: Transaction, document_id: int, group_order_id: int) -> None:
    """Draw who gets what, one block a product."""
    documents.make(
        transaction,
        document_id,
        lambda session: sorting_sheets.printed(
            "sorting_by_product.typ", sorting_sheets.read(session, group_order_id)
        ),
        Print.draw,
    )
