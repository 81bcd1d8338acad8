"""Reading what stands after the question mark of an address."""

from kit import spelled
from kit.errors import NotFound
from ledger.statements import Position


def an_id(text: str) -> int | None:
    """Read an id, None where nothing is said; anything else looks absent (NotFound)."""
    if not text:
        return None
    found = spelled.id_(text)
    if found is None:
        raise NotFound
    return found


def a_page(text: str) -> int:
    """Read the number of a page; whatever is none is the first."""
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 5 and int(text) else 1


def a_position(text: str) -> Position | None:
    """Read where a page of a statement begins ("812-2"), None where nothing is said."""
    if not text:
        return None
    journal_id, dash, line = text.partition("-")
    if not (dash and line.isascii() and line.isdigit() and len(line) < 5):
        raise NotFound
    return an_id(journal_id) or 0, int(line)


def position(found: Position) -> str:
    """Write where a page of a statement begins."""
    return f"{found[0]}-{found[1]}"
