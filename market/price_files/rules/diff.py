"""What a new price list changes in the one that is kept, said before anything is changed."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from typing import Any, Literal

from kit.errors import Message
from kit.money import half_up
from market.catalogue.rules.listed import ListedProduct, Unsaid
from market.catalogue.rules.matching import How, KeptProduct, Matches, match, name_keys
from market.catalogue.rules.measures import measure
from market.price_files.rules import carried

JUMP = Fraction(1, 10)
Kind = Literal["new", "changed", "same", "gone"]
# What is not a term, and the terms that are the same in more than one way of writing them.
_NO_TERMS = ("row", "silent", "notes")
_COMPARED_APART = ("case_size", "minimum", "price_micros", "price_quantity", "sold_as")
_PLAIN_FIELDS = tuple(
    f.name for f in fields(ListedProduct) if f.name not in (*_NO_TERMS, *_COMPARED_APART)
)


@dataclass(frozen=True, kw_only=True)
class DiffLine:
    """One product of the preview.

    `changes` maps a field to its value before and after. `price_change` is in thousandths
    of the old price. `look_twice`: the price (of a piece, or of its kilo) moves by more than a
    tenth, the unit changed, or a weight stays although the product is called otherwise.
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
    unsaid: Unsaid
    """What it will be in the terms that no file says."""
    notes: tuple[Message, ...] = ()
    """What the reader remarked, what was read from the name, what stays from before."""

    @property
    def orderable(self) -> bool:
        """Whether households can book it once this is applied."""
        return self.kind != "gone" and self.listed.orderable


def compare(
    kept: Sequence[KeptProduct],
    listed: Sequence[ListedProduct],
    left_out: Sequence[ListedProduct] = (),
) -> list[DiffLine]:
    """Compare the list that is kept with the one that came, in the order of the new one.

    A product is found again by its code, where that is unique in both lists, then by its
    normalised name (with the unit, then in order, where names repeat); else it is new.
    Products the new list no longer names come last. What is `left_out`, because its row cannot
    be read, stays as it is kept; where one of them has no name it might be any of those that
    are missing, and nothing is gone.
    """
    rows = [(product, True) for product in listed] + [(product, False) for product in left_out]
    rows.sort(key=lambda row: row[0].row)
    matches = match(kept, [product for product, _ in rows])
    read = [i for i, (_, readable) in enumerate(rows) if readable]
    pairs = {place: matches[i] for place, i in enumerate(read) if i in matches}
    keys = name_keys(listed, pairs, _without(kept, pairs))
    lines = [
        _line(product, pairs.get(place), key)
        for place, (product, key) in enumerate(zip(listed, keys, strict=True))
    ]
    if any(not product.name and i not in matches for i, (product, _) in enumerate(rows)):
        return lines
    return [*lines, *(_gone(product) for product in _without(kept, matches) if not product.gone)]


def _without(kept: Sequence[KeptProduct], matches: Matches) -> list[KeptProduct]:
    found = {product.product_id for product, _ in matches.values()}
    return [product for product in kept if product.product_id not in found]


def _gone(product: KeptProduct) -> DiffLine:
    return DiffLine(
        kind="gone",
        product_id=product.product_id,
        name_key=product.name_key,
        listed=product.listed,
        outcome=product.listed,
        unsaid=product.unsaid,
    )


COUNTED = (
    *("new", "changed", "same", "gone"),
    *("listed", "look_twice", "without_price", "inactive", "not_orderable", "noted"),
)


def counts(lines: Iterable[DiffLine]) -> dict[str, int]:
    """Count the preview: by kind, and the facts that overlap with it; all of them, also at 0."""
    result = Counter(dict.fromkeys(COUNTED, 0))
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
        own = carried.of_new(listed)
        return DiffLine(
            kind="new",
            product_id=None,
            name_key=key,
            listed=listed,
            outcome=listed,
            unsaid=own.unsaid,
            look_twice=own.look_twice,
            notes=(*listed.notes, *own.notes),
        )
    product, how = pair
    kept = product.listed
    if listed.silent:
        listed = replace(listed, **{name: getattr(kept, name) for name in listed.silent})
    changes = _changes(kept, listed)
    outcome = _outcome(kept, listed, changes)
    own = carried.of_kept(product, outcome, changes)
    changes |= own.changes
    if product.gone:
        changes["gone"] = [True, False]
    change = _price_change(kept, listed)
    return DiffLine(
        kind="changed" if changes else "same",
        product_id=product.product_id,
        name_key=key,
        listed=listed,
        matched_by=how,
        outcome=outcome,
        unsaid=own.unsaid,
        changes=changes,
        price_change=None if change is None else half_up(change * 1000),
        look_twice=own.look_twice or "unit" in changes or abs(change or Fraction()) > JUMP,
        notes=(*listed.notes, *own.notes),
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
