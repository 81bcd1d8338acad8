"""The act of closing: what was seen in the dry run is what is written."""

import hmac
import json
from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from kit import audit, jobs, shown
from kit.errors import Refused
from kit.sentences import keep
from market.centres import commitments
from market.closings.books import read
from market.closings.dry_runs import DryRun, compute, present
from market.closings.rules import closing
from market.group_orders import orders
from market.group_orders.rules import lifecycle
from market.papers import sheets
from market.tables.orders import GroupOrder
from people.actors import Actor

_WRITE_CHANGES = text("""
    update booking_line l set assigned = c.assigned, assigned_cents = c.cents,
        reason = cast(c.reason as jsonb)
    from unnest(cast(:bookings as bigint[]), cast(:offers as bigint[]),
        cast(:assigned as bigint[]), cast(:cents as bigint[]), cast(:reasons as text[]))
        as c(booking_id, offer_id, assigned, cents, reason)
    where l.booking_id = c.booking_id and l.offer_id = c.offer_id
""")
_WRITE_REST = text("""
    update booking_line l set assigned = l.wanted, assigned_cents = l.amount_cents
    from booking b
    where b.id = l.booking_id and b.group_order_id = :group_order_id and l.assigned is null
""")
_WRITE_OFFERS = text("""
    update offer f set assigned = r.total, cases = r.cases
    from unnest(cast(:offers as bigint[]), cast(:totals as bigint[]), cast(:cases as bigint[]))
        as r(offer_id, total, cases)
    where f.id = r.offer_id
""")
_WRITE_BOOKINGS = text("""
    update booking b set assigned_cents = r.goods, transport_cents = r.transport,
        transport_proof = cast(r.proof as jsonb), changed_lines = r.changed
    from unnest(cast(:bookings as bigint[]), cast(:goods as bigint[]),
        cast(:transport as bigint[]), cast(:proofs as text[]), cast(:changed as bigint[]))
        as r(id, goods, transport, proof, changed)
    where b.id = r.id
""")


def close(
    session: Session,
    actor: Actor,
    group_order_id: int,
    token: str,
    now: datetime,
    *,
    seen: str | None = None,
) -> DryRun:
    """Close an order exactly as its dry run showed; for coordinators of its centre.

    Assigns every line, keeps the reason of every cut, shares the transport cost, orders
    the documents and the letters (`dry_runs.present` says to whom), and holds back of their
    credit what they get, no more. Where nothing is ordered the order ends here: no
    papers, a letter to everybody who booked. No money moves. `seen` is what the page of the dry
    run had shown (its parts, packed), None where there was none. Raises Changed where that is
    no longer true, Refused when bookings changed since the dry run of `token`, when nobody
    booked, or when the order is not open; NotFound.
    """
    order = orders.held(session, actor, group_order_id, "close")
    lifecycle.after(order.state, "close")
    books = read(session, group_order_id)
    if not books.lines:
        raise Refused("Nessuno ha prenotato: puoi annullare l'ordine.")
    result = compute(books)
    proposed = present(session, books, result, now)
    if seen is not None:
        shown.check(seen, proposed.parts(), proposed.named)
    if not hmac.compare_digest(books.token, token):
        raise Refused("Le prenotazioni sono cambiate dopo la prova: guarda il nuovo risultato.")
    _write(session, group_order_id, result)
    state = lifecycle.closing(order.state, ordered=result.ordered)
    goods_cents = sum(booking.goods_cents for booking in result.bookings)
    orders.change(session, group_order_id, state=state, closed_at=now, ordered_cents=goods_cents)
    commitments.hold_assigned(session, group_order_id)
    _record(session, actor, group_order_id, now, state, result, token)
    if result.ordered:
        sheets.ask(session, order, now)
    over = {str(each.household_id): each.over_cents for each in proposed.over}
    why = {"over": over, "early": proposed.early}
    jobs.enqueue(session, "market.closing_notices", group_order_id=group_order_id, **why)
    return proposed


def _write(session: Session, group_order_id: int, result: closing.Result) -> None:
    """Write the result in four statements, however many lines there are."""
    if result.changes:
        session.execute(
            _WRITE_CHANGES,
            {
                "bookings": [change.booking_id for change in result.changes],
                "offers": [change.offer_id for change in result.changes],
                "assigned": [change.assigned for change in result.changes],
                "cents": [change.assigned_cents for change in result.changes],
                "reasons": [json.dumps(keep(change.reason)) for change in result.changes],
            },
        )
    session.execute(_WRITE_REST, {"group_order_id": group_order_id})
    session.execute(
        _WRITE_OFFERS,
        {
            "offers": [offer.offer_id for offer in result.offers],
            "totals": [offer.total for offer in result.offers],
            "cases": [offer.cases for offer in result.offers],
        },
    )
    changed = Counter(change.booking_id for change in result.changes)
    session.execute(
        _WRITE_BOOKINGS,
        {
            "bookings": [booking.booking_id for booking in result.bookings],
            "goods": [booking.goods_cents for booking in result.bookings],
            "transport": [booking.transport_cents for booking in result.bookings],
            "proofs": [_kept(booking) for booking in result.bookings],
            "changed": [changed[booking.booking_id] for booking in result.bookings],
        },
    )


def _kept(booking: closing.BookingResult) -> str | None:
    return None if booking.proof is None else json.dumps(keep(booking.proof))


def _record(session: Session, actor: Actor, order_id: int, now: datetime, *facts: Any) -> None:
    state, result, token = facts
    after = {
        "state": state,
        "dry_run": token,
        "households": len(result.bookings),
        "goods_cents": result.goods_cents,
        "rounding_cents": result.rounding_cents,
        "lines_changed": len(result.changes),
    }
    audit.record(
        session,
        actor,
        "closed",
        audit.of(GroupOrder, order_id),
        now,
        before={"state": "open"},
        after=after,
    )
