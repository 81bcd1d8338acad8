"""Money that comes in by hand: cash at the pick-up point, balances of the old books."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from kit.db import row
from kit.errors import Message, NotFound, Refused
from ledger import accounts, journal
from ledger.rules.cash import check_cash
from ledger.tables import Account, Journal, Posting
from people.actors import Actor

_CASH = "top_up.cash"


def record_cash(
    session: Session,
    actor: Actor,
    household_account_id: int,
    cash_account_id: int,
    amount_cents: int,
    *,
    key: str,
    now: datetime,
) -> int:
    """Record cash a treasurer received for a household; return the entry's id.

    `key` is one per form shown, so that sending it twice records it once. Whether the
    actor may is asked by the page: the ledger knows no centre. Raises Refused for a sum
    that may not be paid in cash and for accounts of another kind.
    """
    check_cash(amount_cents)
    _expect(session, household_account_id, "household")
    _expect(session, cash_account_id, "cash")
    lines = [(household_account_id, amount_cents), (cash_account_id, -amount_cents)]
    memo = Message("Contanti consegnati al tesoriere")
    return journal.post(session, key, _CASH, lines, actor_id=actor.person_id, now=now, memo=memo)


class Cash(NamedTuple):
    """Cash that was recorded for a household (cents), and whether it was undone since."""

    journal_id: int
    account_id: int
    amount_cents: int
    at: datetime
    undone: bool


def cash(session: Session, journal_id: int) -> Cash:
    """Find an entry of cash (one statement); raises NotFound, also for an entry of another kind."""
    later = aliased(Journal)
    query = (
        select(
            Journal.id.label("journal_id"),
            Posting.account_id,
            Posting.amount.label("amount_cents"),
            Journal.effective_at.label("at"),
            exists().where(later.reverses == Journal.id).label("undone"),
        )
        .join(Posting, Posting.journal_id == Journal.id)
        .join(Account, Account.id == Posting.account_id)
        .where(Journal.id == journal_id, Journal.kind == _CASH, Account.kind == "household")
    )
    found = row(session, Cash, query)
    if found is None:
        raise NotFound
    return found


def undo_cash(session: Session, actor: Actor, found: Cash, reason: str, now: datetime) -> int:
    """Undo cash that was recorded by mistake, with the reason; return the counter-entry's id.

    Its accounts are held by the caller. May take the household below its limit: a mistake must
    always be correctable. Raises Refused where it was undone already.
    """
    if found.undone:
        raise Refused("Questa registrazione è già stata corretta con uno storno.")
    memo = Message("Contanti registrati per sbaglio. {reason}", reason=reason)
    key = f"undone:{found.journal_id}"
    return journal.reverse(session, found.journal_id, key, actor.person_id, now, memo=memo)


def record_opening(
    session: Session,
    actor: Actor,
    account_id: int,
    opening_account_id: int,
    amount_cents: int,
    *,
    key: str,
    now: datetime,
) -> int:
    """Carry a balance over from the old books as the first line of an account.

    Positive is credit of the owner; a debt may be carried over below the account's
    limit. Raises Refused when the account has moved already.
    """
    _expect(session, opening_account_id, "opening")
    accounts.lock(session, [account_id, opening_account_id])
    moved = select(Posting.journal_id).where(Posting.account_id == account_id).limit(1)
    if journal.find(session, key) is None and session.execute(moved).first():
        raise Refused("Il conto ha già dei movimenti: il saldo iniziale va registrato per primo.")
    lines = [(account_id, amount_cents), (opening_account_id, -amount_cents)]
    memo = Message("Saldo riportato dalla contabilità precedente")
    return journal.post(
        session, key, "opening", lines, actor_id=actor.person_id, now=now, memo=memo
    )


def _expect(session: Session, account_id: int, kind: str) -> None:
    if accounts.get(session, account_id).kind != kind:
        raise Refused("Questo conto non è del tipo giusto per questa operazione.")
