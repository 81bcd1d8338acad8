"""E-mail addresses: read as people type and paste them, and shown as they know them.

What is kept and sent to is ASCII: a domain with accents is written the way mail servers know it
(RFC 3490; città.it is xn--citt-3na.it), and before the @ only ASCII can be sent to. What people
read has its own letters again.
"""

import re
import unicodedata

from kit.errors import Message
from kit.spelled import tidy

LONGEST = 254
LONGEST_NAME = 64
EXAMPLE = "nome@esempio.it"

_SIGNS = "a-z0-9!#$%&'*+/=?^_`{|}~-"
_NAME = re.compile(rf"[{_SIGNS}]+(?:\.[{_SIGNS}]+)*")
_ODD_IN_NAME = re.compile(rf"[^.{_SIGNS}]")
_ODD_IN_DOMAIN = re.compile(r"[^a-z0-9.-]")
_DOMAIN = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,58}[a-z0-9])"
)
_IN_BRACKETS = re.compile(r"[^<>]*<([^<>]+)>")


def read(text: str) -> str | Message:
    """Give an address that can be sent to, in lower case, or say what is wrong with it.

    It is also found in "Name <address>" and behind "mailto:".
    """
    typed = tidy(text).lower().strip(" ;,")
    bracketed = _IN_BRACKETS.fullmatch(typed)
    typed = (bracketed[1] if bracketed else typed).removeprefix("mailto:")
    name, _, spelled = typed.partition("@")
    domain = _ascii(spelled)
    address = f"{name}@{domain}"
    if len(address) > LONGEST or len(name) > LONGEST_NAME:
        if typed.count("@") == 1 and " " not in typed:
            return _said(Message("L'indirizzo è troppo lungo per essere vero: ricontrollalo."))
    elif _NAME.fullmatch(name) and _DOMAIN.fullmatch(domain):
        return address
    return _said(next(what for wrong, what in _faults(typed, name, domain) if wrong))


def shown(address: str | None) -> str:
    """Give an address as people know it: a domain in its own letters; empty where there is none.

    Letters of several scripts stay as mail servers write them: they may look like others.
    """
    name, at, domain = (address or "").partition("@")
    try:
        own = domain.encode("ascii").decode("idna")
    except UnicodeError:
        return address or ""
    known = _ascii(own) == domain and len(_scripts(own)) <= 1
    return f"{name}{at}{own if known else domain}"


def _ascii(domain: str) -> str:
    """Write a domain as mail servers know it; as it is, where it is none."""
    if len(domain) > LONGEST:
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain


def _scripts(text: str) -> set[str]:
    letters = (sign for sign in text if sign.isalpha())
    return {unicodedata.name(letter, "?").split(" ")[0] for letter in letters}


def _faults(typed: str, name: str, domain: str) -> list[tuple[object, Message]]:
    """What may be wrong, the plainest first: whether it is, and its sentence."""
    before, after = _ODD_IN_NAME.search(name), _ODD_IN_DOMAIN.search(domain)
    dashed = any("-" in (part[:1], part[-1:]) for part in domain.split("."))
    return [
        ("@" not in typed, Message("Nell'indirizzo manca @.")),
        (typed.count("@") > 1, Message("C'è più di una @: scrivi un indirizzo solo.")),
        (" " in typed, Message("Nell'indirizzo c'è uno spazio: toglilo.")),
        (not name, Message("Manca quello che sta prima di @.")),
        (not domain, Message("Manca quello che sta dopo @.")),
        (".." in typed, Message("Ci sono due punti di fila («..»): lasciane uno.")),
        ("." in (name[:1], name[-1:]), Message("Prima di @ c'è un punto all'inizio o alla fine.")),
        (not name.isascii(), Message("Non usare lettere accentate prima di @.")),
        (before, Message("Prima di @ non si può usare «{sign}».", sign=_sign(before))),
        ("." in (domain[:1], domain[-1:]), Message("Dopo @ c'è un punto all'inizio o alla fine.")),
        (after, Message("Dopo @ non si può usare «{sign}».", sign=_sign(after))),
        ("." not in domain, Message("Dopo @ manca la fine, come «.it».")),
        (dashed, Message("Dopo @ c'è un trattino fuori posto.")),
        (True, Message("Quello che sta dopo @ non è un indirizzo: ricontrollalo.")),
    ]


def _said(what: Message) -> Message:
    return Message("{what} Per esempio {example}.", what=what, example=EXAMPLE)


def _sign(found: re.Match[str] | None) -> str:
    return found[0] if found else ""
