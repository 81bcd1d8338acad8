"""Statements: what happened on an account, line by line, with what it came to each time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from kit.errors import Message
from kit.sentences import unpack
from ledger.rules.words import label

PAGE = 50

Position = tuple[int, int]  # entry id, line

_LINES = text(
    "select p.journal_id, p.line, p.amount, j.kind, j.memo, j.memo_values, j.effective_at,"
    " j.subject_kind, j.subject_id, j.reverses, undone.id as reversed_by"
    " from posting p join journal j on j.id = p.journal_id"
    " left join journal undone on undone.reverses = j.id"
    " where p.account_id = :account_id and (p.journal_id, p.line) < (:journal_id, :line)"
    " order by p.journal_id desc, p.line desc limit :limit"
)
_SUM = text(
    "select coalesce(sum(p.amount), 0)::bigint from posting p"
    " where p.account_id = :account_id and (p.journal_id, p.line) < (:journal_id, :line)"
)
_NEWEST: Position = (2**63 - 1, 0)


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line: amount and running balance in cents, what it is, what caused it.

    `label` names the kind of entry, `memo` says what it was for; both are shown in the
    reader's language. `subject` leads to the cause: a kind and an id of a house above.
    """

    journal_id: int
    line: int
    effective_at: datetime
    kind: str
    label: Message
    memo: Message
    amount_cents: int
    balance_cents: int
    subject: tuple[str, int] | None
    reverses: int | None
    reversed_by: int | None

    @property
    def position(self) -> Position:
        """Where the next, older page begins: hand it to `of` as `before`."""
        return self.journal_id, self.line


def of(
    session: Session, account_id: int, *, before: Position | None = None, limit: int = PAGE
) -> list[StatementLine]:
    """Return lines of an account, newest first, at most `limit`, older than `before`.

    Two statements. The running balance is added up from the lines, also where the account
    keeps one of its own (`checks.violations` compares the two).
    """
    journal_id, line = before or _NEWEST
    bound = {"account_id": account_id, "journal_id": journal_id, "line": line}
    balance = session.execute(_SUM, bound).scalar_one()
    found = []
    for row in session.execute(_LINES, bound | {"limit": limit}):
        subject = None if row.subject_kind is None else (row.subject_kind, row.subject_id)
        found.append(
            StatementLine(
                journal_id=row.journal_id,
                line=row.line,
                effective_at=row.effective_at,
                kind=row.kind,
                label=label(row.kind),
                memo=unpack(row.memo, row.memo_values),
                amount_cents=row.amount,
                balance_cents=balance,
                subject=subject,
                reverses=row.reverses,
                reversed_by=row.reversed_by,
            )
        )
        balance -= row.amount
    return found


def every(session: Session, account_id: int, *, page: int = 500) -> Iterator[StatementLine]:
    """Walk a whole statement, newest first, page by page (for exports)."""
    before: Position | None = None
    while True:
        lines = of(session, account_id, before=before, limit=page)
        yield from lines
        if len(lines) < page:
            return
        before = lines[-1].position
