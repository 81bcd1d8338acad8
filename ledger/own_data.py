"""What the books keep about whoever owns accounts, in words (`kit.own_data`)."""

from collections.abc import Callable

from sqlalchemy import Select, select

from kit.errors import Message
from kit.own_data import MONEY, OwnField, OwnTable, Whose, columns, own
from ledger.tables import Account, Journal, LedgerRefusal, Posting

Accounts = Callable[[Whose], Select[int]]

_PAID = Message("per sapere chi ha pagato che cosa")
_WHEN, _WHAT = Message("quando"), Message("che cosa")


def of_accounts(accounts: Accounts) -> tuple[OwnTable, ...]:
    """Say what is kept of the accounts that a house above finds for a person, and of their acts."""
    return (
        OwnTable(
            Account,
            Message("Il conto della tua famiglia"),
            _PAID,
            MONEY,
            ("owner_ref",),
            lambda whose: Account.id.in_(accounts(whose)),
            columns(Account, code=Message("conto"), created_at=Message("aperto")),
        ),
        OwnTable(
            Posting,
            Message("Movimenti del conto"),
            _PAID,
            MONEY,
            ("account_id",),
            lambda whose: Posting.account_id.in_(accounts(whose)),
            (
                _of_entry("effective_at", _WHEN),
                _of_entry("kind", _WHAT),
                _of_entry("memo", Message("nota")),
                _of_entry("memo_values", Message("valori della nota")),
                OwnField("amount_cents", Message("importo"), Posting.amount),
                OwnField("balance_after_cents", Message("saldo dopo"), Posting.balance_after),
            ),
        ),
        OwnTable(
            Journal,
            Message("Movimenti che hai registrato"),
            Message("per poter ricostruire chi ha fatto che cosa"),
            MONEY,
            ("actor_id",),
            own(Journal, "actor_id"),
            columns(Journal, effective_at=_WHEN, kind=_WHAT),
        ),
        OwnTable(
            LedgerRefusal,
            Message("Movimenti che hai provato a registrare e sono stati rifiutati"),
            Message("perché lo stesso invio abbia la stessa risposta"),
            MONEY,
            ("actor_id",),
            own(LedgerRefusal, "actor_id"),
            columns(LedgerRefusal, refused_at=_WHEN, message=Message("risposta")),
        ),
    )


def _of_entry(name: str, words: Message) -> OwnField:
    """Show a value of the entry a line belongs to."""
    query = select(getattr(Journal, name)).where(Journal.id == Posting.journal_id)
    return OwnField(name, words, query.correlate(Posting).scalar_subquery())


_NOBODYS = Message("dice per numero di che cosa è il movimento")

NOT_SHOWN = {
    "journal.subject_id": _NOBODYS,
    "journal.transaction_id": _NOBODYS,
    "posting.transaction_id": _NOBODYS,
}
"""Columns that might hold a person's id, of which nothing is shown, and why."""
