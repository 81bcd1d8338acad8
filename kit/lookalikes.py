"""Names that look like one another: told to whoever gives a new one, who may know better.

Two families may bear the same name. But one that looks like another and is not is found by no
search, so whoever makes it is told of the one that is there (Unicode TR 39, 4: skeletons).
"""

from collections.abc import Iterable

from kit import ordering, spelled
from kit.errors import Message

# Letters that a reader takes for a Latin one (Cyrillic, then Greek, then Latin of their own kind),
# and figures and letters that are one stroke or one ring.
_LOOKS = str.maketrans(
    "аеорсухѕіјԁһкмтвнгԛԝ" + "αεορυχικντγη" + "ɑɡɩıƒ" + "0135lj|!",
    "aeopcyxsijdhkmtbhrqw" + "aeopyxiknryn" + "agiif" + "oiesiiii",
)


def look(name: str) -> str:
    """Give what a name looks like: case, accents, blanks and signs do not count.

    What is compared is never shown nor kept.
    """
    drawn = ordering.key(spelled.visible(name)).translate(_LOOKS).replace("rn", "m")
    return "".join(sign for sign in drawn if sign.isalnum())


def among(name: str, others: Iterable[str]) -> str | None:
    """Find the first of other names that looks like this one, or is the same."""
    drawn = look(name)
    return next((other for other in others if drawn and look(other) == drawn), None)


def told(said: Message, name: str, others: Iterable[str]) -> Message:
    """Say what was done, and that a name like this was there already."""
    found = among(name, others)
    if found is None:
        return said
    return Message(
        "{said} Attenzione: c'è già «{other}», che si legge uguale o quasi. Controlla di non "
        "averne due per sbaglio.",
        said=said,
        other=found,
    )
