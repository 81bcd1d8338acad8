"""Quantities and amounts inside sentences, and sentences that are kept in the database."""

from typing import Any

from kit.errors import Message

_MINUS = "-"


def decimal(value: int, places: int) -> str:
    """Write an integer scaled by 10**places the Italian way, without idle zeros (1250, 3: 1,25)."""
    whole, rest = divmod(abs(value), 10**places)
    shown = f"{whole:,}".replace(",", ".")
    if rest:
        shown += "," + f"{rest:0{places}d}".rstrip("0")
    return (_MINUS if value < 0 else "") + shown


def euro(cents: int) -> str:
    """Write cents as 1.234,50 €."""
    whole, rest = divmod(abs(cents), 100)
    return (_MINUS if cents < 0 else "") + f"{whole:,}".replace(",", ".") + f",{rest:02d}\u00a0€"


def quantity(value: int, unit: str) -> Message:
    """Name a quantity of the smallest unit in words that can be put into another sentence."""
    if unit == "g":
        return _weight(value)
    if unit == "ml":
        if abs(value) < 1000:
            return Message("{n} ml", n=decimal(value, 0))
        return Message("{n} l", n=decimal(value, 3))
    if abs(value) == 1:
        return Message("{n} pezzo", n=decimal(value, 0))
    return Message("{n} pezzi", n=decimal(value, 0))


def _weight(value: int) -> Message:
    if abs(value) < 1000:
        return Message("{n} g", n=decimal(value, 0))
    return Message("{n} kg", n=decimal(value, 3))


def keep(message: Message | None) -> dict[str, Any] | None:
    """Turn a sentence into JSON, so that it is translated when it is read, not when written."""
    if message is None:
        return None
    values = {
        name: keep(value) if isinstance(value, Message) else value
        for name, value in message.values.items()
    }
    return {"text": message.text, "values": values}


def recall(kept: dict[str, Any] | None) -> Message | None:
    """Read back a sentence written by `keep`."""
    if kept is None:
        return None
    values = {
        name: recall(value) if isinstance(value, dict) else value
        for name, value in kept["values"].items()
    }
    sentence: str = kept["text"]
    return Message(sentence, **values)
