"""Refusals: what the books say no to, and how that answer stays with its key."""

import json

from sqlalchemy import text
from sqlalchemy.orm import Session

from kit.errors import Message, Refused
from kit.sentences import counted, euro, many_euro, pack
from ledger import accounts
from ledger.rules.entries import Entry, body_hash


class NotEnoughCredit(Refused):
    """A debit would take an account below its limit; says which and by how many cents."""

    def __init__(self, account_id: int, missing_cents: int) -> None:
        super().__init__(
            counted(
                many_euro(missing_cents),
                "Il credito non basta: manca {missing}.",
                "Il credito non basta: mancano {missing}.",
                missing=euro(missing_cents),
            ),
            field="amount",
        )
        self.account_id = account_id
        self.missing_cents = missing_cents


class KeyReused(Refused):
    """A key names one act for ever; this is another act under it."""

    def __init__(self) -> None:
        super().__init__(Message("Questa operazione è già stata registrata con dati diversi."))


_REMEMBER = text(
    "insert into ledger_refusal (key, body_hash, message, message_values, field, actor_id)"
    " select cast(:key as text), cast(:body_hash as bytea), cast(:message as text),"
    " cast(:message_values as jsonb), cast(:field as text), cast(:actor_id as bigint)"
    " where not exists (select from journal j where j.key = cast(:key as text))"
    " on conflict (key) do nothing"
)


def remember(
    session: Session, *, entry: Entry, message: Message, field: str | None, actor_id: int | None
) -> None:
    """Keep a refusal under its key, unless the same act went through in between."""
    accounts.lock(session, {account_id for account_id, _ in entry.lines})
    words, values = pack(message)
    session.execute(
        _REMEMBER,
        {
            "key": entry.key,
            "body_hash": body_hash(entry),
            "message": words,
            "message_values": json.dumps(values),
            "field": field,
            "actor_id": actor_id,
        },
    )
