"""A corpus of hostile PDFs, made here: small clean documents, changed."""

import io
import zlib
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


def crowded(objects: int = 400_000, mark: bytes = b"") -> bytes:
    """A PDF that says nothing with very many objects, packed into one stream; `mark` makes it one
    of many that differ."""
    first = 7
    places = b"".join(b"%d %d " % (first + n, 5 * n) for n in range(objects))
    packed = zlib.compress(places + b"null " * objects, 1)
    told = b"/Type /ObjStm /N %d /First %d" % (objects, len(places))
    bodies = {
        2: b"<< /Type /Catalog /Pages 3 0 R >>",
        3: b"<< /Type /Pages /Count 1 /Kids [4 0 R] >>",
        4: b"<< /Type /Page /Parent 3 0 R /MediaBox [0 0 9 9] /Resources << >> >>",
        5: _stream(told, packed),
    }
    out, rows = b"%PDF-1.7\n%" + mark + b"\n", [bytes(8), bytes(8)]
    for number, body in bodies.items():
        rows.append(b"\1" + len(out).to_bytes(4) + bytes(3))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    rows.append(b"\1" + len(out).to_bytes(4) + bytes(3))
    rows += [b"\2" + (5).to_bytes(4) + n.to_bytes(3) for n in range(objects)]
    told = b"/Type /XRef /Size %d /W [1 4 3] /Root 2 0 R" % (first + objects)
    table = _stream(told, zlib.compress(b"".join(rows), 1))
    return out + b"6 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF" % (table, len(out))


def added(content: bytes, number: int, body: bytes, more: bytes = b"") -> bytes:
    """A document with an object added behind its end, as a program that signs or annotates does.

    `more` goes into the new trailer.
    """
    before = content[content.rindex(b"startxref") + 9 :].split()[0]
    trailer = content[content.rindex(b"trailer") : content.rindex(b"startxref")]
    root = trailer[trailer.index(b"/Root") + 5 :].split()[:2]
    out = content if content.endswith(b"\n") else content + b"\n"
    place = len(out)
    out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n%d 1\n%010d 00000 n \n" % (number, place)
    told = (number + 1, b" ".join(root), before, more)
    out += b"trailer\n<< /Size %d /Root %s R /Prev %s %s >>\n" % told
    return out + b"startxref\n%d\n%%%%EOF\n" % table


def of_stream(packed: bytes, told: bytes = b"/Filter /FlateDecode") -> Change:
    """A page whose content is these bytes, packed as it is said."""

    def change(pdf: pikepdf.Pdf) -> None:
        stream = pikepdf.Stream(pdf, packed)
        for name, value in pikepdf.Object.parse(b"<<%s>>" % told).items():
            stream[name] = value
        pdf.pages[0].Contents = pdf.make_indirect(stream)

    return change


def _stream(told: bytes, packed: bytes) -> bytes:
    head = b"<< %s /Filter /FlateDecode /Length %d >>\nstream\n" % (told, len(packed))
    return head + packed + b"\nendstream"
