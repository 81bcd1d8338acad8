"""JSON from strangers: exact numbers, bounded size and depth, every refusal in a sentence."""

import json
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from kit.errors import Message, Refused

FILE_SIZE_MAX = 15 * 1024 * 1024
DEPTH_MAX = 32
_NUMBER_LENGTH_MAX = 40
_EXPONENT_MAX = 12

_SHEET = Message("Questo è un foglio di calcolo")
_OLD_OFFICE = Message("Questo è un file di Office di una volta (xls o doc)")
_TEXT = Message("Questo è un documento di testo")
_PDF = Message("Questo è un PDF")
_CSV = Message("Questa è una tabella (CSV)")
_PHOTO = Message("Questa è una fotografia")
# What programs that people keep lists in write at the beginning of their files.
_KINDS = (
    (b"%PDF", _PDF),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _OLD_OFFICE),
    (b"\xff\xd8\xff", _PHOTO),
    (b"\x89PNG", _PHOTO),
)
_PACKED_KINDS = (
    (b"opendocument.spreadsheet", _SHEET),
    (b"xl/", _SHEET),
    (b"opendocument.text", _TEXT),
    (b"word/", _TEXT),
)
_TABLE = re.compile(r"[^\n{}\[\]]*(?:;|\t|,[^\n{}\[\]]*,)[^\n{}\[\]]*\n")
_TOKENS = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{}]', re.DOTALL)


@dataclass(frozen=True, slots=True)
class NoNumber:
    """What stands in the place of a number and can be none: "NaN", "1e400"."""

    text: str

    def said(self) -> Message:
        """Say what is wrong with it, to whoever keeps the file."""
        if self.text.lstrip("-")[:1].isdigit():
            return Message("Il numero {number} non può essere vero.", number=printable(self.text))
        return Message("Qui c'è {name} al posto di un numero.", name=self.text)


def load(content: bytes) -> Any:
    """Read one JSON document: numbers become exact Decimals, never floats.

    What cannot be a number stays where it is as NoNumber: whoever reads the field names the row.

    A BOM is skipped. Raises Refused with a sentence for a file that is empty, too large,
    packed, a spreadsheet or another document, XML, not UTF-8, nested deeper than DEPTH_MAX, not
    JSON, or that holds the same key twice in one object.
    """
    _check_kind(content)
    text = _decode(content)
    _check_depth(content)
    try:
        return json.loads(
            text,
            parse_float=_number,
            parse_int=_number,
            parse_constant=NoNumber,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        if _TABLE.match(text):
            raise _other(_CSV) from None
        raise Refused(
            "Il file non è un JSON valido: errore alla riga {line}, colonna {column}.",
            line=error.lineno,
            column=error.colno,
        ) from None
    except RecursionError:
        raise _too_deep() from None


def printable(text: str) -> str:
    """Shorten a piece of foreign text so that it can be quoted in a sentence."""
    safe = "".join(c if c.isprintable() else "�" for c in text[:60])
    return safe + "…" if len(text) > 60 else safe


def _check_kind(content: bytes) -> None:
    if len(content) > FILE_SIZE_MAX:
        raise Refused(
            "Il file è troppo grande: al massimo {size} MB.", size=FILE_SIZE_MAX // 1024**2
        )
    start = content.removeprefix(b"\xef\xbb\xbf")[:200].lstrip()
    if not start:
        raise Refused("Il file è vuoto.")
    for signature, kind in _KINDS:
        if start.startswith(signature):
            raise _other(kind)
    if start.startswith(b"PK\x03\x04"):
        for name, kind in _PACKED_KINDS:
            if name in content:
                raise _other(kind)
    if start.startswith((b"PK\x03\x04", b"\x1f\x8b")):
        raise Refused("Il file è compresso: estrai il listino e carica il file JSON.")
    if start.startswith(b"<"):
        raise Refused(
            "Il file è in XML (GDXP versione 0). Esporta il listino come GDXP 1.0 in JSON."
        )


def _other(what: Message) -> Refused:
    """Say what the file is, and how to come to one that is read."""
    return Refused(
        "{what}: per ora qui si legge solo GDXP 1.0 (JSON). Salvalo come GDXP dal programma in cui"
        " il listino è tenuto (GASdotto, PortAlGAS o altri), poi carica quel file.",
        what=what,
    )


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused("Il file è scritto in UTF-16: salvalo in UTF-8 e riprova.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if _TABLE.match(content[:2000].decode("latin-1")):
            raise _other(_CSV) from None
        raise Refused(
            "Il file non è scritto in UTF-8 (byte {position}): salvalo in UTF-8 e riprova.",
            position=error.start + 1,
        ) from None


def _check_depth(content: bytes) -> None:
    """Count brackets outside strings before the parser follows them down."""
    depth = 0
    for match in _TOKENS.finditer(content):
        token = match.group()
        if token in (b"[", b"{"):
            depth += 1
            if depth > DEPTH_MAX:
                raise _too_deep()
        elif token in (b"]", b"}"):
            depth -= 1


def _too_deep() -> Refused:
    return Refused("Il file è annidato troppo in profondità: non è un listino GDXP.")


def _number(text: str) -> Decimal | NoNumber:
    if len(text) > _NUMBER_LENGTH_MAX:
        return NoNumber(text)
    try:
        value = Decimal(text)
    except InvalidOperation:
        return NoNumber(text)
    believable = value.adjusted() <= _EXPONENT_MAX and int(value.as_tuple().exponent) >= -30
    return value if believable else NoNumber(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise Refused(
                    "Il campo «{key}» è scritto due volte nello stesso oggetto.",
                    key=printable(key),
                )
            seen.add(key)
    return result
