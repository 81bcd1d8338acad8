"""The gate for uploaded PDFs, against a corpus of hostile files made here."""

import io
import time
import zlib
from collections.abc import Callable

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from kit.errors import Refused
from kit.paper.inspection import check_pdf

PLAIN = pikepdf.ObjectStreamMode.disable
Change = Callable[[pikepdf.Pdf], None]


def document(change: Change | None = None, **options) -> bytes:
    """A small clean PDF, changed, with its objects packed away in compressed streams."""
    target = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        if change is not None:
            change(pdf)
        options.setdefault("object_stream_mode", pikepdf.ObjectStreamMode.generate)
        pdf.save(target, **options)
    return target.getvalue()


def action(kind: Name, **more) -> Dictionary:
    return Dictionary(Type=Name.Action, S=kind, **more)


def open_script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = action(Name.JavaScript, JS="app.alert(1)")


def script_in_names(pdf: pikepdf.Pdf) -> None:
    script = pdf.make_indirect(action(Name.JavaScript, JS=pdf.make_stream(b"app.alert(1)")))
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array(["a", script])))


def launch(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].Annots = Array(
        [Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=action(Name.Launch))]
    )


def page_action(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].AA = Dictionary(O=action(Name.URI, URI="https://example.org"))


def open_address(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pdf.make_indirect(action(Name.URI, URI="https://example.org"))


def open_page_then_script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = action(Name.GoTo, D=Array([0]), Next=action(Name.URI, URI="x:"))


def attachment(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["virus.exe"] = b"MZ"


def attachment_annotation(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].Annots = Array(
        [Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, Rect=[0, 0, 9, 9])]
    )


def xfa(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=pdf.make_stream(b"<xdp/>"))


def rich_media(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].Annots = Array(
        [Dictionary(Type=Name.Annot, Subtype=Name.RichMedia, Rect=[0, 0, 9, 9])]
    )


def forgotten_script(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].PieceInfo = Dictionary(A=Array([Array([Dictionary(B=Dictionary(JS="aaaaaaaa"))])]))


def many_pages(pdf: pikepdf.Pdf) -> None:
    for _ in range(1000):
        pdf.add_blank_page()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (open_script, "azioni che partono da sole"),
        (script_in_names, "JavaScript"),
        (launch, "azioni che partono da sole"),
        (page_action, "azioni che partono da sole"),
        (open_address, "azioni che partono da sole"),
        (open_page_then_script, "azioni che partono da sole"),
        (attachment, "altri file"),
        (attachment_annotation, "altri file"),
        (xfa, "XFA"),
        (rich_media, "audio, video"),
        (forgotten_script, "JavaScript"),
        (many_pages, "1001 pagine"),
    ],
)
def test_a_document_with_something_live_is_refused_in_words(change, words):
    content = document(change)
    with pytest.raises(Refused, match=words) as refusal:
        check_pdf(content, field="attachment")
    assert refusal.value.field == "attachment"


def test_the_corpus_hides_its_scripts_from_a_search_of_the_bytes():
    assert b"JavaScript" not in document(script_in_names)


def test_a_name_written_with_escapes_is_read_as_what_it_means():
    plain = document(forgotten_script, object_stream_mode=PLAIN)
    # Same length, so that the offsets stay: the value loses what the name gains.
    hidden = plain.replace(b"/JS (aaaaaaaa)", b"/J#53 (aaaaaa)")
    assert hidden != plain
    with pytest.raises(Refused, match="JavaScript"):
        check_pdf(hidden)


@pytest.mark.parametrize("password", ["", "segreto"])
def test_an_encrypted_document_is_refused_even_with_an_empty_password(password):
    content = document(encryption=pikepdf.Encryption(user=password, owner="padrone"))
    with pytest.raises(Refused, match="password"):
        check_pdf(content)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\x00",
        b"GIF89a%PDF-1.7",
        b"\n%PDF-1.7\n",
        b"\xef\xbb\xbf%PDF-1.7\n",
        b"<html>%PDF-1.7",
        b"PK\x03\x04",
    ],
)
def test_what_is_not_a_pdf_from_its_first_byte_is_refused(content):
    with pytest.raises(Refused, match="non è un PDF"):
        check_pdf(content)


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


def test_a_file_above_the_limit_is_refused_unread():
    with pytest.raises(Refused, match="2 MB, il massimo è 1 MB"):
        check_pdf(b"%PDF-" + bytes(2**20), max_bytes=2**20)


def opens_at_its_first_page(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = Array([pdf.pages[0].obj, Name.XYZ, 0, 792, 0])


def with_a_link(pdf: pikepdf.Pdf) -> None:
    link = action(Name.URI, URI="https://www.provincia.cremona.it")
    pdf.pages[0].Annots = Array(
        [Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=link)]
    )


@pytest.mark.parametrize("change", [None, opens_at_its_first_page, with_a_link])
def test_an_ordinary_document_passes(change):
    check_pdf(document(change))
