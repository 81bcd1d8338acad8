"""Inside the child: walk every object of an uploaded PDF (see kit.paper.inspection).

A search of the raw bytes misses what lies in compressed object streams or is written
with escapes (/J#53), so the names are read from the parsed objects.
"""

import io
from typing import Any

import pikepdf

from kit.errors import Message, Refused
from kit.paper import behind, inflated
from kit.paper.inspection import PRINT_ANEW, TOO_COMPLICATED
from kit.sentences import advised, bound

MAX_PAGES = 1000

_SCRIPTS = frozenset({"/JS", "/JavaScript"})
_STARTS = frozenset({"/AA", "/Launch", "/ImportData", "/SubmitForm"})
_ELSEWHERE = frozenset({"/GoToR", "/GoToE"})
_FILES = frozenset({"/EmbeddedFiles", "/EmbeddedFile", "/EF", "/FileAttachment"})
_MEDIA = frozenset({"/RichMedia", "/Movie", "/Sound", "/Screen", "/3D", "/Rendition"})
_FORMS = frozenset({"/XFA"})
_NAMED = frozenset({"/S", "/Type", "/Subtype"})


def walk(content: bytes) -> bytes:
    """Refuse what a harmless document does not need; answer with the number of pages."""
    try:
        with pikepdf.open(io.BytesIO(content), attempt_recovery=False) as file:
            if file.is_encrypted:
                raise _encrypted()
            pages = len(file.pages)
            _refuse_length(pages)
            for item in (file.trailer, *file.objects):
                _inspect(item)
                if isinstance(item, pikepdf.Stream) and inflated.is_too_much(item):
                    raise Refused(TOO_COMPLICATED)
            if behind.is_something(content):
                raise _refused(
                    Message("Dopo la fine del PDF nel file c'è dell'altro, che nessuno vedrebbe."),
                    PRINT_ANEW,
                )
            if file.get_warnings():  # what our parser could not read, a viewer may
                raise _broken()
            return str(pages).encode()
    except pikepdf.PasswordError:
        raise _encrypted() from None
    except (pikepdf.PdfError, pikepdf.DataDecodingError, ValueError, TypeError, KeyError):
        raise _broken() from None


def _inspect(root: Any) -> None:
    """Look at one indirect object and all that is written directly inside it."""
    waiting = [root]
    while waiting:
        item = waiting.pop()
        if isinstance(item, pikepdf.Stream):
            item = item.stream_dict
        if isinstance(item, pikepdf.Dictionary):
            for key, value in item.items():
                _judge(key, value)
                if not _is_reference(value):
                    waiting.append(value)
        elif isinstance(item, pikepdf.Array):
            waiting.extend(value for value in item if not _is_reference(value))


def _is_reference(value: Any) -> bool:
    return bool(getattr(value, "is_indirect", False))


def _judge(key: str, value: Any) -> None:
    names = {key}
    if key in _NAMED and isinstance(value, pikepdf.Name):
        names.add(str(value))
    if names & _SCRIPTS:
        raise _refused(Message("Il PDF contiene comandi in JavaScript."), PRINT_ANEW)
    if names & _STARTS or (key == "/OpenAction" and not _only_opens_a_page(value)):
        raise _refused(Message("Il PDF contiene azioni che partono da sole."), PRINT_ANEW)
    if names & _ELSEWHERE:
        raise _refused(Message("Il PDF contiene collegamenti che aprono altri file."), PRINT_ANEW)
    if names & _FILES:
        raise _refused(
            Message("Il PDF contiene altri file."), Message("Toglili e carica ogni file da solo.")
        )
    if names & _FORMS:
        raise _refused(
            Message("Il PDF è un modulo che molti programmi non aprono (XFA)."), PRINT_ANEW
        )
    if names & _MEDIA:
        raise _refused(
            Message("Il PDF contiene audio, video o oggetti in 3D."),
            Message("Toglili e caricalo di nuovo."),
        )


def _only_opens_a_page(action: Any) -> bool:
    """Common word processors write where the first page is shown; that starts nothing."""
    if isinstance(action, pikepdf.Dictionary):
        return action.get("/S") == pikepdf.Name.GoTo and "/Next" not in action
    return isinstance(action, pikepdf.Array)


def _refuse_length(pages: int) -> None:
    if pages == 0:
        raise _broken()
    if pages > MAX_PAGES:
        why = Message(
            "Il PDF ha {pages} pagine, il massimo è {most}.",
            pages=bound(pages),
            most=bound(MAX_PAGES),
        )
        raise _refused(why, Message("Dividilo in più file."))


def _encrypted() -> Refused:
    return _refused(
        Message("Il PDF è protetto da una password."),
        Message("Salvane una copia senza password e carica quella."),
    )


def _broken() -> Refused:
    return _refused(
        Message("Il PDF è rovinato e non si apre bene."),
        Message("Salvalo o scansionalo di nuovo, poi caricalo."),
    )


def _refused(why: Message, advice: Message) -> Refused:
    """Say what is wrong, and what to do apart: where nothing can be brought only the first is."""
    return Refused(advised(why, advice))
