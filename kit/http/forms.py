"""Submitted forms: parsed strictly, read by `kit.typed`, nothing typed lost."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

import multipart

from kit import shown, spelled
from kit.errors import Message, Refused, TooLarge
from kit.typed import Reader

MAX_FIELDS = 6000
MAX_MEMORY = 4 * 1024 * 1024
# Signs that nobody types and nobody sees, pasted along from elsewhere: they control devices,
# turn the direction of a line, or stand for nothing at all (noncharacters), and neither the
# database nor a printed page may carry them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufff9-\ufffb"
    + "".join(chr(plane + end) for plane in range(0, 0x110000, 0x10000) for end in (0xFFFE, 0xFFFF))
    + "]"
)
# How slides, old documents and other machines end a line or a page.
_LINE_END = re.compile("[\x0b\x0c\x85\u2028\u2029]|\r(?!\n)")
_MEANWHILE = Message(
    "Intanto questo è cambiato: guarda che cosa è salvato adesso. "
    "Se premi di nuovo resta quello che hai scritto tu."
)
_UNNAMED = "senza-nome"
# How a browser sends the end of a line in the name of a file (HTML, 4.10.21.8).
_SENT_END = re.compile("%0D%0A|%0D|%0A", re.IGNORECASE)
_LOST = "\ufffd"  # what stands for a sign that was lost before it was pasted
_RESUMED = Message(
    "Quello che avevi scritto è qui e non è ancora salvato: controlla e premi di nuovo."
)
_TOO_LARGE = Message(
    "«{name}» è troppo grande: un invio arriva al massimo a {most} MB. Scegli un file che stia "
    "nel limite scritto qui accanto."
)


@dataclass(frozen=True)
class Upload:
    """A file as it came: its name is only ever shown, never used as a path."""

    filename: str
    media_type: str
    content: bytes


@dataclass
class Form(Reader):
    """The fields of a submitted form with its files, and the errors found in it.

    The form of something that is kept knows in `saved` what is saved of each field, as the
    field shows it: its page then says what it showed (`kit.shown`). `clashes` has the saved
    texts of fields that were changed both there and on the page: what stands beside them.

    A form is `resumed` when it was typed in a session that has ended: nothing of it may be saved
    before it was looked at again. `check` raises then, whatever else is right.

    `address` is the path it was sent to. `twin` is the key and the page of what was made of the
    same words a moment ago (`kit.http.keyed`): the form asks whether another is wanted.
    """

    values: dict[str, str] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)
    saved: Mapping[str, str] | None = None
    clashes: Mapping[str, str] = field(default_factory=dict)
    resumed: bool = False
    address: str = ""
    twin: tuple[str, str] | None = None

    @classmethod
    def showing(
        cls, saved: Mapping[str, str], errors: Mapping[str, Message] | None = None
    ) -> "Form":
        """Make the form of something kept: name to text, as its fields show it."""
        return cls(values=dict(saved), errors=dict(errors or {}), saved=dict(saved))

    def meet(
        self,
        saved: Mapping[str, str],
        *,
        flags: Collection[str] = (),
        together: Sequence[str] = (),
    ) -> frozenset[str]:
        """Merge what was typed into what is saved, read under the lock of the change.

        Afterwards `values` has what is to be saved. Gives the names that were changed on this
        page alone; what both changed keeps what was typed and gets an error, so that `check`
        raises and the page asks. `flags` are the checkboxes of the page: without a tick a
        browser sends nothing. Other fields that were not sent stay as they are saved. `together`
        are names that mean something only with the first of them (`kit.shown.merge`). A resumed
        form shows what is saved beside everything that was changed, since days may have passed.
        """
        merged = self._merged(saved, flags, together)
        self.saved, self.clashes = dict(saved), merged.clashes
        self.values.update(merged.values)
        for name in flags:
            if not self.values.get(name):
                self.values.pop(name, None)
        for name in merged.clashes:
            self.add_error(name, _MEANWHILE)
        if self.resumed:
            stands = {name: saved[name] for name in merged.mine if shown.plain(saved[name])}
            self.clashes = {**stands, **merged.clashes}
        return merged.mine

    def unsaved(self, saved: Mapping[str, str], *, flags: Collection[str] = ()) -> dict[str, str]:
        """Tell what was changed on this page and does not stand saved: name to typed text.

        For a page that comes too late: what it says in vain is shown to whoever wrote it.
        """
        merged = self._merged(saved, flags)
        changed = merged.mine | merged.clashes.keys()
        return {name: text for name, text in merged.values.items() if name in changed}

    def _merged(
        self, saved: Mapping[str, str], flags: Collection[str], together: Sequence[str] = ()
    ) -> shown.Merged:
        typed = {name: self.values[name] for name in saved if name in self.values}
        typed.update({name: "" for name in flags if name not in self.values})
        marks = {name: self.values.get(shown.PREFIX + name, "") for name in saved}
        return shown.merge(saved, typed, marks, together=together)

    def resume(self, fields: Mapping[str, list[str]] | None = None) -> None:
        """Make this the form that was typed before: with `fields`, else with what it holds.

        Its files are gone: no page can show a file again, and nobody is to keep one meanwhile.
        """
        if fields is not None:
            self.lists = {name: list(texts) for name, texts in fields.items()}
            self.values = {name: texts[0] for name, texts in self.lists.items()}
        self.files, self.resumed = {}, True
        self.add_error("", _RESUMED)

    def beside(self, saved: Mapping[str, str]) -> None:
        """Show what is saved now beside each field that was typed differently.

        For the forms of something kept that do not `meet` it; `saved` has what people read.
        """
        self.clashes = {
            name: now
            for name, now in saved.items()
            if name in self.values and shown.plain(self.values[name]) != shown.plain(now)
        }


def parse(content_type: str, body: bytes) -> Form:
    """Read an url-encoded or multipart body strictly.

    What is pasted along unseen is left out, so that the rest of the page is not lost. Raises
    Refused with status 400 for what no browser sends: broken parts, too many fields, invalid
    UTF-8, control characters in the name of a field.
    """
    form = Form()
    if not body:
        return form
    _check_charset(content_type)
    environ = {
        "wsgi.input": BytesIO(body),
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "REQUEST_METHOD": "POST",
    }
    try:
        fields, files = multipart.parse_form_data(
            environ,
            strict=True,
            memory_limit=MAX_MEMORY,
            disk_limit=32 * 1024 * 1024,
            part_limit=MAX_FIELDS,
        )
        if not is_multipart(content_type):
            unquote_to_bytes(body).decode()  # the library would write U+FFFD for broken UTF-8
        for name, value in fields.iterallitems():
            _add(form, name, value)
        for name, part in files.iterallitems():
            form.files.setdefault(name, _upload(part))
    except (multipart.MultipartError, ValueError, LookupError) as error:
        raise bad_request() from error
    return form


def parse_cut(content_type: str, head: bytes, tail: bytes, *, most: int) -> Form:
    """Read the fields around a file that was too large to be taken in; the file says so.

    `head` and `tail` are the two ends of a multipart body, `most` is how many bytes are taken.
    Raises TooLarge where it is not a file that was too large, Refused as `parse`.
    """
    _check_charset(content_type)
    try:
        _, options = multipart.parse_options_header(content_type)
        boundary = options.get("boundary", "")
        form, large = Form(), _whole_parts(boundary, head)
        fields, file = large.fields, large.unfinished
        cut = b"\r\n--" + boundary.encode()
        if cut in tail:
            fields += _whole_parts(boundary, tail[tail.index(cut) + 2 :]).fields
        for name, value in fields[:MAX_FIELDS]:
            _add(form, name, value.decode())
    except (multipart.MultipartError, ValueError, LookupError) as error:
        raise bad_request() from error
    if file is None:
        raise TooLarge
    named = _shown_name(file.filename)
    form.add_error(file.name, Message(_TOO_LARGE.text, name=named, most=most // 2**20))
    return form


class _Parts(NamedTuple):
    fields: list[tuple[str, bytes]]
    unfinished: multipart.MultipartSegment | None


def _whole_parts(boundary: str, piece: bytes) -> _Parts:
    """Read the parts of a body that are in a piece of it whole, and the file that is not."""
    parser = multipart.PushMultipartParser(boundary, strict=True)
    fields: list[tuple[str, bytes]] = []
    segment, content = None, b""
    for event in parser.parse(piece):
        if isinstance(event, multipart.MultipartSegment):
            segment, content = event, b""
        elif event is None and segment is not None:
            if not segment.filename:
                fields.append((segment.name, content))
            segment = None
        else:
            content += event
    return _Parts(fields, segment if segment is not None and segment.filename else None)


def is_multipart(content_type: str) -> bool:
    """Tell whether a body is one that may bring files."""
    return content_type.lower().startswith("multipart/")


def _check_charset(content_type: str) -> None:
    if "charset" in content_type.lower() and "utf-8" not in content_type.lower():
        raise bad_request()


def _add(form: Form, name: str, value: str) -> None:
    if not name.isprintable():
        raise ValueError("control character")
    value = seen(value)
    form.values.setdefault(name, value)
    form.lists.setdefault(name, []).append(value)


def seen(value: str) -> str:
    """Leave out what nobody sees; whoever sees a sign that was lost can mend it."""
    return _UNSEEN.sub("", _LINE_END.sub("\n", value)).replace(_LOST, "?")


def _upload(part: multipart.MultipartPart) -> Upload:
    filename = _shown_name(part.filename or "")
    content = part.raw
    part.close()
    return Upload(filename, (part.content_type or "")[:100], content)


def _shown_name(filename: str) -> str:
    """A file's name as it can be shown: in one line, and never empty to the eye."""
    named = _SENT_END.sub(" ", filename).replace("\\", "/").split("/")[-1]
    shown_ = spelled.one_line(spelled.visible(seen(named)))[:150].strip()
    return shown_ if spelled.says_something(shown_) else _UNNAMED if filename else ""


def bad_request() -> Refused:
    """Make the answer to a request that cannot be read at all."""
    refused = Refused("La richiesta non si può leggere. Torna indietro e riprova.")
    refused.status = 400
    return refused
