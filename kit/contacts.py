"""How somebody is reached beside the post: telephones, sites and postcodes, as people type them.

Every reader gives the text as it is kept, or says what is wrong with it; addresses for mail are
read by `kit.emails`.
"""

import re
from urllib.parse import urlsplit

from kit.errors import Message
from kit.sentences import bound
from kit.spelled import tidy

PHONE_EXAMPLE = "0372 123456"
SITE_EXAMPLE = "https://www.esempio.it"
POSTCODE_EXAMPLE = "26100"
LONGEST_PHONE = 40
LONGEST_SITE = 200
FEWEST_DIGITS = 5

_PHONE = re.compile(r"[0-9+()/. -]+", re.ASCII)
_DIGIT = re.compile(r"[0-9]", re.ASCII)
_HOST = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{0,61}[^\W_]")
_ITALIAN = re.compile(r"(?:(?:I|IT)[ -]?)?(\d{5})", re.ASCII)
# With its country ("CH-6900") or, as some countries have them, with letters of its own.
_FOREIGN = re.compile(r"(?=.*[A-Z])[A-Z0-9][A-Z0-9 -]{1,8}[A-Z0-9]", re.ASCII)


def phone(text: str) -> str | Message:
    """Give a telephone number as it was written, or say what is wrong with it."""
    typed = tidy(text)
    if _PHONE.fullmatch(typed) is None or len(_DIGIT.findall(typed)) < FEWEST_DIGITS:
        return Message(
            "Un numero di telefono ha almeno 5 cifre, e oltre alle cifre solo spazi e i segni "
            "+ ( ) - / . Per esempio {example}.",
            example=PHONE_EXAMPLE,
        )
    return _not_longer(typed, LONGEST_PHONE)


def site(text: str) -> str | Message:
    """Give the address of a site, which begins with http:// or https://, or say what is wrong.

    People write it without: then it is https.
    """
    typed = tidy(text)
    address = typed if "://" in typed else f"https://{typed}"
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    wrong = (
        not host
        or " " in address
        or parts.scheme not in ("http", "https")
        or "@" in parts.netloc
        or _HOST.fullmatch(host) is None
    )
    if wrong:
        return Message(
            "Scrivi l'indirizzo del sito, che comincia con http:// o https://, per esempio "
            "{example}.",
            example=SITE_EXAMPLE,
        )
    return _not_longer(address, LONGEST_SITE)


def postcode(text: str) -> str | Message:
    """Give a postcode, five digits where it is Italian, or say what is wrong with it."""
    typed = tidy(text).upper()
    if found := _ITALIAN.fullmatch(typed):
        return found[1]
    if _FOREIGN.fullmatch(typed):
        return typed
    return Message(
        "Il CAP ha cinque cifre, per esempio {example}; se non è italiano scrivi davanti la sigla "
        "del paese, come in CH-6900.",
        example=POSTCODE_EXAMPLE,
    )


def _not_longer(text: str, most: int) -> str | Message:
    if len(text) <= most:
        return text
    return Message(
        "Il testo è troppo lungo: {length} caratteri, il massimo è {max_length}.",
        length=bound(len(text)),
        max_length=bound(most),
    )
