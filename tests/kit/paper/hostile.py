"""A corpus of hostile PDFs, made here: small clean documents, changed."""

import io
from collections.abc import Callable

import pikepdf
from pikepdf import Array, Dictionary, Name

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


def opens_at_its_first_page(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = Array([pdf.pages[0].obj, Name.XYZ, 0, 792, 0])


def with_a_link(pdf: pikepdf.Pdf) -> None:
    link = action(Name.URI, URI="https://www.provincia.cremona.it")
    pdf.pages[0].Annots = Array(
        [Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=link)]
    )
