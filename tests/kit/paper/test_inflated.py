"""How much a stream becomes: measured without keeping it."""

import io
import resource
import zlib

import pikepdf
import pytest

from kit.paper import inflated
from tests.kit.paper.hostile import document, of_stream

KB, MB = 2**10, 2**20


def packed(size):
    """Zeros of a size, packed piece by piece."""
    packing = zlib.compressobj(9)
    zeros = bytes(MB)
    return b"".join(packing.compress(zeros) for _ in range(size // MB)) + packing.flush()


def judged(change):
    with pikepdf.open(
        io.BytesIO(document(change, stream_decode_level=NONE, compress_streams=False))
    ) as file:
        return [inflated.is_too_much(s) for s in file.objects if isinstance(s, pikepdf.Stream)]


NONE = pikepdf.StreamDecodeLevel.none


@pytest.fixture(scope="module")
def bomb():
    return packed(900 * MB)


def test_a_stream_that_unpacks_too_far_is_found_and_not_kept(bomb):
    assert len(bomb) < MB
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert any(judged(of_stream(bomb)))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / KB
    assert grown < 64, "megabytes"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (zlib.compress(packed(64 * MB)), b"/Filter [/FlateDecode /FlateDecode]"),
        (b"x", b"/Filter [/LZWDecode /RunLengthDecode]"),
        (b"\x81\0" * (2 * MB), b"/Filter /RunLengthDecode"),
        (b"x", b"/Subtype /Image /Width 60000 /Height 60000 /Filter /DCTDecode"),
    ],
)
def test_other_ways_of_being_large_are_found(content, told):
    assert any(judged(of_stream(content, told)))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (zlib.compress(b"q Q" * 1000), b"/Filter /FlateDecode"),
        (packed(100 * MB), b"/Filter /FlateDecode"),
        (zlib.compress(b"q Q" * 1000)[:-4], b"/Filter /FlateDecode"),
        (b"nothing packed", b"/Filter /FlateDecode"),
        (b"\x02abc\x80", b"/Filter /RunLengthDecode"),
        (bytes(3 * MB), b""),
        (bytes(3 * MB), b"/Subtype /Image /Width 9000 /Height 13000 /Filter /CCITTFaxDecode"),
        (b"x", b"/Subtype /Image /Width (wide) /Height 9 /Filter /DCTDecode"),
        (zlib.compress(b"jpeg"), b"/Filter [/FlateDecode /DCTDecode]"),
    ],
)
def test_what_programs_write_is_no_trouble(content, told):
    assert not any(judged(of_stream(content, told)))
