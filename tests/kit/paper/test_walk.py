"""The walk through a PDF, against a corpus of hostile files: whatever is live in it is found."""

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from kit.errors import Refused
from kit.paper import walk as walks
from kit.paper.walk import walk
from tests.kit.paper.hostile import (
    PLAIN,
    action,
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
        (many_pages, r"1\.001 pagine"),
        (no_page, "rovinato"),
    ],
)
def test_a_document_with_something_live_is_refused_in_words(change, words):
    with pytest.raises(Refused, match=words):
        walk(document(change))


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
