"""A centre's money: what it holds against what it owes, its accounts, cash that comes in."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, null, select, union_all
from sqlalchemy.orm import Session

from kit import shown
from kit.db import rows, total
from kit.errors import Message, NotFound, Refused
from ledger import accounts, journal, statements, top_ups
from ledger.accounts import Listed
from ledger.rules import chart
from ledger.rules.chart import Side
from ledger.statements import Position, StatementLine
from ledger.tables import Account, Posting
from market.centres import centres, households, purses
from market.centres.purses import Purse
from market.tables.catalogue import Agreement, Producer
from market.tables.centres import Centre, Household
from people.actors import Actor
from people.roles import TREASURER

_FORM_KEY = re.compile(r"[\w-]{16,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Treasury:
    """What a centre holds, and whom it belongs to (cents, as a treasurer reads them).

    The books are in order when `held_cents` is the sum of the other four: every entry
    sums to zero and a centre's entries touch only its own accounts. `rounding_cents`, what rounding
    left to the centre, is below zero where the centre puts it in.
    """

    centre: Centre
    accounts: list[Listed]
    held_cents: int
    households_cents: int
    producers_cents: int
    funds_cents: int
    rounding_cents: int
    committed_cents: int
    """How much of the households' is held for orders that are not charged yet."""

    @property
    def difference_cents(self) -> int:
        """What is held beyond what is owed; 0 when the numbers agree."""
        owed = self.households_cents + self.producers_cents + self.funds_cents
        return self.held_cents - owed - self.rounding_cents

    @property
    def below_zero(self) -> list[Listed]:
        """The households whose credit is used up."""
        return [a for a in self.accounts if a.kind == "household" and a.balance_cents < 0]


def of_centre(session: Session, actor: Actor, centre_id: int) -> Treasury:
    """Read a centre's accounts and what they come to, for its treasurers; raises NotFound."""
    actor.require(TREASURER, "centre", centre_id)
    centre = centres.get(session, centre_id)
    listed = [
        replace(account, shown_cents=account.balance_cents * turned(account.kind))
        for prefix in _prefixes(centre)
        for account in accounts.with_prefix(session, prefix)
    ]
    sums = {"held": 0, "household": 0, "producer": 0, "fund": 0, "rounding": 0}
    for account in listed:
        if chart.SIDES[account.kind] is Side.OWNED:
            kind = "held"
        else:
            own = account.kind in ("household", "producer", "rounding")
            kind = account.kind if own else "fund"
        sums[kind] += account.shown_cents
    committed = select(total(Household.commitment_cents)).where(Household.centre_id == centre_id)
    found = [*sums.values(), session.scalar(committed) or 0]
    return Treasury(centre, listed, *found)


@dataclass(frozen=True, slots=True)
class AccountPage:
    """An account with a page of its statement; `turned` is -1 where figures are shown reversed."""

    centre: Centre
    account: Account
    balance_cents: int
    lines: list[StatementLine]
    turned: int


def statement(
    session: Session, actor: Actor, centre_id: int, account_id: int, before: Position | None
) -> AccountPage:
    """Read a page of the statement of one of a centre's accounts; raises NotFound."""
    actor.require(TREASURER, "centre", centre_id)
    centre = centres.get(session, centre_id)
    account = accounts.get(session, account_id)
    if not account.code.startswith(_prefixes(centre)):
        raise NotFound
    balance = accounts.balance(session, account_id)
    lines = statements.of(session, account_id, before=before)
    return AccountPage(centre, account, balance, lines, turned(account.kind))


def turned(kind: str) -> int:
    """Tell how a treasurer reads a kind of account: -1 where the books hold it negative.

    What the centre has in hand is negative in the books and positive on the page; what was
    collected for transport reads as it stands, like every sum the centre owes to somebody.
    """
    return -1 if chart.SIDES[kind] is Side.OWNED else 1


class AccountOwner(NamedTuple):
    """Whose an account of a centre is; `household_id` where it is a household's."""

    account_id: int
    name: str
    household_id: int | None


def owners(session: Session, centre_id: int) -> dict[int, AccountOwner]:
    """Name the owners of a centre's accounts by the account's id (one statement)."""
    called = Household.name + " (" + Household.code + ")"
    families = select(
        Household.account_id, called.label("name"), Household.id.label("household_id")
    ).where(Household.centre_id == centre_id)
    producers = (
        select(Agreement.payable_account_id, Producer.name, null())
        .join(Producer, Producer.id == Agreement.producer_id)
        .where(Agreement.centre_id == centre_id)
    )
    found = rows(session, AccountOwner, union_all(families, producers))
    return {owner.account_id: owner for owner in found}


