"""Names as letters to strangers say them: nobody writes to any address through us in their words.

Whoever registers or invites types an address and names, and a letter goes there in the house's
name. Its words are fixed; of a name stands in it what looks like one.
"""

import re
from typing import Any

from kit.errors import Message

LONGEST = 50
# What a mail program makes a link of, and what can be called.
_LEADS_AWAY = re.compile(r"[:/\\@<>]|www|[^\W_]\.[^\W_]|\d(?:[ .-]?\d){5}", re.IGNORECASE)


def of_person(name: str) -> str | Message:
    """Give a person's name, or "una persona" for anything else.

    A name has letters of any alphabet, blanks, apostrophes and hyphens.
    """
    shown = " ".join(name.split())
    if len(shown) <= LONGEST and shown[:1].isalpha() and all(map(_in_a_name, shown)):
        return shown
    return Message("una persona")


def of_thing(name: str) -> str | Message:
    """Give a household's or a centre's name, cut; nothing of one that leads elsewhere."""
    shown = " ".join(name.split())
    if _LEADS_AWAY.search(shown):
        return Message("(nome omesso)")
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST].rstrip()}…"


def in_sentence(said: Message) -> Message:
    """Give a sentence in which all that somebody typed is a name as `of_thing` gives it."""
    return Message(said.text, **{name: _value(value) for name, value in said.values.items()})


def _value(value: Any) -> Any:
    if isinstance(value, Message):
        return in_sentence(value)
    return of_thing(value) if isinstance(value, str) else value


def _in_a_name(sign: str) -> bool:
    return sign.isalpha() or sign in " '’-" or "\u0300" <= sign <= "\u036f"
