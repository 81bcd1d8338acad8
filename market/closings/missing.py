"""What a coordinator should know, or mend, before closing."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from kit import db
from kit.errors import Message
from kit.sentences import counted, euro, many_euro, many_of, quantity
from ledger import accounts
from market.closings.books import Books, OfferRow, OrderRow
from market.group_orders.progress import case_progress, no_other_case
from market.group_orders.rules.case_completion import CaseProgress


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that is still wrong; a `blocking` one must be mended first."""

    text: Message
    blocking: bool = False
    offer_id: int | None = None
    household_id: int | None = None
    producer_id: int | None = None


_NOBODY = Issue(Message("Nessuno ha prenotato: puoi annullare l'ordine."), blocking=True)
_NOT_YET = Issue(
    Message("L'ordine non è ancora aperto: nessuno ha potuto prenotare. Puoi annullarlo."),
    blocking=True,
)


class _Short(NamedTuple):
    id: int
    code: str
    name: str
    missing: int


_SHORT = text(f"""
    select h.id, h.code, h.name, h.commitment_cents - h.limit_cents - a.balance as missing
    from booking b join household h on h.id = b.household_id
    cross join lateral
        (select {accounts.BALANCE} as balance from account a where a.id = h.account_id) a
    where b.group_order_id = :group_order_id and b.committed_cents > 0
        and h.commitment_cents - h.limit_cents > a.balance
    order by h.code
""")


def whats_missing(
    session: Session,
    books: Books,
    now: datetime,
    *,
    ordered: bool = True,
    shared: bool = True,
) -> list[Issue]:
    """List what is still wrong with an open order, blocking things first (one statement).

    That nobody booked (or could, yet) or closing would order nothing (`ordered`), a transport that
    no goods carry (not `shared`), the hour, the minimum, cases that are not full, credit that no
    longer suffices, a producer without an address.
    """
    order = books.order
    issues = _of_bookings(books, ordered, now)
    if not shared:
        issues.append(_unshared(order))
    if books.lines or now >= order.opens_at:
        issues += _of_order(order, sum(offer.wanted_cents for offer in books.offers), now)
    issues += [issue for offer in books.offers if (issue := _of_case(offer))]
    issues += _of_credit(session, order.id)
    if not order.producer_email and ordered:
        issues.append(
            Issue(
                Message("Il produttore non ha un indirizzo: il foglio d'ordine va portato a mano."),
                producer_id=order.producer_id,
            )
        )
    return sorted(issues, key=lambda issue: not issue.blocking)


def _of_bookings(books: Books, ordered: bool, now: datetime) -> list[Issue]:
    if not books.lines:
        return [_NOT_YET if now < books.order.opens_at else _NOBODY]
    if ordered:
        return []
    return [
        Issue(Message("Nessun collo si riempie: chiudendo ora non si ordina niente a nessuno."))
    ]


def _unshared(order: OrderRow) -> Issue:
    message = Message(
        "Tutta la merce vale {nothing}: il trasporto di {transport} si divide secondo la spesa e"
        " così non si può dividere. Tieni aperto l'ordine finché qualcuno prenota merce che vale"
        " almeno un centesimo, oppure annullalo e aprine un altro con il trasporto in parti"
        " uguali.",
        nothing=euro(0),
        transport=euro(order.transport_cents),
    )
    return Issue(message, blocking=True)


def _of_order(order: OrderRow, value_cents: int, now: datetime) -> list[Issue]:
    found = []
    if now < order.closes_at:
        found.append(
            Issue(
                Message("L'ora di chiusura promessa non è passata: qualcuno può contarci ancora.")
            )
        )
    missing = order.minimum_cents - value_cents
    if missing > 0:
        message = counted(
            many_euro(missing),
            "Manca {missing} al minimo del produttore ({minimum}).",
            "Mancano {missing} al minimo del produttore ({minimum}).",
            missing=euro(missing),
            minimum=euro(order.minimum_cents),
        )
        found.append(Issue(message))
    return found


def _of_case(row: OfferRow) -> Issue | None:
    progress = case_progress(row)
    if progress is None or not progress.filled:
        return None
    lacks = (
        _no_other(row, progress)
        if progress.sold_out
        else counted(
            many_of(progress.missing, row.unit),
            "manca {missing} al collo.",
            "mancano {missing} al collo.",
            missing=quantity(progress.missing, row.unit),
        )
    )
    cut = counted(
        many_of(progress.filled, row.unit),
        "Chiudendo ora si toglie {cut}.",
        "Chiudendo ora si tolgono {cut}.",
        cut=quantity(progress.filled, row.unit),
    )
    message = Message("{name}: {lacks} {cut}", name=row.name, lacks=lacks, cut=cut)
    return Issue(message, offer_id=row.id)


def _no_other(row: OfferRow, made: CaseProgress) -> Message:
    size, over = (quantity(value, row.unit) for value in (row.case_size, made.filled))
    return no_other_case(made, size, over)


def _of_credit(session: Session, group_order_id: int) -> list[Issue]:
    rows = db.rows(session, _Short, _SHORT, {"group_order_id": group_order_id})
    return [
        Issue(
            counted(
                many_euro(row.missing),
                "{name} ({code}): il credito non copre più quanto prenotato, manca {missing}.",
                "{name} ({code}): il credito non copre più quanto prenotato, mancano {missing}.",
                name=row.name,
                code=row.code,
                missing=euro(row.missing),
            ),
            household_id=row.id,
        )
        for row in rows
    ]
