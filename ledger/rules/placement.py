"""Where new lines stand in their accounts: running number, running balance, limit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ledger.rules.chart import may_overdraw
from ledger.rules.entries import Entry


@dataclass(slots=True)
class Standing:
    """An account as it stands: limit (None: none and no running balance), last line."""

    min_balance_cents: int | None
    account_seq: int = 0
    balance_cents: int = 0


@dataclass(frozen=True, slots=True)
class Placed:
    """One line as it is written; number and balance only where the account has a limit."""

    entry: int
    line: int
    account_id: int
    amount_cents: int
    account_seq: int | None
    balance_after_cents: int | None


class Overdrawn(Exception):
    """A debit would take an account below its limit."""

    def __init__(self, account_id: int, missing_cents: int) -> None:
        super().__init__(f"account {account_id} lacks, in cents: {missing_cents}")
        self.account_id = account_id
        self.missing_cents = missing_cents


def place(entries: Iterable[Entry], standings: Mapping[int, Standing]) -> list[Placed]:
    """Number the lines of checked entries one after the other, in the order given.

    `standings` holds every account of the lines and is not changed. Raises Overdrawn at
    the first debit that ends below its account's limit, unless the kind of entry may
    (`chart.may_overdraw`).
    """
    now = {
        id_: Standing(one.min_balance_cents, one.account_seq, one.balance_cents)
        for id_, one in standings.items()
    }
    placed = []
    for position, entry in enumerate(entries):
        for line, (account_id, amount) in enumerate(entry.lines, start=1):
            standing = now[account_id]
            if standing.min_balance_cents is None:
                placed.append(Placed(position, line, account_id, amount, None, None))
                continue
            standing.account_seq += 1
            standing.balance_cents += amount
            missing = standing.min_balance_cents - standing.balance_cents
            free = may_overdraw(entry.kind, first=standing.account_seq == 1)
            if amount < 0 < missing and not free:
                raise Overdrawn(account_id, missing)
            placed.append(
                Placed(
                    position,
                    line,
                    account_id,
                    amount,
                    standing.account_seq,
                    standing.balance_cents,
                )
            )
    return placed
