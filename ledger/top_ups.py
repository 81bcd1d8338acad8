"""Money that comes in by hand: cash at the pick-up point, balances of the old books."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kit.errors import Message, Refused
from ledger import accounts, journal
from ledger.rules.cash import check_cash
from ledger.tables import Posting
from people.actors import Actor


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
    return journal.post(
        session, key, "top_up.cash", lines, actor_id=actor.person_id, now=now, memo=memo
    )


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
