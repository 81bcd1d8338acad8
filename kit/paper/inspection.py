"""The gate for uploaded PDFs: only what a reader can open without danger comes in."""

import re

from kit.errors import Message, Refused
from kit.sandbox import LimitReached, Limits, Sandbox
from kit.sentences import advised

MAX_BYTES = 10 * 2**20
_MIB = 2**20
# What programs of offices write in front by mistake: readers show such a file, and nothing that
# is another file as well (a page, a picture, an archive) begins like that.
_BEGINS = re.compile(rb"(?:\xef\xbb\xbf)?[\t\n\r ]{0,32}%PDF-")
_LIMITS = Limits(memory_mib=1024, cpu_s=3, wall_s=10, result_mib=1)
_sandbox = Sandbox("kit.paper.walk:walk", at_once=2, patience_s=15)


PRINT_ANEW = Message("Stampalo in un nuovo PDF e carica quello.")
TOO_COMPLICATED = advised(Message("Questo PDF è troppo complicato da controllare."), PRINT_ANEW)
_SIGNED = Message(
    "Questo è un documento firmato (.p7m), e qui serve il PDF che c'è dentro: caricalo senza "
    "firma, o firmalo in formato PAdES, che resta un PDF."
)
_PHOTO = Message(
    "Questa è una fotografia. Scansionala come PDF: lo sa fare anche il telefono, dall'app con "
    "cui fai le foto o dalle note."
)
_OFFICE = Message(
    "Questo è un documento di un programma per scrivere. Aprilo, salvalo come PDF e carica quello."
)
_OTHER = Message("Questo file non è un PDF. Salvalo o scansionalo come PDF e caricalo di nuovo.")
# How what people upload by mistake begins: signed envelopes (DER), JPEG, PNG, HEIC, TIFF, then
# zipped documents of an office and older ones.
_SIGNED_DATA = rb"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"  # 1.2.840.113549.1.7.2 (RFC 5652)
_BINARY = rb"\x30(?:\x80|[\x81-\x84].{1,4})" + _SIGNED_DATA
_ADVICE = (
    (re.compile(_BINARY + rb"|-----BEGIN (?:PKCS7|CMS)-----", re.DOTALL), _SIGNED),
    (
        re.compile(rb"\xff\xd8\xff|\x89PNG\r\n|.{4}ftyp(?:hei|mif|avif)|II\*\0|MM\0\*", re.DOTALL),
        _PHOTO,
    ),
    (re.compile(rb"PK\x03\x04|\xd0\xcf\x11\xe0|\{\\rtf"), _OFFICE),
)


def _advice(content: bytes) -> Message:
    """Say what a file is that is no PDF, and what to do with it."""
    return next((said for begins, said in _ADVICE if begins.match(content)), _OTHER)


def check_kind(content: bytes, *, field: str | None = None, max_bytes: int = MAX_BYTES) -> None:
    """Refuse what is no PDF by its first bytes, or too large: as cheap as it sounds.

    A sentence of Refused says what the file is and what to do. What passes is not looked through
    yet: `look_through` does that.
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
        raise Refused(_advice(content), field=field)


def look_through(content: bytes) -> None:
    """Look through a PDF in a child process with limits: seconds of work, for a job.

    Every object is walked, compressed ones too, so nothing hides from a search of the
    bytes. Raises Refused with a sentence that says what to do: encrypted, broken, too
    complicated (also one that becomes too large when it is opened), with something behind its
    end, or carrying scripts, actions that start by themselves, ways into other files, embedded
    files, XFA forms or media. What was signed or annotated has several ends, and passes. Raises
    TooBusy when the gate is full.
    """
    try:
        _sandbox.run(_LIMITS, content)
    except LimitReached:
        raise Refused(TOO_COMPLICATED) from None
