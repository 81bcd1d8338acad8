"""What is said of a file that a job looks through: how far it is, and how it stood when sent."""

from datetime import datetime
from typing import Any

from kit.errors import Message
from kit.sentences import apart, recall

WAITING, OPENS, REFUSED, UNKNOWN = "waiting", "opens", "refused", "unknown"

MOST_TRIES = 3
"""How often a job begins before the file is given up: whatever kills it, it is our fault."""


def said(state: str, refusal: dict[str, Any] | None) -> Message:
    """Say what is known of a file; `refusal` is the kept sentence of one that was refused.

    It is true wherever the file may still be sent or not: what to do is told apart (`advice`).
    """
    if state == WAITING:
        return Message("Stiamo guardando se si apre…")
    if state == OPENS:
        return Message("Si apre.")
    return _why(state, refusal) or Message("Non siamo riusciti a guardarlo.")


def advice(state: str, refusal: dict[str, Any] | None) -> Message | None:
    """Say what to do about a file, where its draft may still change and be sent; else None."""
    if state == UNKNOWN:
        return Message("La domanda si può inviare lo stesso.")
    kept = recall(refusal) if state == REFUSED else None
    return None if kept is None else apart(kept)[1]


def _why(state: str, refusal: dict[str, Any] | None) -> Message | None:
    kept = recall(refusal) if state == REFUSED else None
    return None if kept is None else apart(kept)[0]


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


def since_sending(
    state: str, refusal: dict[str, Any] | None, ended_at: datetime | None, received_at: datetime
) -> Message | None:
    """Say to its author how a file of a sent application is now; None where it opened before.

    The receipt goes on saying how it was (`at_sending`).
    """
    if state == UNKNOWN:
        return Message(
            "Non siamo riusciti a guardare se questo file si apre: resta nella domanda com'è."
        )
    if state == WAITING or ended_at is None or ended_at <= received_at:
        return at_sending(state, ended_at, received_at)
    if state == OPENS:
        return Message("Quando è arrivata la domanda lo stavamo ancora guardando: si apre.")
    return Message(
        "Quando è arrivata la domanda lo stavamo ancora guardando: non si apre. {why}",
        why=said(state, refusal),
    )


def found(state: str, refusal: dict[str, Any] | None) -> Message | None:
    """Say to whoever reads an application why one of its files should not be opened; else None.

    Without what to do about it: nobody who reads it can change the file.
    """
    if state == OPENS:
        return None
    if state == WAITING:
        return Message("Stiamo ancora guardando se questo file si apre.")
    why = _why(state, refusal)
    if why is not None:
        return Message("Questo file non si apre: {refusal}", refusal=why)
    return Message("Non siamo riusciti a guardare se questo file si apre: aprilo con prudenza.")


def may_be_read(state: str) -> bool:
    """Whether the commission is given it: what carries danger, or may still be found to, is not."""
    return state in (OPENS, UNKNOWN)
