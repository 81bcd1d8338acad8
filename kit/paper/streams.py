"""Inside the child: pack a PDF and leave no doubt where each of its streams ends.

A stream's bytes are followed by an end of line and `endstream`. Where compressed bytes
happen to end in CR, the LF that follows may be read as part of one end of line (CR LF):
the stream then looks one byte shorter than its /Length, and strict validators refuse
PDF/A (ISO 19005-3, 6.1.7.1). It hits one stream in 256, so nearly every long document. An
end of line of two bytes (CR LF) there is unambiguous; the cross-references move along.
"""

import io
import re
import zlib
from bisect import bisect_left

import pikepdf

_DOUBT = b"\r\nendstream"
_XREF = re.compile(
    rb"(\d+ 0 obj\n<< /Type /XRef) /Length \d+ /Filter /FlateDecode"
    rb" /DecodeParms << /Columns \d+ /Predictor 12 >>( /W \[ 1 (\d) (\d) \].*?>>)\nstream\n",
    re.DOTALL,
)


def pack(pdf: bytes) -> bytes:
    """Rewrite with objects packed (a sixth of the size for long lists); same in, same out."""
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as file:
        file.save(
            target,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
            deterministic_id=True,
        )
    return _end_plainly(target.getvalue())


def _end_plainly(pdf: bytes) -> bytes:
    """Add the CR where it is needed and rewrite the table of offsets behind the objects."""
    start = int(pdf[pdf.rindex(b"startxref") :].split()[1])
    head = _XREF.match(pdf, start)
    if head is None:
        raise ValueError("the cross-reference stream is not as qpdf writes it")
    doubts = [match.start() for match in re.finditer(re.escape(_DOUBT), pdf[:start])]
    offset_width, other_width = int(head[3]), int(head[4])
    body = pdf[:start].replace(_DOUBT, b"\r" + _DOUBT)
    # One byte more than qpdf used, so that a moved offset always fits.
    rows = bytearray()
    for kind, place, other in _rows(pdf[head.end() :], offset_width, other_width):
        moved = place + bisect_left(doubts, place) if kind == 1 else place
        rows += bytes([kind]) + moved.to_bytes(offset_width + 1) + other.to_bytes(other_width)
    widths = b" /W [ 1 %d %d ]" % (offset_width + 1, other_width)
    dictionary = re.sub(rb" /W \[[^]]*\]", widths, head[2], count=1)
    return body + _xref(head[1], dictionary, bytes(rows)) + _trailer(len(body))


def _rows(stream: bytes, offset_width: int, other_width: int) -> list[tuple[int, int, int]]:
    """Undo Flate and the PNG "up" predictor: each row holds the difference to the last."""
    data = zlib.decompressobj().decompress(stream)
    width = 1 + offset_width + other_width
    rows, row = [], bytes(width)
    for at in range(0, len(data), width + 1):
        row = bytes((a + b) & 255 for a, b in zip(row, data[at + 1 : at + 1 + width], strict=True))
        place = int.from_bytes(row[1 : 1 + offset_width])
        rows.append((row[0], place, int.from_bytes(row[1 + offset_width :])))
    return rows


def _xref(opening: bytes, dictionary: bytes, rows: bytes) -> bytes:
    packed = zlib.compress(rows, 9)
    entry = b" /Length %d /Filter /FlateDecode" % len(packed)
    end = b"\r\nendstream\nendobj\n" if packed.endswith(b"\r") else b"\nendstream\nendobj\n"
    return opening + entry + dictionary + b"\nstream\n" + packed + end


def _trailer(start: int) -> bytes:
    return b"startxref\n%d\n%%%%EOF\n" % start
