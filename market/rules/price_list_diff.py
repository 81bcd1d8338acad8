"""What a new price list changes in the one that is kept, said before anything is changed."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

from kit.money import half_up
from market.rules.listed import ListedProduct
from market.rules.measures import measure
from market.rules.plain_text import comparable

JUMP = Fraction(1, 10)
Kind = Literal["new", "changed", "same", "gone"]
_PLAIN_FIELDS = (
    "sku",
    "name",
    "category",
    "description",
    "unit",
    "vat_rate",
    "step",
    "maximum",
    "available",
    "active",
)


@dataclass(frozen=True)
class KeptProduct:
    """A product of the list as it is kept now; `gone` when the last file did not name it."""

    product_id: int
    name_key: str
    gone: bool
    listed: ListedProduct


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
    matched_by: Literal["sku", "name", ""] = ""
    changes: dict[str, list[Any]] = field(default_factory=dict)
    price_change: int | None = None
    look_twice: bool = False

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
    matches = _match(kept, listed)
    found = {product.product_id for product, _ in matches.values()}
    missing = [product for product in kept if product.product_id not in found]
    keys = _name_keys(listed, matches, missing)
    lines = [
        _line(product, matches.get(index), key)
        for index, (product, key) in enumerate(zip(listed, keys, strict=True))
    ]
    gone = (
        DiffLine(kind="gone", product_id=p.product_id, name_key=p.name_key, listed=p.listed)
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
            result["without_price"] += line.listed.price_cents == 0
            result["inactive"] += not line.listed.active
            result["not_orderable"] += not line.listed.orderable
            result["noted"] += bool(line.listed.notes)
    return dict(result)


_Matches = dict[int, tuple[KeptProduct, Literal["sku", "name"]]]


def _match(kept: Sequence[KeptProduct], listed: Sequence[ListedProduct]) -> _Matches:
    """Pair by each key in turn, only where it is unique on both sides of what is left.

    For codes it must be unique in the whole lists: a code that repeats identifies nothing.
    """
    matches: _Matches = {}
    _pair(matches, kept, listed, lambda product: product.sku, "sku")
    for key in (_by_name, _by_name_and_unit):
        left_kept, left_listed = _left(matches, kept, listed)
        _pair(matches, left_kept, left_listed, key, "name")
    left_kept, left_listed = _left(matches, kept, listed)
    _pair_in_order(matches, left_kept, left_listed)
    return matches


def _by_name(product: ListedProduct) -> str:
    return comparable(product.name)


def _by_name_and_unit(product: ListedProduct) -> str:
    return f"{comparable(product.name)} · {comparable(measure(product.sold_as).label)}"


def _left(
    matches: _Matches, kept: Sequence[KeptProduct], listed: Sequence[ListedProduct | None]
) -> tuple[list[KeptProduct], list[ListedProduct | None]]:
    found = {product.product_id for product, _ in matches.values()}
    return (
        [product for product in kept if product.product_id not in found],
        [None if index in matches else product for index, product in enumerate(listed)],
    )


def _pair(
    matches: _Matches,
    kept: Sequence[KeptProduct],
    listed: Sequence[ListedProduct | None],
    key: Callable[[ListedProduct], str],
    how: Literal["sku", "name"],
) -> None:
    there: dict[str, list[KeptProduct]] = defaultdict(list)
    here: dict[str, list[int]] = defaultdict(list)
    for product in kept:
        there[key(product.listed)].append(product)
    for index, new in enumerate(listed):
        if new is not None:
            here[key(new)].append(index)
    for value, indexes in here.items():
        if value and len(indexes) == 1 and len(there[value]) == 1:
            matches[indexes[0]] = (there[value][0], how)


def _pair_in_order(
    matches: _Matches, kept: Sequence[KeptProduct], listed: Sequence[ListedProduct | None]
) -> None:
    """Pair what is alike even in name and unit, first with first, where the count agrees."""
    there: dict[str, list[KeptProduct]] = defaultdict(list)
    here: dict[str, list[int]] = defaultdict(list)
    for product in kept:
        there[_by_name_and_unit(product.listed)].append(product)
    for index, new in enumerate(listed):
        if new is not None:
            here[_by_name_and_unit(new)].append(index)
    for value, indexes in here.items():
        if len(indexes) == len(there[value]):
            for index, product in zip(indexes, there[value], strict=True):
                matches[index] = (product, "name")


def _line(
    listed: ListedProduct, match: tuple[KeptProduct, Literal["sku", "name"]] | None, key: str
) -> DiffLine:
    if match is None:
        return DiffLine(kind="new", product_id=None, name_key=key, listed=listed)
    product, how = match
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
            [before.price_cents, before.price_quantity],
            [after.price_cents, after.price_quantity],
        ]
    if measure(before.sold_as).label != measure(after.sold_as).label and (
        after.unit == "piece" or "price" in found
    ):
        found["sold_as"] = [before.sold_as, after.sold_as]
    return found


def _unit_price(product: ListedProduct) -> Fraction:
    return Fraction(product.price_cents, product.price_quantity)


def _case(product: ListedProduct) -> int:
    """A case of one smallest unit is none."""
    return product.case_size if product.case_size > 1 else 0


def _minimum(product: ListedProduct) -> int:
    """A minimum that every first step reaches is none."""
    return product.minimum if product.minimum > product.step else 0


def _price_change(before: ListedProduct, after: ListedProduct) -> Fraction | None:
    if before.unit != after.unit or not before.price_cents or not after.price_cents:
        return None
    return _unit_price(after) / _unit_price(before) - 1


def _name_keys(
    listed: Sequence[ListedProduct], matches: _Matches, missing: Iterable[KeptProduct]
) -> list[str]:
    """Give each product of the new list a key that is unique in the list that results.

    A product that keeps its name keeps its key; the others take their name, then name and
    unit, then a number behind it, whichever is free.
    """
    keys: list[str | None] = [None] * len(listed)
    taken = {product.name_key for product in missing}
    for index, (product, _) in matches.items():
        if _by_name(product.listed) == _by_name(listed[index]):
            keys[index] = product.name_key
            taken.add(product.name_key)
    for index, new in enumerate(listed):
        if keys[index] is None:
            keys[index] = _free_key(new, taken)
            taken.add(keys[index] or "")
    return [key or "" for key in keys]


def _free_key(product: ListedProduct, taken: set[str]) -> str:
    for key in (_by_name(product), _by_name_and_unit(product)):
        if key and key not in taken:
            return key
    number = 2
    while (key := f"{_by_name_and_unit(product)} · {number}") in taken:
        number += 1
    return key
