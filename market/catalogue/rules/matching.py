"""Finding the products of a list again in a new one, and naming them apart."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from market.catalogue.rules.listed import ListedProduct, Unsaid
from market.catalogue.rules.measures import measure
from market.catalogue.rules.plain_text import comparable

How = Literal["sku", "name"]
Matches = dict[int, tuple["KeptProduct", How]]


@dataclass(frozen=True)
class KeptProduct:
    """A product of the list as it is kept now; `gone` when the last file did not name it."""

    product_id: int
    name_key: str
    gone: bool
    listed: ListedProduct
    unsaid: Unsaid = field(default_factory=Unsaid)


def match(kept: Sequence[KeptProduct], listed: Sequence[ListedProduct]) -> Matches:
    """Pair by each key in turn, only where it is unique on both sides of what is left.

    For codes it must be unique in the whole lists: a code that repeats identifies nothing. A
    code counts before a name, but not against one: where it leads to one product and the name
    to another that is still sold, the code was moved, because people order by the name.
    """
    matches: Matches = {}
    sold = [product for product in kept if not product.gone]
    by_name = _unique(sold, listed, _by_name)
    named = {product.product_id for product in by_name.values()}
    for index, product in _unique(kept, listed, lambda product: product.sku).items():
        other = by_name.get(index)
        if other is product or (other is None and product.product_id not in named):
            matches[index] = (product, "sku")
    for key in (_by_name, _by_name_and_unit):
        left_kept, left_listed = _left(matches, kept, listed)
        for index, product in _unique(left_kept, left_listed, key).items():
            matches[index] = (product, "name")
    left_kept, left_listed = _left(matches, kept, listed)
    _pair_in_order(matches, left_kept, left_listed)
    return matches


def _by_name(product: ListedProduct) -> str:
    return comparable(product.name)


def _by_name_and_unit(product: ListedProduct) -> str:
    unit = measure(product.sold_as).label if product.unit == "piece" else product.unit
    return f"{comparable(product.name)} · {comparable(unit)}"


def _left(
    matches: Matches, kept: Sequence[KeptProduct], listed: Sequence[ListedProduct | None]
) -> tuple[list[KeptProduct], list[ListedProduct | None]]:
    found = {product.product_id for product, _ in matches.values()}
    return (
        [product for product in kept if product.product_id not in found],
        [None if index in matches else product for index, product in enumerate(listed)],
    )


def _unique(
    kept: Sequence[KeptProduct],
    listed: Sequence[ListedProduct | None],
    key: Callable[[ListedProduct], str],
) -> dict[int, KeptProduct]:
    """Find by the place in the new list what has the same key, where it has it alone."""
    there: dict[str, list[KeptProduct]] = defaultdict(list)
    here: dict[str, list[int]] = defaultdict(list)
    for product in kept:
        there[key(product.listed)].append(product)
    for index, new in enumerate(listed):
        if new is not None:
            here[key(new)].append(index)
    return {
        indexes[0]: there[value][0]
        for value, indexes in here.items()
        if value and len(indexes) == 1 and len(there[value]) == 1
    }


def _pair_in_order(
    matches: Matches, kept: Sequence[KeptProduct], listed: Sequence[ListedProduct | None]
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


def name_keys(
    listed: Sequence[ListedProduct], matches: Matches, missing: Iterable[KeptProduct]
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
            keys[index] = free_key(new, taken)
            taken.add(keys[index] or "")
    return [key or "" for key in keys]


def free_key(product: ListedProduct, taken: set[str]) -> str:
    """Find a key for a product that no other product of its list has."""
    for key in (_by_name(product), _by_name_and_unit(product)):
        if key and key not in taken:
            return key
    number = 2
    while (key := f"{_by_name_and_unit(product)} · {number}") in taken:
        number += 1
    return key
