"""What the books say to people: the name of a kind of entry, and how a memo is kept."""

from typing import Any

from kit.errors import Message

_LABELS = {
    "charge": Message("Addebito"),
    "dispute": Message("Contestazione"),
    "fee": Message("Commissione bancaria"),
    "gift": Message("Dono al fondo"),
    "opening": Message("Saldo iniziale"),
    "payout": Message("Pagamento"),
    "refund": Message("Rimborso"),
    "reversal": Message("Storno"),
    "top_up": Message("Ricarica"),
    "top_up.cash": Message("Ricarica in contanti"),
}


def label(kind: str) -> Message:
    """Name a kind of entry; a kind without a name of its own takes that of its family.

    `top_up.card` is a `top_up`, `market.charge` a `charge`; what nobody named is a movement.
    """
    family = kind.split(".")
    return next(
        (_LABELS[name] for name in (kind, family[0], family[-1]) if name in _LABELS),
        Message("Movimento"),
    )


def packed(memo: Message) -> tuple[str, dict[str, Any]]:
    """Take a memo apart for keeping: the Italian sentence, and its values as JSON.

    Values may be strings, integers and messages; TypeError for anything else, because
    what a statement says must read the same in ten years.
    """
    return memo.text, {name: _pack(value) for name, value in memo.values.items()}


def unpacked(text: str, values: dict[str, Any]) -> Message:
    """Put a kept memo together again, ready to be shown in any language."""
    return Message(text, **{name: _unpack(value) for name, value in values.items()})


def _pack(value: object) -> Any:
    if isinstance(value, Message):
        text, values = packed(value)
        return {"text": text, "values": values}
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError(f"a memo keeps strings, integers and messages, not {value!r}")
    return value


def _unpack(value: Any) -> Any:
    return unpacked(value["text"], value["values"]) if isinstance(value, dict) else value
