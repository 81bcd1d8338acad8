"""What keeps something typed from being published or sent, counted as what it is."""

from collections.abc import Iterable, Mapping

from kit.errors import Message
from kit.sentences import counted


def told(missing: int, wrong: int) -> Message:
    """Say how many things are missing and how many are written and wrong; needs at least one.

    What stands there and has to be mended is not missing: who looks for an empty field would
    find none.
    """
    if not wrong:
        return counted(missing, "manca {n} cosa", "mancano {n} cose")
    if not missing:
        return counted(wrong, "{n} cosa è da correggere", "{n} cose sono da correggere")
    return Message(
        "{missing}, {wrong}",
        missing=counted(missing, "manca {n} cosa", "mancano {n} cose"),
        wrong=counted(wrong, "{n} è da correggere", "{n} sono da correggere"),
    )


def of(names: Iterable[str], values: Mapping[str, str]) -> Message:
    """Say it of fields that are named: the empty ones are missing, the others wrong."""
    typed = [bool(values.get(name, "").strip()) for name in names]
    return told(typed.count(False), typed.count(True))
