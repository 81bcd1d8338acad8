"""How much a stream of a PDF becomes in the memory of whoever opens it.

Nothing is kept of what is unpacked, and no more is unpacked than the measure.
"""

import zlib
from typing import Any

import pikepdf

MOST_BYTES = 128 * 2**20
"""Of one stream: a page in colour at 600 dots per inch."""
MOST_DOTS = 600_000_000
"""Of one picture: a sheet of A0 at 600 dots per inch."""

_FLATE = frozenset({"/FlateDecode", "/Fl"})
_OTHERS = frozenset({"/LZWDecode", "/LZW", "/RunLengthDecode", "/RL"})
# What the two kinds of packing make of one byte, at most.
_FLATE_RATIO, _OTHERS_RATIO = 1032, 2731
_PIECE = 2**20


def is_too_much(stream: pikepdf.Stream) -> bool:
    """Whether a stream is larger than anything an office needs. Raises PdfError as pikepdf."""
    dots = _number(stream, "/Width", "/W") * _number(stream, "/Height", "/H")
    if dots > MOST_DOTS:
        return True
    filters = _filters(stream)
    flate, others = (len([f for f in filters if f in some]) for some in (_FLATE, _OTHERS))
    if flate + others > 1:
        return True  # packed twice: nobody's program does that, and a byte becomes a million
    if flate and filters[0] in _FLATE:
        raw = stream.read_raw_bytes()
        return len(raw) * _FLATE_RATIO > MOST_BYTES and _unpacks_too_far(bytes(raw))
    ratio = _FLATE_RATIO if flate else _OTHERS_RATIO
    if (flate or others) and len(stream.read_raw_bytes()) * ratio > MOST_BYTES:
        return _is_long(stream)
    return False


def _is_long(stream: pikepdf.Stream) -> bool:
    try:
        return len(stream.read_bytes(pikepdf.StreamDecodeLevel.all)) > MOST_BYTES
    except pikepdf.PdfError:  # packed in a way that we cannot measure
        return True


def _unpacks_too_far(raw: bytes) -> bool:
    unpacking, size = zlib.decompressobj(), 0
    try:
        while raw and not unpacking.eof and size <= MOST_BYTES:
            size += len(unpacking.decompress(raw, _PIECE))
            raw = unpacking.unconsumed_tail
    except zlib.error:  # readers show what came before
        pass
    return size > MOST_BYTES


def _filters(stream: pikepdf.Stream) -> list[str]:
    found: Any = stream.stream_dict.get("/Filter", stream.stream_dict.get("/F", None))
    if isinstance(found, pikepdf.Array):
        return [str(each) for each in found]
    return [str(found)] if isinstance(found, pikepdf.Name) else []


def _number(stream: pikepdf.Stream, *names: str) -> int:
    values: list[Any] = [stream.stream_dict.get(name) for name in names]
    return next((value for value in values if isinstance(value, int)), 0)
