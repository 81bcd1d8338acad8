"""The printer: both standards, whatever the bytes, and nothing fetched that is not our own."""

import io
import socket
import threading
from contextlib import contextmanager
from datetime import UTC, datetime

import pikepdf
import pytest

from kit.paper import pdf
from kit.paper.pdf import Attachment
from tests.kit.pdf_checks import check_both_standards, embedded, page_of, words
from tests.waiting import until

AT = datetime(2026, 12, 3, 19, 0, 0, tzinfo=UTC)


@contextmanager
def listener():
    """A server that counts who calls."""
    calls = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        stop = threading.Event()

        def answer():
            while not stop.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                calls.append(connection.recv(100))
                connection.close()

        thread = threading.Thread(target=answer)
        thread.start()
        yield server.getsockname()[1], calls
        stop.set()
        thread.join()


def test_a_hostile_document_fetches_and_embeds_nothing(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("parola segreta 4711")
    with listener() as (port, calls):
        http, file = f"http://127.0.0.1:{port}", f"file://{secret}"
        made = pdf.from_html(
            page_of(
                f"""<a rel=attachment href="{file}">x</a> <a rel=attachment href="{http}/a">x</a>
                <img alt=x src="{http}/b"> <img alt=x src="{file}"> <img alt=x src="{secret}">
                <object data="{http}/c"></object> <embed src="{file}">
                <iframe src="{http}/d"></iframe>
                <svg width=9 height=9><title>x</title><image href="{http}/e" width=9 height=9 />
                <use href="{http}/f#x"/><use href="{file}#x"/></svg>
                <img alt=x src="asset:../../../etc/passwd"> <img alt=x src="asset:fonts/../x">
                <span style="background: url({http}/g)">x</span>
                <span style="background: url({file})">x</span>""",
                f"""<link rel=attachment href="{file}"><link rel=attachment href="{http}/h">
                <link rel=attachment href="data:text/plain,parola"><base href="{http}/">
                <link rel=stylesheet href="{http}/i"><link rel=stylesheet href="j.css">
                <style>@import url("{http}/k"); @import url("{file}");
                @font-face {{ font-family: y; src: url("{http}/l"), url("{file}") }}
                body {{ font-family: y; list-style: url({http}/m); content: url({http}/n) }}
                @page {{ background: url({http}/o) }}</style>""",
            )
        )
        # Calls are answered in their order: ours comes after any the document made.
        with socket.create_connection(("127.0.0.1", port)) as last:
            last.sendall(b"last")
        until(lambda: b"last" in calls, "our own call")
    assert calls == [b"last"]
    assert embedded(made) == {}
    assert "parola segreta" not in words(made)
    assert "root:" not in words(made)


@pytest.mark.parametrize("length", range(12))
def test_no_stream_ends_in_doubt_whatever_its_bytes(length):
    check_both_standards(pdf.from_html(page_of("x" * length), created=AT))


def test_attached_files_travel_inside_and_both_standards_still_hold():
    content = b'"nome";"euro"\r\n"Giulia";"1,00"\r\n'
    given = Attachment("dati.csv", "Gli stessi dati", content, "Source")
    made = pdf.from_html(page_of("x"), attachments=[given], created=AT)
    check_both_standards(made)
    assert embedded(made) == {"dati.csv": content}
    with pikepdf.open(io.BytesIO(made)) as file:
        spec = file.attachments["dati.csv"]
        assert (spec.description, str(spec.relationship)) == ("Gli stessi dati", "/Source")


def test_our_own_mark_and_typefaces_are_given_out():
    bare = pdf.from_html(page_of("x"), created=AT)
    marked = pdf.from_html(page_of('<img alt="x" src="asset:mark.svg">'), created=AT)
    absent = pdf.from_html(page_of('<img alt="x" src="asset:no.svg">'), created=AT)
    check_both_standards(marked)
    assert drawn(marked) > drawn(absent) + 500
    with pikepdf.open(io.BytesIO(bare)) as file:
        fonts = str([item.BaseFont for item in file.objects if base_font(item)])
    assert "Titillium" in fonts


def drawn(made: bytes) -> int:
    """How much is drawn on the first page, its forms included (bytes)."""
    with pikepdf.open(io.BytesIO(made)) as file:
        page = file.pages[0]
        forms = [form.read_bytes() for form in page.resources.get("/XObject", {}).values()]
        return len(page.Contents.read_bytes()) + sum(map(len, forms))


def base_font(item: pikepdf.Object) -> bool:
    return isinstance(item, pikepdf.Dictionary) and "/BaseFont" in item


def test_the_instants_of_the_document_are_the_one_that_was_given():
    made = pdf.from_html(page_of("x"), created=AT)
    with pikepdf.open(io.BytesIO(made)) as file, file.open_metadata() as known:
        found = {known[name] for name in ("xmp:CreateDate", "xmp:ModifyDate")}
    assert found == {"2026-12-03T19:00:00Z"}


def test_what_both_standards_claim_is_read_without_unpacking():
    """ISO 19005-3, 6.6.2.1: whoever keeps archives looks for it with simple means."""
    made = pdf.from_html(page_of("x"), created=AT)
    assert made.count(b"<pdfuaid:part>1</pdfuaid:part>") == 1
    assert b"pdfaid" in made
