"""What a new price list changes in the one that is kept, said before anything is changed."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from typing import Any, Literal

from kit.errors import Message
from kit.money import half_up
from market.catalogue.rules.listed import ListedProduct
from market.catalogue.rules.matching import How, KeptProduct, match, name_keys
from market.catalogue.rules.measures import measure, weight_in_name

JUMP = Fraction(1, 10)
Kind = Literal["new", "changed", "same", "gone"]
# What is not a term, and the terms that are the same in more than one way of writing them.
_NO_TERMS = ("row", "notes")
_COMPARED_APART = ("case_size", "minimum", "price_micros", "price_quantity", "sold_as")
_PLAIN_FIELDS = tuple(
    f.name for f in fields(ListedProduct) if f.name not in (*_NO_TERMS, *_COMPARED_APART)
)


@dataclass(frozen=True, kw_only=True)
class DiffLine:
    """One product of the preview.

    `changes` maps a field to its value before and after. `price_change` is in thousandths
    of the old price. `look_twice`: the price moves by more than a tenth, or the unit changed.
    """

    kind: Kind
    product_id: int | None
    name_key: str
    listed: ListedProduct
    matched_by: How | Literal[""] = ""
    changes: dict[str, list[Any]] = field(default_factory=dict)
    price_change: int | None = None
    look_twice: bool = False
    outcome: ListedProduct
    """What the product will be: what did not change stays written as it is kept."""
    unit_weight_g: int | None = None
    """What one piece of a new product weighs, where its name says so."""

    @property
    def notes(self) -> tuple[Message, ...]:
        """What the reader remarked, and what was read from the name."""
        if self.unit_weight_g is None:
            return self.listed.notes
        grams = Message("Dal nome: un pezzo pesa {grams} g.", grams=self.unit_weight_g)
        return (*self.listed.notes, grams)

    @property
    def orderable(self) -> bool:
        """Whether households can book it once this is applied."""
        return self.kind != "gone" and self.listed.orderable


def compare(kept: Sequence[KeptProduct], listed: Sequence[ListedProduct]) -> list[DiffLine]:
    """Compare the list that is kept with the one that came, in the order of the new one.

    A product is found again by its code, where that is unique in both lists, then by its
    normalised name (with the unit, then in order, where names repeat); else it is new.
    Products the new list no longer names come last.
    """
    matches = match(kept, listed)
    found = {product.product_id for product, _ in matches.values()}
    missing = [product for product in kept if product.product_id not in found]
    keys = name_keys(listed, matches, missing)
    lines = [
        _line(product, matches.get(index), key)
        for index, (product, key) in enumerate(zip(listed, keys, strict=True))
    ]
    gone = (
        DiffLine(
            kind="gone",
            product_id=p.product_id,
            name_key=p.name_key,
            listed=p.listed,
            outcome=p.listed,
        )
        for p in missing
        if not p.gone
    )
    return [*lines, *gone]


def counts(lines: Iterable[DiffLine]) -> dict[str, int]:
    """Count the preview: by kind, and the facts that overlap with it."""
    result = Counter({"new": 0, "changed": 0, "same": 0, "gone": 0})
    for line in lines:
        result[line.kind] += 1
        if line.kind != "gone":
            result["listed"] += 1
            result["look_twice"] += line.look_twice
            result["without_price"] += line.listed.price_micros == 0
            result["inactive"] += not line.listed.active
            result["not_orderable"] += not line.listed.orderable
            result["noted"] += bool(line.notes)
    return dict(result)


def _line(listed: ListedProduct, pair: tuple[KeptProduct, How] | None, key: str) -> DiffLine:
    if pair is None:
        weight = weight_in_name(listed.name) if listed.unit == "piece" else None
        return DiffLine(
            kind="new",
            product_id=None,
            name_key=key,
            listed=listed,
            outcome=listed,
            unit_weight_g=weight,
        )
    product, how = pair
    changes = _changes(product.listed, listed)
    if product.gone:
        changes["gone"] = [True, False]
    change = _price_change(product.listed, listed)
    return DiffLine(
        kind="changed" if changes else "same",
        product_id=product.product_id,
        name_key=key,
        listed=listed,
        matched_by=how,
        outcome=_outcome(product.listed, listed, changes),
        changes=changes,
        price_change=None if change is None else half_up(change * 1000),
        look_twice="unit" in changes or (change is not None and abs(change) > JUMP),
    )


def _changes(before: ListedProduct, after: ListedProduct) -> dict[str, list[Any]]:
    """Compare field by field; ways to write the same terms are no change."""
    found: dict[str, list[Any]] = {}
    for name in _PLAIN_FIELDS:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            found[name] = [old, new]
    if _case(before) != _case(after):
        found["case_size"] = [before.case_size, after.case_size]
    if _minimum(before) != _minimum(after):
        found["minimum"] = [before.minimum, after.minimum]
    same_unit = before.unit == after.unit
    if not (same_unit and _unit_price(before) == _unit_price(after)):
        found["price"] = [
            [before.price_micros, before.price_quantity],
            [after.price_micros, after.price_quantity],
        ]
    if measure(before.sold_as).label != measure(after.sold_as).label and (
        after.unit == "piece" or "price" in found
    ):
        found["sold_as"] = [before.sold_as, after.sold_as]
    return found


def _outcome(
    before: ListedProduct, after: ListedProduct, changes: dict[str, list[Any]]
) -> ListedProduct:
    """Keep every term that is only written differently (300 a kilo, 30 for 100 g)."""
    price = "price" in changes
    return replace(
        after,
        price_micros=(after if price else before).price_micros,
        price_quantity=(after if price else before).price_quantity,
        sold_as=(after if "sold_as" in changes else before).sold_as,
        case_size=(after if "case_size" in changes else before).case_size,
        minimum=(after if "minimum" in changes else before).minimum,
    )


def _unit_price(product: ListedProduct) -> Fraction:
    return Fraction(product.price_micros, product.price_quantity)


def _case(product: ListedProduct) -> int:
    """A case of one smallest unit is none."""
    return product.case_size if product.case_size > 1 else 0


def _minimum(product: ListedProduct) -> int:
    """A minimum that every first step reaches is none."""
    return product.minimum if product.minimum > product.step else 0


def _price_change(before: ListedProduct, after: ListedProduct) -> Fraction | None:
    if before.unit != after.unit or not before.price_micros or not after.price_micros:
        return None
    return _unit_price(after) / _unit_price(before) - 1
