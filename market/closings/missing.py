"""What a coordinator should know, or mend, before closing."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from kit.errors import Message
from kit.sentences import euro, quantity
from ledger import accounts
from market.group_orders import orders
from market.group_orders import progress as order_progress
from market.tables.catalogue import Producer
from market.tables.orders import GroupOrder, Offer
from people.actors import Actor
from people.roles import COORDINATOR


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that is still wrong; a `blocking` one must be mended first."""

    text: Message
    blocking: bool = False
    offer_id: int | None = None
    household_id: int | None = None
    producer_id: int | None = None


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
    session: Session, actor: Actor, group_order_id: int, now: datetime
) -> list[Issue]:
    """List what is still wrong with an open order, blocking things first (four statements).

    For coordinators of its centre: the hour, the minimum, cases that are not full, credit
    that no longer suffices, a producer without an address. Raises NotFound.
    """
    order = orders.get(session, group_order_id)
    actor.require(COORDINATOR, "centre", order.centre_id)
    query = select(*Offer.__table__.columns).where(Offer.group_order_id == group_order_id)
    offers = session.execute(query.order_by(Offer.position, Offer.id)).all()
    value = sum(row.wanted_cents for row in offers)
    issues = _of_order(order, value, now)
    issues += [issue for row in offers if (issue := _of_case(row))]
    issues += _of_credit(session, group_order_id)
    email = session.scalar(select(Producer.email).where(Producer.id == order.producer_id))
    if not email:
        issues.append(
            Issue(
                Message("Il produttore non ha un indirizzo: il foglio d'ordine va portato a mano."),
                producer_id=order.producer_id,
            )
        )
    return sorted(issues, key=lambda issue: not issue.blocking)


def _of_order(order: GroupOrder, value_cents: int, now: datetime) -> list[Issue]:
    found = []
    if value_cents == 0:
        found.append(
            Issue(Message("Nessuno ha prenotato: puoi annullare l'ordine."), blocking=True)
        )
    if now < order.closes_at:
        found.append(
            Issue(
                Message("L'ora di chiusura promessa non è passata: qualcuno può contarci ancora.")
            )
        )
    missing = order.minimum_cents - value_cents
    if missing > 0:
        message = Message(
            "Mancano {missing} al minimo del produttore ({minimum}).",
            missing=euro(missing),
            minimum=euro(order.minimum_cents),
        )
        found.append(Issue(message))
    return found


def _of_case(row: Row[tuple[object, ...]]) -> Issue | None:
    progress = order_progress.case_progress(row)
    if progress is None or not progress.filled:
        return None
    message = Message(
        "{name}: mancano {missing} al collo. Chiudendo ora si tolgono {cut}.",
        name=row.name,
        missing=quantity(progress.missing, row.unit),
        cut=quantity(progress.filled, row.unit),
    )
    return Issue(message, offer_id=row.id)


def _of_credit(session: Session, group_order_id: int) -> list[Issue]:
    rows = session.execute(_SHORT, {"group_order_id": group_order_id})
    return [
        Issue(
            Message(
                "{name} ({code}): il credito non copre più quanto prenotato, mancano {missing}.",
                name=row.name,
                code=row.code,
                missing=euro(row.missing),
            ),
            household_id=row.id,
        )
        for row in rows
    ]
