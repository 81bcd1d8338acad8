"""Applications that may be of one person though their tax codes differ, for the office to look at.

Where two people would have the same code, letters stand for figures in that of the second: so a
code that is another's with letters for figures may be a namesake's, or the same person's. Nothing
is decided by it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kit import codes


class Proponent(NamedTuple):
    """Who an opened application says it is of: tax code, full name, and the day of birth."""

    application_id: int
    code: str
    tax_code: str
    name: str
    born: str


def alike(applications: Iterable[Proponent]) -> list[Sequence[Proponent]]:
    """Group what may be of one person under several codes, each group and all in order of `code`.

    The same code with letters for figures, or the same name and day of birth. What has the very
    same code is a double, and makes no group by itself.
    """
    of: dict[tuple[str, ...], list[Proponent]] = defaultdict(list)
    for one in sorted(applications, key=lambda one: one.code):
        if one.tax_code:
            of[("code", codes.in_figures(one.tax_code))].append(one)
        if one.name and one.born:
            of[("person", " ".join(sorted(one.name.casefold().split())), one.born)].append(one)
    found = {tuple(them): None for them in of.values() if len({one.tax_code for one in them}) > 1}
    return sorted(found, key=lambda them: [one.code for one in them])
