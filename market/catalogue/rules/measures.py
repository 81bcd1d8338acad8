"""Units of price lists: from the free text people write to the smallest unit, and back.

Quantities are integers in the product's smallest unit: "piece", "g" or "ml". A price is
always for `price_quantity` of them, so 12,50 € a kg is for 1000 g.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from market.catalogue.rules.plain_text import comparable
from market.catalogue.rules.written_numbers import readings

Unit = Literal["piece", "g", "ml"]


@dataclass(frozen=True)
class Measure:
    """What one price is for: `quantity` smallest units, called `label` in the singular."""

    unit: Unit
    quantity: int
    label: str


_NAMES: dict[tuple[Unit, int, str], str] = {
    ("g", 1000, "kg"): "kg kilo kili kilogrammo kilogrammi chilo chili chilogrammo chilogrammi kgs",
    ("g", 100, "hg"): "hg etto etti ettogrammo ettogrammi",
    ("g", 1, "g"): "g gr grammo grammi",
    ("ml", 1000, "l"): "l lt litro litri ltr",
    ("ml", 100, "dl"): "dl decilitro decilitri",
    ("ml", 10, "cl"): "cl centilitro centilitri",
    ("ml", 1, "ml"): "ml millilitro millilitri",
    ("piece", 1, "pezzo"): "pz pezzo pezzi pcs cad cadauno cadauna ciascuno n nr num numero unita",
    ("piece", 1, "barattolo"): "barattolo barattoli",
    ("piece", 1, "vasetto"): "vasetto vasetti vaso vasi",
    ("piece", 1, "vaschetta"): "vaschetta vaschette",
    ("piece", 1, "cassetta"): "cassetta cassette",
    ("piece", 1, "cassa"): "cassa casse",
    ("piece", 1, "bottiglia"): "bottiglia bottiglie bott",
    ("piece", 1, "sacco"): "sacco sacchi",
    ("piece", 1, "sacchetto"): "sacchetto sacchetti",
    ("piece", 1, "busta"): "busta buste",
    ("piece", 1, "confezione"): "confezione confezioni conf cf",
    ("piece", 1, "scatola"): "scatola scatole",
    ("piece", 1, "cartone"): "cartone cartoni ct",
    ("piece", 1, "latta"): "latta latte lattina lattine",
    ("piece", 1, "tanica"): "tanica taniche",
    ("piece", 1, "mazzo"): "mazzo mazzi",
    ("piece", 1, "forma"): "forma forme",
    ("piece", 1, "dozzina"): "dozzina dozzine",
    ("piece", 1, "flacone"): "flacone flaconi",
}
_BY_NAME = {
    name: Measure(unit, quantity, label)
    for (unit, quantity, label), names in _NAMES.items()
    for name in names.split()
}
_CALLED = {key: frozenset(names.split()) for key, names in _NAMES.items()}
PIECE = _BY_NAME["pezzo"]
COUNTED = frozenset(name for name, known in _BY_NAME.items() if known.unit == "piece")
"""Every name of what is counted ("pz", "vasetti")."""
_NOTHING = frozenset(
    ("", "non specificato", "non specificata", "nessuno", "nessuna", "non definito", "n d", "null")
)
# What people write before a unit ("al kg", "€ per 100 g", "l'etto"); alone, "l" is a litre.
_BEFORE = re.compile(r"(?:(?:€|euro?|al|allo|alla|all'|per|ogni|il|lo|la|l')\s*/?\s*(?=\S))+")
_COUNT = re.compile(r"(\d[\d.,]*)\s*([a-z]+)\.?", re.ASCII)
_WORD = re.compile(r"[^\W\d_]+")
_LIKE_A_WEIGHT = re.compile("kg|hg|kilo|chil|gramm|litr|quintal|tonnellat")
_LARGE = frozenset({"q", "qle", "qli", "ql"})
WEIGHTS_AND_VOLUMES: tuple[Measure, ...] = tuple(
    Measure(unit, quantity, label) for unit, quantity, label in _NAMES if unit != "piece"
)
_BY_SIZE: dict[tuple[str, int], Measure] = {(m.unit, m.quantity): m for m in WEIGHTS_AND_VOLUMES}


def measure(text: str) -> Measure:
    """Read a unit of measure as people write it ("Kg.", "ETTI", "al kg", "100 g", "Vaschette").

    What is not known stays what the list calls it, counted in pieces: a "500 g" or a
    "cestino" is one thing with a price. A unit that means nothing is a piece.
    """
    known = _BY_NAME.get(comparable(text)) or _at_length(text)
    if known is not None:
        return known
    return PIECE if means_nothing(text) else Measure("piece", 1, text)


def plainly_named(text: str) -> bool:
    """Whether a unit is one of the names that are known, and not written at length."""
    return comparable(text) in _BY_NAME


def _at_length(text: str) -> Measure | None:
    """Read a known unit behind other words, or a count of one that comes to a known unit."""
    bare = _bare(text)
    known = _BY_NAME.get(comparable(bare))
    if known is not None:
        return known
    counted = _COUNT.fullmatch(bare)
    per = _BY_NAME.get(counted[2]) if counted else None
    numbers = readings(counted[1]) if counted else ()
    if per is None or len(numbers) != 1:
        return None
    quantity = Fraction(numbers[0]) * per.quantity
    if per.unit == "piece":
        return per if quantity == 1 else None
    return _BY_SIZE.get((per.unit, int(quantity))) if quantity.denominator == 1 else None


def _bare(text: str) -> str:
    """Give what stands behind "al", "per", "€"."""
    flat = text.casefold().replace("’", "'").strip()
    before = _BEFORE.match(flat)
    return flat[before.end() :] if before else flat


def doubtful(text: str) -> bool:
    """Whether a unit is not known and says a weight or volume all the same ("kgg", "500 g").

    A thing that is called by its name and its size ("vasetto da 500 g") is that thing.
    """
    if measure(text).label != text or plainly_named(text):
        return False
    words = _WORD.findall(comparable(_bare(text)))
    if not words:
        return False
    first = _BY_NAME.get(words[0])
    if first is not None and first.unit == "piece" and any(c.isdigit() for c in text):
        return False
    return any(_says_measure(word) for word in words)


def _says_measure(word: str) -> bool:
    known = _BY_NAME.get(word)
    if known is not None:
        return known.unit != "piece"
    return word in _LARGE or _LIKE_A_WEIGHT.search(word) is not None


def nobody_chose(text: str) -> bool:
    """Whether a unit or category is only how a program writes that nobody chose one."""
    return comparable(text) in _NOTHING


def means_nothing(text: str) -> bool:
    """Whether a unit says nothing: nobody chose one, or it has no letter ("5")."""
    return nobody_chose(text) or not any(sign.isalpha() for sign in text)


def asked_in(unit: str, price_quantity: int) -> Measure:
    """Choose the unit in which a household is asked how much: the one the price is for.

    2,90 € an etto is asked in etti. A price for 750 g has no unit of its own: kilograms.
    """
    return _BY_SIZE.get((unit, price_quantity)) or _BY_SIZE.get((unit, 1000), PIECE)


def names_of(per: Measure) -> frozenset[str]:
    """Every name under which people write this unit."""
    return _CALLED.get((per.unit, per.quantity, per.label), frozenset())


def named(unit: Unit, price_quantity: int, sold_as: str) -> str | None:
    """Give the name under which `measure` finds this unit again; None if it has none.

    What the list itself wrote comes first, so that an export says what the import read.
    """
    read = measure(sold_as)
    if (read.unit, read.quantity) == (unit, price_quantity):
        return read.label if means_nothing(sold_as) else sold_as
    if unit == "piece":
        return PIECE.label if price_quantity == 1 else None
    found = (m.label for m in WEIGHTS_AND_VOLUMES if (m.unit, m.quantity) == (unit, price_quantity))
    return next(found, None)


def in_smallest(amount: Decimal, per: Measure) -> int | None:
    """Turn an amount in the list's unit (0.5 kg) into smallest units (500); None if broken."""
    exact = Fraction(amount) * per.quantity
    return int(exact) if exact.denominator == 1 else None
