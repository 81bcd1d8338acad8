"""Accounts: opening them, finding them, holding them, reading what they come to."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import BigInteger, ColumnElement, ScalarSelect, func, literal_column, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from kit.db import lock_exclusive_all
from kit.errors import NotFound, Refused
from ledger.rules import chart
from ledger.tables import Account

# What account `a` comes to. Where an account keeps a running balance its last line knows it;
# elsewhere lines are added up from an index that holds the amounts.
BALANCE = """
    case when a.min_balance is null
    then (select coalesce(sum(p.amount), 0)::bigint from posting p where p.account_id = a.id)
    else coalesce((select p.balance_after from posting p
                   where p.account_id = a.id and p.account_seq is not null
                   order by p.account_seq desc limit 1), 0)
    end
"""


def balance_of(account_id: ColumnElement[int] | InstrumentedAttribute[int]) -> ScalarSelect[int]:
    """Tell what the account with this id comes to, inside a statement (of a house above, too).

    Cents; positive is credit of its owner. For a statement in plain SQL there is `BALANCE`.
    """
    account = aliased(Account, name="a")
    balance = literal_column(BALANCE, BigInteger)
    return select(balance).select_from(account).where(account.id == account_id).scalar_subquery()


@dataclass(frozen=True, slots=True)
class Listed:
    """An account in a list, with its balance in the books and as a treasurer reads it."""

    id: int
    code: str
    kind: str
    owner_ref: str
    balance_cents: int
    shown_cents: int


def find(session: Session, code: str) -> int | None:
    """Return the id of the account with this code, or None."""
    return session.execute(select(Account.id).where(Account.code == code)).scalar()


def get(session: Session, account_id: int) -> Account:
    """Return an account; raises NotFound."""
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound
    return account


def balance(session: Session, account_id: int) -> int:
    """Return what an account comes to, in cents; positive is credit of its owner.

    Raises NotFound. Without `lock` it is a reading, not a promise.
    """
    found = balances(session, [account_id])
    if account_id not in found:
        raise NotFound
    return found[account_id]


def balances(session: Session, account_ids: Iterable[int]) -> dict[int, int]:
    """Return the balances of many accounts in cents (one statement); unknown ids are left out."""
    query = select(Account.id, balance_of(Account.id)).where(Account.id.in_(list(account_ids)))
    return {id_: cents for id_, cents in session.execute(query)}


def with_prefix(session: Session, prefix: str) -> list[Listed]:
    """List the accounts whose code begins so, by code, with balances (one statement)."""
    query = (
        select(Account.id, Account.code, Account.kind, Account.owner_ref, balance_of(Account.id))
        .where(func.starts_with(Account.code, prefix))
        .order_by(Account.code)
    )
    return [
        Listed(id_, code, kind, owner_ref, balance, chart.shown(kind, balance))
        for id_, code, kind, owner_ref, balance in session.execute(query)
    ]


def open(
    session: Session, code: str, kind: str, owner_ref: str, min_balance: int | None = None
) -> int:
    """Open an account, or find the one already opened under this code; return its id.

    `min_balance` (cents) makes it keep a running balance and refuse debits below; it
    holds for good. Raises Refused when the code belongs to an account that differs.
    """
    if kind not in chart.KINDS:
        raise ValueError(f"not a kind of account: {kind!r} (see ledger/rules/chart.py)")
    wanted = {"code": code, "kind": kind, "owner_ref": owner_ref, "min_balance": min_balance}
    query = insert(Account).values(wanted).on_conflict_do_nothing(index_elements=["code"])
    opened = session.execute(query.returning(Account.id)).scalar()
    if opened is not None:
        return opened
    there = session.execute(select(Account).where(Account.code == code)).scalar_one()
    if any(getattr(there, name) != value for name, value in wanted.items()):
        raise Refused("Il conto {code} esiste già, con altre caratteristiche.", code=code)
    return there.id


def lock(session: Session, account_ids: Iterable[int]) -> None:
    """Hold accounts alone until the transaction ends, in ascending id (house rule on locks)."""
    lock_exclusive_all(session, "account", account_ids)
