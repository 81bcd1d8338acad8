"""Tables as files: CSV that Italian spreadsheets open right and that starts no formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from kit.clock import to_rome
from kit.sentences import amount, comma

_PIECE = 2**16
MEDIA_TYPE = "text/csv; charset=utf-8"
# A spreadsheet runs a cell that begins with one of these (OWASP, CSV injection); it trims
# blanks and reads the full-width forms too.
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


class Euro(int):
    """Cents that are to be written as an amount a spreadsheet can add up: 1234,50."""


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Write rows as CSV: semicolons, decimal comma, CRLF, UTF-8 with its mark (BOM).

    Text is always quoted, and text that could start a formula gets an apostrophe before
    it; numbers stay numbers. Cells may be str, int, Euro, Decimal, bool, date, datetime
    (shown in Europe/Rome) or None; a float is a TypeError.
    """
    return b"".join(csv_lines(header, rows))


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Give the same file piece by piece, for exports too long to hold in memory."""
    yield b"\xef\xbb\xbf"
    lines = io.StringIO()
    writer = csv.writer(lines, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([cell(name) for name in header])
    for row in rows:
        writer.writerow([cell(value) for value in row])
        if lines.tell() > _PIECE:
            yield _taken(lines)
    yield _taken(lines)


def cell(value: Any) -> str:
    """Write one value as its cell says it; only text can need the apostrophe."""
    match value:
        case None:
            return ""
        case bool():
            return "sì" if value else "no"
        case Euro():
            return amount(value).replace(".", "")
        case int():
            return str(int(value))
        case Decimal():
            return comma(f"{value:f}")
        case datetime():
            return f"{to_rome(value):%d/%m/%Y %H:%M:%S}"
        case date():
            return f"{value:%d/%m/%Y}"
        case str():
            starts = value.startswith(_STARTS) or value.lstrip().startswith(_STARTS)
            return f"'{value}" if starts else value
    raise TypeError(f"no cell for {type(value).__name__}")


def _taken(lines: io.StringIO) -> bytes:
    content = lines.getvalue().encode()
    lines.seek(0)
    lines.truncate()
    return content
