"""What every document of ours must be: archival, accessible, with its words in it."""

import io

import page
import pikepdf

PROFILES = (page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1)


def check_both_standards(pdf: bytes) -> None:
    """Fail with the broken rules of PDF/A-3a or PDF/UA-1."""
    limits = page.SafetyLimits.unlimited()
    for profile in PROFILES:
        report = page.validate_pdf_bytes(pdf, profile=profile, limits=limits)
        assert report.is_compliant, f"{profile}: {[str(f) for f in report.failures][:5]}"
    check_stream_lengths(pdf)


def check_stream_lengths(pdf: bytes) -> None:
    """Second opinion, without the validator: both claims are made, every stream opens."""
    with pikepdf.open(io.BytesIO(pdf), attempt_recovery=False) as file:
        metadata = file.Root.Metadata.read_raw_bytes()
        assert b"<pdfuaid:part>1<" in metadata or b'pdfuaid:part="1"' in metadata
        assert b"pdfaid" in metadata
        for item in file.objects:
            if isinstance(item, pikepdf.Stream):
                item.read_bytes()
        assert file.get_warnings() == []


def words(pdf: bytes) -> str:
    """The text of a document as a reader without eyes gets it: its structure's own order."""
    from subprocess import run

    done = run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode()


def embedded(pdf: bytes) -> dict[str, bytes]:
    """The files inside a document by name."""
    with pikepdf.open(io.BytesIO(pdf)) as file:
        return {name: spec.get_file().read_bytes() for name, spec in file.attachments.items()}


def page_of(body: str, head: str = "") -> str:
    """The HTML of the smallest document that both standards take."""
    return (
        f"<!doctype html><html lang=it><head><title>Prova</title>{head}</head>"
        f"<body><h1>Prova</h1><p>{body}</p></body></html>"
    )
