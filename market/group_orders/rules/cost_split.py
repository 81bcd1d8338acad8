"""Sharing one cost, such as transport, among households: exact to the cent, with its proof.

The rule is published in docs/rules/cost-split.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kit.errors import Message, Refused
from kit.money import split as split_exactly
from kit.sentences import decimal, euro

BY = ("value", "weight", "quantity", "equal")


@dataclass(frozen=True, slots=True)
class Part:
    """One household's goods: value in cents, weight in grams, quantity in thousandths.

    A piece, a kilogram and a litre each count as 1000 thousandths.
    """

    key: str
    value_cents: int
    weight_g: int
    quantity: int


@dataclass(frozen=True, slots=True)
class CostShare:
    """What one household pays, and the sentence that lets it check the sum."""

    key: str
    cents: int
    proof: Message | None


def split(total_cents: int, by: str, parts: Sequence[Part]) -> list[CostShare]:
    """Share `total_cents` by value, weight, quantity or equally; shares in the parts' order.

    Largest remainder, ties to the smaller key: the shares sum to the total exactly and each
    is less than a cent from its exact part. Who gets no goods pays nothing. A negative total
    (a discount) mirrors the positive one. Raises Refused when nothing can carry the cost.
    """
    weights = [_weight(by, part) for part in parts]
    whole = sum(weights)
    if total_cents and not whole:
        raise Refused("Non c'è merce su cui dividere {total}.", total=euro(total_cents))
    shares = split_exactly(total_cents, weights, [part.key for part in parts])
    return [
        CostShare(part.key, cents, _proof(by, cents, total_cents, weight, whole))
        for part, cents, weight in zip(parts, shares, weights, strict=True)
    ]


def thousandths(quantity: int, unit: str) -> int:
    """Count a quantity so that a piece, a kilogram and a litre weigh the same (1000)."""
    return quantity * 1000 if unit == "piece" else quantity


def weight_g(quantity: int, unit: str, unit_weight_g: int | None) -> int | None:
    """Weigh a quantity in grams; a litre counts as a kilogram; None when nobody knows."""
    if unit != "piece":
        return quantity
    return None if unit_weight_g is None else quantity * unit_weight_g


def _weight(by: str, part: Part) -> int:
    if by == "value":
        return part.value_cents
    if by == "weight":
        return part.weight_g
    if by == "quantity":
        return part.quantity
    return 1 if part.quantity else 0


def _proof(by: str, cents: int, total_cents: int, weight: int, whole: int) -> Message | None:
    if total_cents == 0:
        return None
    amounts = {"share": euro(cents), "total": euro(total_cents)}
    if by == "value":
        return Message(
            "{share} = {total} × {part} / {whole} di merce",
            **amounts,
            part=euro(weight),
            whole=euro(whole),
        )
    if by == "weight":
        part, all_ = decimal(weight, 3), decimal(whole, 3)
        return Message(
            "{share} = {total} × {part} kg / {whole} kg", **amounts, part=part, whole=all_
        )
    if by == "quantity":
        part, all_ = decimal(weight, 3), decimal(whole, 3)
        return Message(
            "{share} = {total} × {part} / {whole} tra pezzi, kg e litri",
            **amounts,
            part=part,
            whole=all_,
        )
    if whole == 1:
        return Message("{share}: riceve qualcosa una famiglia sola", share=euro(cents))
    return Message(
        "{share} = {total} × {part} / {whole} famiglie", **amounts, part=weight, whole=whole
    )
