"""Submitted forms: parsed strictly, read by `kit.typed`, nothing typed lost."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from urllib.parse import unquote_to_bytes

import multipart

from kit import shown
from kit.errors import Message, Refused
from kit.typed import Reader

MAX_FIELDS = 6000
MAX_MEMORY = 4 * 1024 * 1024
# Signs that nobody types and nobody sees, pasted along from elsewhere: they control devices,
# turn the direction of a line, or stand for nothing at all (noncharacters), and neither the
# database nor a printed page may carry them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufff9-\ufffb"
    + "".join(chr(plane + end) for plane in range(0, 0x110000, 0x10000) for end in (0xFFFE, 0xFFFF))
    + "]"
)
# How slides and old documents end a line or a page.
_LINE_END = re.compile("[\x0b\x0c\u2028\u2029]")
_MEANWHILE = Message(
    "Intanto questo è cambiato: guarda che cosa è salvato adesso. "
    "Se premi di nuovo resta quello che hai scritto tu."
)
_LOST = "\ufffd"  # what stands for a sign that was lost before it was pasted


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
    texts of fields that were changed both there and on the page.
    """

    values: dict[str, str] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)
    saved: Mapping[str, str] | None = None
    clashes: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def showing(
        cls, saved: Mapping[str, str], errors: Mapping[str, Message] | None = None
    ) -> "Form":
        """Make the form of something kept: name to text, as its fields show it."""
        return cls(values=dict(saved), errors=dict(errors or {}), saved=dict(saved))

    def meet(self, saved: Mapping[str, str], *, flags: Collection[str] = ()) -> frozenset[str]:
        """Merge what was typed into what is saved, read under the lock of the change.

        Afterwards `values` has what is to be saved. Gives the names that were changed on this
        page alone; what both changed keeps what was typed and gets an error, so that `check`
        raises and the page asks. `flags` are the checkboxes of the page: without a tick a
        browser sends nothing. Other fields that were not sent stay as they are saved.
        """
        merged = self._merged(saved, flags)
        self.saved, self.clashes = dict(saved), merged.clashes
        self.values.update(merged.values)
        for name in flags:
            if not self.values.get(name):
                self.values.pop(name, None)
        for name in merged.clashes:
            self.add_error(name, _MEANWHILE)
        return merged.mine

    def unsaved(self, saved: Mapping[str, str], *, flags: Collection[str] = ()) -> dict[str, str]:
        """Tell what was changed on this page and does not stand saved: name to typed text.

        For a page that comes too late: what it says in vain is shown to whoever wrote it.
        """
        merged = self._merged(saved, flags)
        changed = merged.mine | merged.clashes.keys()
        return {name: text for name, text in merged.values.items() if name in changed}

    def _merged(self, saved: Mapping[str, str], flags: Collection[str]) -> shown.Merged:
        typed = {name: self.values[name] for name in saved if name in self.values}
        typed.update({name: "" for name in flags if name not in self.values})
        marks = {name: self.values.get(shown.PREFIX + name, "") for name in saved}
        return shown.merge(saved, typed, marks)


def parse(content_type: str, body: bytes) -> Form:
    """Read an url-encoded or multipart body strictly.

    What is pasted along unseen is left out, so that the rest of the page is not lost. Raises
    Refused with status 400 for what no browser sends: broken parts, too many fields, invalid
    UTF-8, control characters in the name of a field.
    """
    form = Form()
    if not body:
        return form
    if "charset" in content_type.lower() and "utf-8" not in content_type.lower():
        raise bad_request()
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
        if not content_type.lower().startswith("multipart/"):
            unquote_to_bytes(body).decode()  # the library would write U+FFFD for broken UTF-8
        for name, value in fields.iterallitems():
            if not name.isprintable():
                raise ValueError("control character")
            value = _seen(value)
            form.values.setdefault(name, value)
            form.lists.setdefault(name, []).append(value)
        for name, part in files.iterallitems():
            form.files.setdefault(name, _upload(part))
    except (multipart.MultipartError, ValueError, LookupError) as error:
        raise bad_request() from error
    return form


def _seen(value: str) -> str:
    """Leave out what nobody sees; whoever sees a sign that was lost can mend it."""
    return _UNSEEN.sub("", _LINE_END.sub("\n", value)).replace(_LOST, "?")


def _upload(part: multipart.MultipartPart) -> Upload:
    named = (part.filename or "").replace("\\", "/").split("/")[-1]
    filename = _seen(_LINE_END.sub("", named))[:150]
    content = part.raw
    part.close()
    return Upload(filename, (part.content_type or "")[:100], content)


def bad_request() -> Refused:
    """Make the answer to a request that cannot be read at all."""
    refused = Refused("La richiesta non si può leggere. Torna indietro e riprova.")
    refused.status = 400
    return refused
