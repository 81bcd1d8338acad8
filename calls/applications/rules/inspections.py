"""What is said of a file that a job looks through: how far it is, and how it stood when sent."""

from datetime import datetime
from typing import Any

from kit.errors import Message
from kit.sentences import recall

WAITING, OPENS, REFUSED, UNKNOWN = "waiting", "opens", "refused", "unknown"

MOST_TRIES = 3
"""How often a job begins before the file is given up: whatever kills it, it is our fault."""


def said(state: str, refusal: dict[str, Any] | None) -> Message:
    """Say what is known of a file; `refusal` is the kept sentence of one that was refused."""
    if state == WAITING:
        return Message("Stiamo guardando se si apre…")
    if state == OPENS:
        return Message("Si apre.")
    kept = recall(refusal) if state == REFUSED else None
    return kept or Message("Non siamo riusciti a guardarlo: la domanda si può inviare lo stesso.")


def at_sending(state: str, ended_at: datetime | None, received_at: datetime) -> Message | None:
    """Say of a file that it had not been looked through when its application came; else None.

    It stays true whenever it is said: what was found out later changes nothing of it.
    """
    if ended_at is None or ended_at > received_at:
        return Message(
            "Quando è arrivata la domanda stavamo ancora guardando se questo file si apre."
            " Se non si apre ti scriviamo."
        )
    if state == UNKNOWN:
        return Message("Non siamo riusciti a guardare se questo file si apre.")
    return None


def found(state: str, refusal: dict[str, Any] | None) -> Message | None:
    """Say to whoever reads an application why one of its files should not be opened; else None."""
    if state == OPENS:
        return None
    if state == WAITING:
        return Message("Stiamo ancora guardando se questo file si apre.")
    kept = recall(refusal) if state == REFUSED else None
    if kept is not None:
        return Message("Questo file non si apre: {refusal}", refusal=kept)
    return Message("Non siamo riusciti a guardare se questo file si apre: aprilo con prudenza.")


def may_be_read(state: str) -> bool:
    """Whether the commission is given it: what carries danger, or may still be found to, is not."""
    return state in (OPENS, UNKNOWN)
