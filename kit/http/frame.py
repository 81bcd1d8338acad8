"""What surrounds every page: head, navigation and foot, kept ready and filled in by request.

A kept piece is the same for everybody: it is made from the language, the house, the entries,
whether somebody is signed in and which of their roles rest, and from nothing else. What belongs
to one person (number, name, form token, where to go back) is put in afterwards, in places that the
piece only marks.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from markupsafe import Markup, escape

from kit.http import templates
from kit.kept import Kept
from kit.words import text

MOST_KEPT = 500  # about 6 kB each: every language, house, entry and kinds of role in use
# No text of a person and no translation has a zero byte: forms refuse it.
_MARKS = {name: Markup(f"\0{name}\0") for name in ("csrf", "path", "person", "who")}  # noqa: S704
_CUT = "\0cut\0"

# (label, address, aria-current of the entry: "page", "true" or "")
Entry = tuple[str, str, str]
Said = TypeVar("Said")


class Frame(NamedTuple):
    """A page's surroundings, in the order in which the page stands between them."""

    head: Markup
    body: Markup
    foot: Markup


_kept: Kept[tuple[str, str, tuple[Entry, ...], bool, str], list[list[str]]] = Kept(MOST_KEPT)


def frame(house: str) -> Frame:
    """Give the surroundings of the page being rendered, for the person who looks at it."""
    current = templates.current.get()
    entries: tuple[Entry, ...] = _offered("navigation", tuple)()
    resting, actor = _offered("resting", str)(), current.get("actor")
    pieces = _kept.get(
        (text.locale.get(), house, entries, actor is not None, resting),
        lambda: _made(house, entries, resting, signed_in=actor is not None),
    )
    own = {
        "csrf": escape(current.get("csrf", "")),
        "path": escape(current.get("path", "")),
        "person": escape(actor.person_id if actor is not None else ""),
        "who": escape(actor.name if actor is not None else ""),
    }
    return Frame(*(_filled(piece, own) for piece in pieces))


def _offered(name: str, otherwise: Callable[[], Said]) -> Callable[[], Said]:
    """What the houses say around a page (`navigation`, `resting`); nothing where none is there."""
    offered: Any = templates.environment().globals.get(name, otherwise)
    found: Callable[[], Said] = offered
    return found


def _made(
    house: str, entries: tuple[Entry, ...], resting: str, *, signed_in: bool
) -> list[list[str]]:
    """Render the pieces with marks and cut them there: every second part names a value.

    Nothing of the request is in reach meanwhile, so that no macro can bring any of it along.
    """
    around = templates.current.set({"csrf": _MARKS["csrf"]})
    try:
        html = templates.render(
            "frame.html",
            house=house,
            entries=entries,
            resting=resting,
            signed_in=signed_in,
            cut=_CUT,
            **_MARKS,
        )
    finally:
        templates.current.reset(around)
    return [piece.split("\0") for piece in html.split(_CUT)]


def _filled(parts: list[str], own: dict[str, Markup]) -> Markup:
    filled = list(parts)
    filled[1::2] = [own[name] for name in parts[1::2]]
    return Markup("".join(filled))  # noqa: S704 - our template, and values escaped above
