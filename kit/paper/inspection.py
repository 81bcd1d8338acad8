"""The gate for uploaded PDFs: only what a reader can open without danger comes in."""

import re

from kit.errors import Refused
from kit.sandbox import LimitReached, Limits, Sandbox

MAX_BYTES = 10 * 2**20
_MIB = 2**20
# What programs of offices write in front by mistake: readers show such a file, and nothing that
# is another file as well (a page, a picture, an archive) begins like that.
_BEGINS = re.compile(rb"(?:\xef\xbb\xbf)?[\t\n\r ]{0,32}%PDF-")
_LIMITS = Limits(memory_mib=1024, cpu_s=3, wall_s=10, result_mib=1)
_sandbox = Sandbox("kit.paper.walk:walk", at_once=2, patience_s=15)


def check_pdf(content: bytes, *, field: str | None = None, max_bytes: int = MAX_BYTES) -> None:
    """Look through an uploaded PDF in a child process with limits.

    Every object is walked, compressed ones too, so nothing hides from a search of the
    bytes. Raises Refused with a sentence that says what to do: not a PDF from its first
    byte (blanks and a mark of UTF-8 apart), too large, encrypted, broken, or carrying scripts,
    actions that start by themselves, embedded files, XFA forms or media. Raises TooBusy when
    the gate is full.
    """
    if len(content) > max_bytes:
        raise Refused(
            "Il file è troppo grande: {size} MB, il massimo è {most} MB."
            " Salvalo con immagini più piccole e caricalo di nuovo.",
            field=field,
            size=-(-len(content) // _MIB),
            most=max_bytes // _MIB,
        )
    if not _BEGINS.match(content):
        raise Refused(
            "Questo file non è un PDF. Salvalo o scansionalo come PDF e caricalo di nuovo.",
            field=field,
        )
    try:
        _sandbox.run(_LIMITS, content)
    except Refused as refusal:
        refusal.field = field
        raise
    except LimitReached:
        raise Refused(
            "Questo PDF è troppo complicato da controllare."
            " Stampalo in un nuovo PDF e carica quello.",
            field=field,
        ) from None
