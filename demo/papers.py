"""What people of the demo bring on paper: one page of plain lines."""

import io
from collections.abc import Sequence

import pikepdf
from pikepdf import Dictionary, Name

_A4 = (595, 842)
_BEGIN = b"BT /F1 11 Tf 16 TL 56 770 Td"


def page(lines: Sequence[str]) -> bytes:
    """Write lines on a page of A4 as a PDF; the same lines are the same bytes."""
    font = Dictionary(
        Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding
    )
    written = b"".join(b"\n<%s> Tj T*" % line.encode("cp1252").hex().encode() for line in lines)
    target = io.BytesIO()
    with pikepdf.new() as file:
        sheet = file.add_blank_page(page_size=_A4)
        sheet["/Resources"] = Dictionary(Font=Dictionary(F1=file.make_indirect(font)))
        sheet["/Contents"] = file.make_stream(_BEGIN + written + b"\nET")
        file.save(target, deterministic_id=True)
    return target.getvalue()
