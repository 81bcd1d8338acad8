"""What the books say to people: the name of a kind of entry."""

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
    "rounding": Message("Arrotondamento"),
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