class _Moved(NamedTuple):
    journal_id: int
    name: str


def moved_for(session: Session, page: AccountPage) -> dict[int, str]:
    """Name by entry the household that a page of a statement moved money for (one statement).

    Not on a household's own account; entries of several households name none.
    """
    if page.account.kind == "household" or not page.lines:
        return {}
    called = Household.name + " (" + Household.code + ")"
    query = (
        select(Posting.journal_id, func.min(called).label("name"))
        .join(Household, Household.account_id == Posting.account_id)
        .where(Posting.journal_id.in_([line.journal_id for line in page.lines]))
        .group_by(Posting.journal_id)
        .having(func.count(Household.id.distinct()) == 1)
    )
    return {row.journal_id: row.name for row in rows(session, _Moved, query)}


def payers(session: Session, actor: Actor, centre_id: int) -> list[Household]:
    """List the households a treasurer may record money for."""
    actor.require(TREASURER, "centre", centre_id)
    return households.of_centre(session, centre_id)


def take_cash(
    session: Session,
    actor: Actor,
    household_id: int,
    amount_cents: int,
    *,
    form_key: str,
    now: datetime,
) -> int:
    """Record cash a household hands to a treasurer of its centre; return the journal id.

    `form_key` (16 to 64 letters, digits, - and _) is one per form shown: sending it twice
    records it once. The centre's cash account is opened when it is first needed. Raises Refused for
    an amount that may not be paid in cash or a form already used otherwise, NotFound.
    """
    household = households.get(session, household_id)
    actor.require(TREASURER, "centre", household.centre_id)
    if not _FORM_KEY.fullmatch(form_key):
        raise Refused("Il modulo non è più valido: ricarica la pagina.")
    centre = centres.get(session, household.centre_id)
    owner = f"centre:{centre.code.lower()}"
    cash_id = accounts.open(session, f"{owner}:cash", "cash", owner)
    return top_ups.record_cash(
        session,
        actor,
        household.account_id,
        cash_id,
        amount_cents,
        key=f"{owner}:cash:{form_key}",
        now=now,
    )


@dataclass(frozen=True, slots=True)
class CashMistake:
    """Cash that was recorded, and what undoing it leaves its household."""

    cash: top_ups.Cash
    purse: Purse

    @property
    def balance_cents(self) -> int:
        """What the household's account comes to without it."""
        return self.purse.balance - self.cash.amount_cents

    @property
    def room_cents(self) -> int:
        """What the household may still book for without it; below zero: beyond its credit."""
        return self.purse.room - self.cash.amount_cents

    def parts(self) -> dict[str, str]:
        """Give what the page of undoing it shows, as `kit.shown` compares it."""
        return {
            "household": self.purse.name,
            "amount": str(self.cash.amount_cents),
            "credit": f"{self.balance_cents} {self.room_cents}",
        }


_CASH_NAMES = {
    "household": Message("il nome della famiglia"),
    "credit": Message("il credito della famiglia"),
}


def cash_mistake(session: Session, actor: Actor, centre_id: int, journal_id: int) -> CashMistake:
    """Tell what undoing an entry of cash does, for treasurers of its centre.

    Raises NotFound, Refused where it was undone already.
    """
    actor.require(TREASURER, "centre", centre_id)
    cash = top_ups.cash(session, journal_id)
    query = select(Household.id).where(
        Household.account_id == cash.account_id, Household.centre_id == centre_id
    )
    household_id = session.scalar(query)
    if household_id is None:
        raise NotFound
    if cash.undone:
        raise Refused("Questa registrazione è già stata corretta con uno storno.")
    return CashMistake(cash, purses.get(session, household_id))


def undo_cash(
    session: Session, actor: Actor, mistake: CashMistake, reason: str, now: datetime, *, seen: str
) -> int:
    """Undo cash that was recorded by mistake; return the counter-entry's id.

    `seen` is what the page had shown (`CashMistake.parts`, packed). The household may end beyond
    its credit: the page says so, and a mistake must always be correctable. Raises Changed where
    that is no longer so, Refused where it was undone already, NotFound.
    """
    centre_id, journal_id = mistake.purse.centre_id, mistake.cash.journal_id
    accounts.lock(session, [account_id for account_id, _ in journal.lines(session, journal_id)])
    found = cash_mistake(session, actor, centre_id, journal_id)
    shown.check(seen, found.parts(), lambda part: _CASH_NAMES.get(part, Message("l'importo")))
    return top_ups.undo_cash(session, actor, found.cash, reason, now)


def _prefixes(centre: Centre) -> tuple[str, str]:
    code = centre.code.lower()
    return f"centre:{code}:", f"household:{code}:"
