"""No stream of a packed PDF leaves a doubt about where it ends, and none is changed."""

import io
import re

import page
import pikepdf
import pytest

from kit.paper import streams


def with_streams(count: int) -> bytes:
    """A document of many small compressed streams; one in 256 ends in CR."""
    target = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.Root.Many = pikepdf.Array(
            pdf.make_indirect(pdf.make_stream(b"riga" * (n % 97) + b"%d" % n**3))
            for n in range(count)
        )
        pdf.save(target, compress_streams=True, deterministic_id=True)
    return target.getvalue()


def many(pdf: bytes) -> list[bytes]:
    with pikepdf.open(io.BytesIO(pdf), attempt_recovery=False) as file:
        assert file.get_warnings() == []
        return [stream.read_bytes() for stream in file.Root.Many]


def doubts(pdf: bytes) -> int:
    return len(re.findall(rb"[^\r]\r\nendstream", pdf))


def validator_doubts(pdf: bytes) -> bool:
    report = page.validate_pdf_bytes(pdf, profile=page.ValidationProfile.PDF_A_3A)
    return any("STREAM-LENGTH" in failure.rule_id for failure in report.failures)


def test_the_doubt_exists_without_us():
    assert doubts(with_streams(2000)) > 0
    assert validator_doubts(with_streams(2000))


@pytest.mark.parametrize("count", [0, 1, 300, 2000])
def test_a_packed_document_has_no_doubt_and_the_same_content(count):
    before = with_streams(count)
    packed = streams.pack(before)
    assert not validator_doubts(packed)
    assert many(packed) == many(before)
    assert streams.pack(before) == packed


def test_the_table_of_offsets_of_every_size_is_moved_along():
    for count in range(200, 460, 20):  # the ends of offsets and of widths vary with the size
        packed = streams.pack(with_streams(count))
        assert len(many(packed)) == count


def test_what_is_no_pdf_is_not_packed():
    with pytest.raises(pikepdf.PdfError):
        streams.pack(b"%PDF-1.7 nothing")
