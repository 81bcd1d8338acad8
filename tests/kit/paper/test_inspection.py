"""The gate for uploaded PDFs: what gets through, what is said otherwise, what it survives."""

import contextlib
import time
import zlib

import pikepdf
import pytest

from kit.errors import Refused
from kit.paper.inspection import check_kind, look_through
from tests.kit.paper.hostile import (
    PLAIN,
    crowded,
    document,
    forgotten_script,
    of_stream,
    with_a_link,
)


def check_pdf(content: bytes) -> None:
    """What is asked of every file: first what it is, then what is in it."""
    check_kind(content)
    look_through(content)


def test_what_the_walk_refuses_is_said():
    with pytest.raises(Refused, match="JavaScript"):
        look_through(document(forgotten_script))


def test_what_is_no_document_is_said_beside_its_field():
    with pytest.raises(Refused, match="fotografia") as refusal:
        check_kind(b"\xff\xd8\xff", field="attachment")
    assert refusal.value.field == "attachment"


@pytest.mark.parametrize("change", [None, with_a_link])
def test_an_ordinary_document_passes(change):
    check_pdf(document(change))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\x00",
        b"GIF89a%PDF-1.7",
        b"<html>%PDF-1.7",
        b"\n<html>%PDF-1.7",
        b"\xef\xbb\xbfGIF89a%PDF-1.7",
        b"\n" * 40 + b"%PDF-1.7",
    ],
)
def test_what_does_not_begin_as_a_pdf_is_refused(content):
    with pytest.raises(Refused, match="non è un PDF"):
        check_kind(content)


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "fotografia"),
        (b"\x89PNG\r\n\x1a\n", "fotografia"),
        (b"\x00\x00\x00\x18ftypheic", "fotografia"),
        (bytes.fromhex("3082012a06092a864886f70d010702a0"), "firmato .*PAdES"),
        (bytes.fromhex("308006092a864886f70d010702a080"), "firmato"),
        (b"-----BEGIN PKCS7-----\nMII", "firmato"),
        (b"PK\x03\x04\x14\x00word/", "programma per scrivere"),
        (b"{\\rtf1", "programma per scrivere"),
    ],
)
def test_what_people_bring_by_mistake_is_answered_with_what_to_do(content, advice):
    with pytest.raises(Refused, match=advice):
        check_kind(content)


@pytest.mark.parametrize("before", [b"\n", b"\r\n\r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf \t\r\n"])
def test_blanks_and_a_mark_of_utf_8_before_a_document_are_no_other_file(before):
    check_pdf(before + document())
    with pytest.raises(Refused, match="JavaScript"):
        check_pdf(before + document(forgotten_script))


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n",
        b"%PDF-1.7\n" + b"[" * 100_000,
        b"%PDF-1.7\n" + b"<<" * 100_000,
        document()[:-200],
        document()[:300] + document()[320:],
        document(object_stream_mode=PLAIN).replace(b"/Pages", b"/Pigge"),
        b"%PDF-1.7\nstartxref\n999999999999999999999\n%%EOF",
    ],
)
def test_a_broken_document_is_refused_and_takes_nothing_down(content):
    with pytest.raises(Refused):
        check_pdf(content)
    check_pdf(document())


def bomb() -> bytes:
    """A packed object stream of 200 KB that unpacks to 200 MB of nested arrays."""
    packed = zlib.compress(b"1 0 " + b"[" * 40 + b" 1" * 100_000_000 + b"]" * 40, 9)
    body = b"%PDF-1.7\n"
    places = {}
    for number, text in {
        2: b"<< /Type /Catalog /Pages 3 0 R /Extra 1 0 R >>",
        3: b"<< /Type /Pages /Count 1 /Kids [4 0 R] >>",
        4: b"<< /Type /Page /Parent 3 0 R /MediaBox [0 0 9 9] >>",
    }.items():
        places[number] = len(body)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    places[5] = len(body)
    body += b"5 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>" % len(
        packed
    )
    body += b"\nstream\n" + packed + b"\nendstream\nendobj\n"
    places[6] = len(body)
    rows = bytes([0, 0, 0, 0, 255]) + bytes([2, 0, 0, 5, 0])
    for number in (2, 3, 4, 5, 6):
        rows += b"\x01" + places[number].to_bytes(3) + b"\x00"
    body += b"6 0 obj\n<< /Type /XRef /Size 7 /W [1 3 1] /Root 2 0 R /Length %d >>" % len(rows)
    return body + b"\nstream\n" + rows + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF" % places[6]


def test_a_bomb_dies_in_its_child_and_the_gate_goes_on():
    content = bomb()
    assert len(content) < 500_000
    start = time.monotonic()
    with pytest.raises(Refused):
        check_pdf(content)
    assert time.monotonic() - start < 12
    check_pdf(document())


def test_a_page_that_would_fill_the_memory_of_whoever_opens_it_is_refused_in_time():
    packing = zlib.compressobj(9)
    packed = b"".join(packing.compress(bytes(2**20)) for _ in range(900)) + packing.flush()
    bombs = document(of_stream(packed), stream_decode_level=pikepdf.StreamDecodeLevel.none)
    start = time.monotonic()
    with pytest.raises(Refused, match="troppo complicato"):
        check_pdf(bombs)
    assert time.monotonic() - start < 12


def test_four_hundred_thousand_objects_take_bounded_time_and_end_in_words():
    start = time.monotonic()
    with contextlib.suppress(Refused):
        check_pdf(crowded())
    assert time.monotonic() - start < 12
    check_pdf(document())


def test_a_document_of_many_objects_is_one_as_well():
    check_pdf(crowded(1000))


def test_a_file_above_the_limit_is_refused_unread():
    with pytest.raises(Refused, match="2 MB, il massimo è 1 MB"):
        check_kind(b"%PDF-" + bytes(2**20), max_bytes=2**20)
