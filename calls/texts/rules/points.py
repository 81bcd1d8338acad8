"""How the points of a call are weighed, rounded and held against its thresholds.

The ranking counts with these, and so does whoever asks before publishing what anybody can
reach: a call whose threshold is out of reach by its own rounding excludes everybody.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from kit.money import half_up

RoundingStep = Literal["criterion", "total"]
ROUNDING_STEPS: tuple[RoundingStep, ...] = ("criterion", "total")


def round_half_up(value: Fraction, digits: int) -> Fraction:
    """Round half away from zero (never to even) to so many decimals, exactly."""
    return Fraction(half_up(value * 10**digits), 10**digits)


def reaches(value: Fraction, operator: str, minimum: Decimal | None) -> bool:
    """Whether a value passes a threshold; "> 5" and ">= 5" differ exactly at 5.

    Raises ValueError for an operator that no call may declare.
    """
    if operator not in (">", ">="):
        raise ValueError(f"unknown operator {operator!r}")
    if minimum is None:
        return True
    return value > Fraction(minimum) if operator == ">" else value >= Fraction(minimum)


@dataclass(frozen=True)
class Rounding:
    """The one step at which a call rounds half up, and to how many decimals."""

    step: str
    digits: int

    def of_criterion(self, weight: Decimal, value: Fraction) -> Fraction:
        """Weigh the result of one criterion; rounded where the call rounds each of them."""
        return self._at("criterion", value * Fraction(weight))

    def of_total(self, points: Iterable[Fraction]) -> Fraction:
        """Add up the points of the criteria; rounded where the call rounds the total."""
        return self._at("total", sum(points, Fraction(0)))

    def _at(self, step: str, value: Fraction) -> Fraction:
        """Raises ValueError for a step that no call may declare."""
        if self.step not in ROUNDING_STEPS:
            raise ValueError(f"unknown rounding step {self.step!r}")
        return round_half_up(value, self.digits) if self.step == step else value
