"""The walk through a PDF, against a corpus of hostile files: whatever is live in it is found."""

from collections.abc import Callable

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from kit.errors import Refused
from kit.paper import walk as walks
from kit.paper.walk import walk
from kit.sentences import apart
from tests.kit.paper.hostile import (
    PLAIN,
    action,
    added,
    attachment,
    attachment_annotation,
    document,
    forgotten_script,
    launch,
    many_pages,
    open_address,
    open_page_then_script,
    open_script,
    opens_at_its_first_page,
    page_action,
    rich_media,
    script_in_names,
    with_a_link,
    xfa,
)


def form_that_sends(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AcroForm = Dictionary(Fields=Array([Dictionary(A=action(Name.SubmitForm))]))


def clicked(kind: Name) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        there = action(kind, F="altro.pdf", D=Array([0, Name.Fit]))
        pdf.pages[0].Annots = Array([Dictionary(Subtype=Name.Link, Rect=[0, 0, 9, 9], A=there)])

    return change


into_another_file = clicked(Name.GoToR)
into_its_own_file = clicked(Name.GoToE)
data_from_elsewhere = clicked(Name.ImportData)


def signed(content: bytes) -> bytes:
    """As a program that signs by PAdES leaves it: a field and its signature, added twice."""
    field = b"<< /FT /Sig /T (Firma) /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /V 91 0 R >>"
    value = b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached"
    value += b" /ByteRange [0 9 99 9] /Contents <" + b"00" * 4000 + b">"
    value += b" /Reference [<< /Type /SigRef /TransformMethod /DocMDP >>] >>"
    return added(added(content, 90, field), 91, value)


def office(pdf: pikepdf.Pdf) -> None:
    """What programs of offices write: an outline, labels, a field to fill in, a note, marks."""
    page = pdf.pages[0].obj
    note = Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=[0, 0, 9, 9], Contents="Visto")
    there = Dictionary(Subtype=Name.Link, Rect=[0, 0, 9, 9], A=action(Name.GoTo, D="qui"))
    named = Dictionary(Subtype=Name.Link, Rect=[0, 0, 9, 9], A=action(Name.Named, N=Name.NextPage))
    field = Dictionary(FT=Name.Tx, T="nome", V="Anna", Subtype=Name.Widget, Rect=[0, 0, 9, 9])
    page.Annots = Array([note, there, named, pdf.make_indirect(field)])
    pdf.Root.AcroForm = Dictionary(Fields=Array([page.Annots[3]]), SigFlags=3)
    pdf.Root.Names = Dictionary(Dests=Dictionary(Names=Array(["qui", Array([page, Name.Fit])])))
    pdf.Root.PageLabels = Dictionary(Nums=Array([0, Dictionary(S=Name.r)]))
    pdf.Root.MarkInfo = Dictionary(Marked=True)
    pdf.Root.Lang = "it-IT"
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem("Inizio", 0))
    with pdf.open_metadata() as meta:
        meta["dc:title"] = "Visura"
        meta["pdfaid:part"] = "2"


def sound(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].Annots = Array([Dictionary(Type=Name.Annot, Subtype=Name.Sound)])


def no_page(pdf: pikepdf.Pdf) -> None:
    del pdf.pages[0]


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
        (form_that_sends, "azioni che partono da sole"),
        (sound, "audio, video"),
        (into_another_file, "aprono altri file"),
        (into_its_own_file, "aprono altri file"),
        (data_from_elsewhere, "azioni che partono da sole"),
        (many_pages, r"1\.001 pagine"),
        (no_page, "rovinato"),
    ],
)
def test_a_document_with_something_live_is_refused_in_words(change, words):
    with pytest.raises(Refused, match=words) as refusal:
        walk(document(change))
    assert apart(refusal.value.message)[1], "what to do can be left out"


def test_the_corpus_hides_its_scripts_from_a_search_of_the_bytes():
    assert b"JavaScript" not in document(script_in_names)


def test_a_name_written_with_escapes_is_read_as_what_it_means():
    plain = document(forgotten_script, object_stream_mode=PLAIN)
    # Same length, so that the offsets stay: the value loses what the name gains.
    hidden = plain.replace(b"/JS (aaaaaaaa)", b"/J#53 (aaaaaa)")
    assert hidden != plain
    with pytest.raises(Refused, match="JavaScript"):
        walk(hidden)


@pytest.mark.parametrize("password", ["", "segreto"])
def test_an_encrypted_document_is_refused_even_with_an_empty_password(password):
    content = document(encryption=pikepdf.Encryption(user=password, owner="padrone"))
    with pytest.raises(Refused, match="password"):
        walk(content)


@pytest.mark.parametrize("change", [None, opens_at_its_first_page, with_a_link])
def test_an_ordinary_document_passes_with_the_number_of_its_pages(change):
    assert walk(document(change)) == b"1"


@pytest.mark.parametrize(
    "content",
    [
        document(office),
        document(office, linearize=True),
        document(office, object_stream_mode=PLAIN, min_version="1.4"),
        document(force_version="2.0"),
        added(document(object_stream_mode=PLAIN), 90, b"<< /Note (rivisto) >>"),
        signed(document(office, object_stream_mode=PLAIN)),
        signed(document(object_stream_mode=PLAIN)) + bytes(512),
        document(object_stream_mode=PLAIN).replace(b"\n%%EOF", b"\r\n%%EOF\r\n\x1a"),
    ],
)
def test_what_offices_write_sign_and_annotate_passes(content):
    assert walk(content) == b"1"


def test_what_an_added_part_brings_is_looked_at():
    plain = document(object_stream_mode=PLAIN)
    with pytest.raises(Refused, match="JavaScript"):
        walk(added(plain, 90, b"<< /S /JavaScript /JS (app.alert) >>"))


def test_a_second_file_behind_the_end_is_refused_with_what_to_do():
    plain = document(object_stream_mode=PLAIN)
    with pytest.raises(Refused, match=r"c'è dell'altro.*Stampalo in un nuovo PDF"):
        walk(plain + b"<html></html>")


def test_as_many_pages_as_allowed_are_counted(monkeypatch):
    def three(pdf: pikepdf.Pdf) -> None:
        pdf.add_blank_page()
        pdf.add_blank_page()

    monkeypatch.setattr(walks, "MAX_PAGES", 3)
    assert walk(document(three)) == b"3"
    monkeypatch.setattr(walks, "MAX_PAGES", 2)
    with pytest.raises(Refused, match="3 pagine, il massimo è 2"):
        walk(document(three))


def test_a_name_of_something_live_that_is_only_a_word_harms_nobody():
    def titled(pdf: pikepdf.Pdf) -> None:
        pdf.docinfo["/Title"] = "/JavaScript e /Launch"
        pdf.pages[0].PieceInfo = Dictionary(A=Name.JavaScript, Kind=Array([Name.Launch]))

    assert walk(document(titled)) == b"1"


def test_what_is_live_deep_in_a_thing_of_its_own_is_found():
    def nested(pdf: pikepdf.Pdf) -> None:
        inner = pdf.make_indirect(Array([Array([Dictionary(A=Array([action(Name.Launch)]))])]))
        pdf.pages[0].PieceInfo = pdf.make_indirect(Dictionary(A=inner))

    with pytest.raises(Refused, match="azioni che partono da sole"):
        walk(document(nested))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7\n",
        document()[:-200],
        document(object_stream_mode=PLAIN).replace(b"/Pages", b"/Pigge"),
    ],
)
def test_what_the_parser_cannot_read_whole_is_broken(content):
    with pytest.raises(Refused, match="rovinato"):
        walk(content)
