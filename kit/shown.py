"""What a page showed, said by its form: nothing that was saved meanwhile is undone without a word.

Beside each field a form carries a mark of what it showed. When it comes back, three texts are
known of a field: the one shown, the one typed and the one that stands saved now. `meet` tells
from them what to do, as a three-way merge does with a line: what was not touched on the page is
left as it is now, what only the page changed is saved, and where both changed the same thing the
page asks. An act that cannot be undone carries the marks of all that its page showed (`pack`)
and is done only while every one of them still holds (`check`).

A mark is a digest and no secret: it is shown to whoever was shown the text.
"""

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from kit.errors import Message, Refused
from kit.sentences import listing

PREFIX = "shown-"
_MARK_BYTES = 9
# How many of the changed things a sentence names before it counts the rest.
_NAMED = 4


class Met(Enum):
    """What becomes of a typed text: nothing to do, to be saved, or both changed it."""

    SAME = "same"
    MINE = "mine"
    CLASH = "clash"


def plain(text: str) -> str:
    """Give a text as it is compared: one kind of line end, no blanks around it."""
    return text.replace("\r\n", "\n").strip()


def mark(text: str) -> str:
    """Give the mark of a text: 12 letters, and nothing for an empty one."""
    text = plain(text)
    if not text:
        return ""
    digest = hashlib.sha256(text.encode()).digest()[:_MARK_BYTES]
    return base64.urlsafe_b64encode(digest).decode()


def meet(saved: str, typed: str, shown: str) -> Met:
    """Tell what becomes of `typed`, where `shown` is the mark of what the page had shown."""
    saved, typed = plain(saved), plain(typed)
    if typed == saved or mark(typed) == shown:
        return Met.SAME
    return Met.MINE if mark(saved) == shown else Met.CLASH


@dataclass(frozen=True, slots=True)
class Merged:
    """The fields of a page after a merge, by name.

    `values` is what is to stand in them: what was changed on the page, else what is saved.
    `mine` was changed on the page alone; of `clashes` the saved text is given.
    """

    values: dict[str, str]
    mine: frozenset[str]
    clashes: dict[str, str]


def merge(
    saved: Mapping[str, str],
    typed: Mapping[str, str],
    marks: Mapping[str, str],
    *,
    together: Sequence[str] = (),
) -> Merged:
    """Merge what was typed into what is saved; a name that was not typed was not on the page.

    `marks` has what the page showed, by name; without one it showed nothing. Of the names that
    go `together` the first gives the others their meaning, as a unit does to a price: where one
    side changed it and the other any of them, all that differ clash, and what stood on the page
    stays together.
    """
    met = {
        name: meet(now, typed[name], marks.get(name, ""))
        for name, now in saved.items()
        if name in typed
    }
    for name in _torn_apart(saved, typed, marks, together):
        met[name] = Met.CLASH
    return Merged(
        {
            name: plain(now) if met.get(name, Met.SAME) is Met.SAME else plain(typed[name])
            for name, now in saved.items()
        },
        frozenset(name for name, what in met.items() if what is Met.MINE),
        {name: saved[name] for name, what in met.items() if what is Met.CLASH},
    )


def _torn_apart(
    saved: Mapping[str, str],
    typed: Mapping[str, str],
    marks: Mapping[str, str],
    together: Sequence[str],
) -> list[str]:
    names = [name for name in together if name in typed]
    theirs = {name for name in names if mark(saved[name]) != marks.get(name, "")}
    mine = {name for name in names if mark(typed[name]) != marks.get(name, "")}
    if not (mine and theirs and together[0] in mine | theirs):
        return []
    return [name for name in names if plain(saved[name]) != plain(typed[name])]


class Changed(Refused):
    """What a page showed is not what holds now; `names` are the parts that differ."""

    def __init__(self, names: Iterable[str], message: Message) -> None:
        super().__init__(message)
        self.names = list(names)


def pack(parts: Mapping[str, str]) -> str:
    """Give the marks of everything a page shows, as one hidden field carries them."""
    return " ".join(f"{name}={mark(value)}" for name, value in parts.items())


def differences(packed: str, parts: Mapping[str, str]) -> list[str]:
    """Name the parts that are not as shown: those there are, in their order, then those gone."""
    shown = dict(pair.rsplit("=", 1) for pair in packed.split(" ") if "=" in pair)
    differ = [name for name, value in parts.items() if shown.get(name) != mark(value)]
    return differ + [name for name in shown if name not in parts]


def check(packed: str, parts: Mapping[str, str], named: Callable[[str], Message]) -> None:
    """Raise Changed unless everything is still as the page showed it.

    `parts` is read under the lock of the act: name (without blanks) to a text that says
    everything that counts of it; `named` puts a name into words, also one that is gone. A form
    that says nothing of what it showed is refused too.
    """
    names = differences(packed, parts)
    if not names and packed:
        return
    if not packed:
        message = Message("Prima di confermare guarda questa pagina: non era aggiornata.")
    else:
        message = Message(
            "Da quando hai aperto la pagina è cambiato qualcosa: {what}. "
            "Guarda com'è adesso e conferma di nuovo.",
            what=words(names, named),
        )
    raise Changed(names, message)


def words(names: Iterable[str], named: Callable[[str], Message]) -> Message:
    """List what changed; two parts may have one name, and a long list is counted."""
    said = list(dict.fromkeys(named(name) for name in names))
    if len(said) <= _NAMED + 1:
        return listing(said)
    return Message(
        "{what} e altre {n} cose", what=listing(said[:_NAMED], last=False), n=len(said) - _NAMED
    )
