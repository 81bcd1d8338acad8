"""HTML rendered once around named slots, then joined as bytes with what belongs in them.

For rows and lines of which a page has hundreds: the template stays one, the cost of a row is that
of its values. What fills a slot is escaped by whoever fills it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from markupsafe import Markup

T = TypeVar("T")

_MARK = re.compile("\x00(\\w+)\x00")  # no text of a person has a zero byte: forms refuse it


def marks(names: Iterable[str]) -> dict[str, Markup]:
    """Give what a template writes where the slots of these names are."""
    return {name: Markup(f"\x00{name}\x00") for name in names}  # noqa: S704 - names of ours


class Slotted:
    """Pieces of HTML (UTF-8) and, between each two, the name of the slot there."""

    __slots__ = ("names", "pieces")

    def __init__(self, pieces: list[bytes], names: list[str]) -> None:
        self.pieces, self.names = pieces, names

    @classmethod
    def of(cls, html: str) -> "Slotted":
        """Take a rendered template apart at its marks."""
        found = _MARK.split(html)
        return cls([piece.encode() for piece in found[::2]], found[1::2])

    def fill(self, values: Mapping[str, bytes]) -> "Slotted":
        """Put values into their slots; the others stay open."""
        pieces, names = [self.pieces[0]], []
        for name, piece in zip(self.names, self.pieces[1:], strict=True):
            if name in values:
                pieces[-1] += values[name] + piece
            else:
                pieces.append(piece)
                names.append(name)
        return Slotted(pieces, names)

    def join(self, values: Mapping[str, bytes]) -> list[bytes]:
        """Give the pieces with a value in every slot, to be joined once with the whole page."""
        out = [self.pieces[0]]
        for name, piece in zip(self.names, self.pieces[1:], strict=True):
            out += (values[name], piece)
        return out

    def each(
        self, rows: Iterable[T], values: Mapping[str, Callable[[T], bytes]]
    ) -> Iterator[bytes]:
        """Give the pieces once for every row, each slot filled by the function of its name."""
        steps = [
            (values[name], piece) for name, piece in zip(self.names, self.pieces[1:], strict=True)
        ]
        for row in rows:
            yield self.pieces[0]
            for value, piece in steps:
                yield value(row)
                yield piece

    def size(self) -> int:
        """How many bytes it holds."""
        return sum(map(len, self.pieces))
