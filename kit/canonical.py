"""Canonical JSON: the one sequence of bytes that stands for a value when it is hashed.

Keys in code-point order, no spaces, UTF-8, texts in Unicode NFC, no floating numbers
(money is integer cents, marks are decimal texts). Two people who hold the same content
compute the same SHA-256, in any language and on any machine.
"""

import hashlib
import json
import unicodedata
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any


def encode(value: Any) -> bytes:
    """Write a value as canonical JSON bytes.

    Takes dicts with text keys, lists, tuples, texts, whole numbers, booleans and None.
    Raises ValueError for anything else, for a text that is not Unicode (lone surrogates)
    and for keys that become equal once normalised.
    """
    text = json.dumps(
        _plain(value), ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )
    return text.encode("utf-8")


def sha256(data: bytes) -> str:
    """Return the SHA-256 of bytes as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def decimal_text(value: Decimal) -> str:
    """Write a finite decimal in its one shortest form: "7.5", "10", "0", never "1E+1"."""
    if not value.is_finite():
        raise ValueError("not a finite number")
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def instant_text(value: datetime) -> str:
    """Write an instant as ISO 8601 in UTC with microseconds only where there are any."""
    if value.tzinfo is None:
        raise ValueError("an instant needs its zone")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def instant(text: str) -> datetime:
    """Read what `instant_text` wrote."""
    if not text.endswith("Z"):
        raise ValueError(f"not an instant in UTC: {text!r}")
    return datetime.fromisoformat(text[:-1]).replace(tzinfo=UTC)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return _object(value)
    raise ValueError(f"{type(value).__name__} has no canonical form")


def _object(value: dict[Any, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            raise ValueError("keys of an object are texts")
        name = _text(key)
        if name in result:
            raise ValueError(f"two keys are the same: {name!r}")
        result[name] = _plain(item)
    return result


def _text(value: str) -> str:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError("the text is not valid Unicode") from error
    return unicodedata.normalize("NFC", value)
