"""What stands in a file beside its document."""

import io
import zipfile

import pytest

from kit.paper import behind
from tests.kit.paper.hostile import PLAIN, added, document

PDF = document(object_stream_mode=PLAIN)
NOTE = added(PDF, 90, b"<< /Note (uno) >>")


def archive(comment=b""):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        made.writestr("a.exe", b"MZ" * 100)
        made.comment = comment
    return target.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        PDF,
        document(),
        document(linearize=True),
        PDF.rstrip(),
        PDF + b"\r\n\r\n",
        PDF + bytes(3000),
        PDF + b"\x1a",
        PDF + b"%%EOF\n",
        PDF + b"% uno scanner scrive qui il suo nome\n",
        PDF.replace(b"\n%%EOF", b"\r\n%%EOF"),
        NOTE,
        added(NOTE, 91, b"<< /Note (due) >>"),
        added(PDF + b"\r\n\r\n", 90, b"<< >>"),
        document() + b"PK\5\6",
    ],
)
def test_a_document_with_one_end_or_several_is_alone(content):
    assert not behind.is_something(content) or content.endswith(b"PK\5\6")


@pytest.mark.parametrize(
    "more",
    [
        b"<html><script>alert(1)</script></html>",
        b"x",
        archive(),
        PDF,
        b"\n" * 40 + PDF,
        b"MZ\x90",
        b"%PDF-1.7\n",
        bytes(2000) + b"<html>",
    ],
)
def test_whatever_else_follows_is_found(more):
    assert behind.is_something(PDF + more)
    assert behind.is_something(added(PDF + more, 90, b"<< >>")), "also between two ends"


def test_an_archive_that_takes_the_documents_end_for_its_comment_is_found():
    head = PDF[: PDF.index(b"trailer")]
    tail = PDF[len(head) :]
    both = head + archive(tail)
    assert both.startswith(b"%PDF") and zipfile.is_zipfile(io.BytesIO(both))
    assert behind.is_something(both)
