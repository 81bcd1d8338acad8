"""Reading what people typed: every error at once, nothing typed lost."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from io import BytesIO

import multipart

from kit.clock import instant_from_local
from kit.errors import Invalid, Message, Refused
from kit.money import parse_euro

MAX_FIELDS = 6000
MAX_MEMORY = 4 * 1024 * 1024
EMAIL = re.compile(  # what kit.mail can send to: ASCII, and a name with a dot behind the @
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9-]{1,63}\.)+[a-z]{2,63}", re.ASCII
)
# Letters that nobody types and nobody sees, pasted along from elsewhere: they turn the direction
# of a line, or stand for nothing at all (noncharacters), and no printed page may carry them.
_UNSEEN = re.compile(
    "[\x80-\x9f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufff9-\ufffb"
    + "".join(chr(plane + end) for plane in range(0, 0x110000, 0x10000) for end in (0xFFFE, 0xFFFF))
    + "]"
)
_LINE_END = re.compile("[\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffd]")


@dataclass(frozen=True)
class Upload:
    """A file as it came: its name is only ever shown, never used as a path."""

    filename: str
    media_type: str
    content: bytes


@dataclass
class Form:
    """The fields of a submitted form, its readers and the errors they found."""

    values: dict[str, str] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)
    errors: dict[str, Message] = field(default_factory=dict)

    def add_error(self, name: str, message: Message | Refused) -> None:
        """Say what is wrong with a field; the first error of a field stays."""
        found = message.message if isinstance(message, Refused) else message
        self.errors.setdefault(name, found)

    def check(self) -> None:
        """Raise Invalid when any reader found an error."""
        if self.errors:
            raise Invalid(self.errors)

    def raw(self, name: str) -> str:
        """The field as typed, without surrounding blanks; empty when it is not there."""
        return self.values.get(name, "").strip()

    def text(
        self, name: str, *, required: bool = True, max_length: int = 200, multiline: bool = False
    ) -> str:
        """Read a line (or lines) of text, at most `max_length` characters.

        In a line a tab (pasted from a sheet) is a blank, and nothing may break it: titles and
        names become subjects of letters.
        """
        value = self.raw(name).replace("\r\n", "\n")
        if not multiline:
            value = value.replace("\t", " ")
        if not multiline and len(value.splitlines()) > 1:
            self.add_error(name, Message("Scrivi su una sola riga."))
        elif len(value) > max_length:
            self.add_error(
                name,
                Message(
                    "Il testo è troppo lungo: {length} caratteri, il massimo è {max_length}.",
                    length=len(value),
                    max_length=max_length,
                ),
            )
        elif required and not value:
            self._missing(name)
        return value

    def email(self, name: str, *, required: bool = True) -> str:
        """Read an e-mail address, in lower case."""
        value = self.raw(name).lower()
        if not value:
            if required:
                self._missing(name)
        elif len(value) > 254 or not EMAIL.fullmatch(value):
            self.add_error(
                name, Message("Scrivi un indirizzo e-mail completo, per esempio nome@esempio.it.")
            )
        return value

    def integer(
        self, name: str, *, minimum: int = 0, maximum: int = 10**12, required: bool = True
    ) -> int | None:
        """Read a whole number between bounds; points may group thousands."""
        value = self._given(name, required=required)
        if value is None:
            return None
        if not re.fullmatch(r"-?\d{1,15}|-?\d{1,3}(\.\d{3}){1,4}", value, re.ASCII):
            self.add_error(name, Message("Scrivi un numero intero, per esempio 3."))
            return None
        return self._bounded(name, int(value.replace(".", "")), minimum, maximum)

    def euro(
        self,
        name: str,
        *,
        minimum: int = 0,
        maximum: int = 10**11,
        required: bool = True,
    ) -> int | None:
        """Read an amount in euro and give it in cents."""
        value = self._given(name, required=required)
        if value is None:
            return None
        cents = parse_euro(value) if len(value) <= 30 and value.isascii() else None
        if cents is None:
            self.add_error(name, Message("Scrivi un importo in euro, per esempio 12,50."))
            return None
        if not minimum <= cents <= maximum:
            self.add_error(name, Message("L'importo è fuori dai limiti ammessi."))
            return None
        return cents

    def decimal(
        self,
        name: str,
        *,
        minimum: Decimal = Decimal(0),
        maximum: Decimal = Decimal(10**9),
        required: bool = True,
    ) -> Decimal | None:
        """Read an exact decimal number; comma or point."""
        value = self._given(name, required=required)
        if value is None:
            return None
        try:
            if not re.fullmatch(r"-?\d{1,12}([.,]\d{1,6})?", value, re.ASCII):
                raise InvalidOperation
            number = Decimal(value.replace(",", "."))
        except InvalidOperation:
            self.add_error(name, Message("Scrivi un numero, per esempio 7,5."))
            return None
        if not minimum <= number <= maximum:
            self.add_error(
                name,
                Message(
                    "Scrivi un numero tra {minimum} e {maximum}.", minimum=minimum, maximum=maximum
                ),
            )
            return None
        return number

    def quantity(
        self, name: str, unit: str, *, maximum: int = 10**9, required: bool = True
    ) -> int | None:
        """Read a quantity into the smallest unit: kg and litres may have 3 decimals."""
        if unit == "piece":
            return self.integer(name, maximum=maximum, required=required)
        number = self.decimal(name, maximum=Decimal(maximum) / 1000, required=required)
        if number is None:
            return None
        scaled = number * 1000
        if scaled != scaled.to_integral_value():
            self.add_error(name, Message("Usa al massimo tre decimali, per esempio 1,250."))
            return None
        return int(scaled)

    def day(self, name: str, *, required: bool = True) -> date | None:
        """Read a day as a date input sends it (YYYY-MM-DD)."""
        value = self._given(name, required=required)
        if value is None:
            return None
        try:
            found = date.fromisoformat(value)
        except ValueError:
            found = None
        if found is None or not 1900 <= found.year <= 2200:
            self.add_error(name, Message("Scrivi una data valida, per esempio 03/12/2026."))
            return None
        return found

    def instant(self, name: str, *, required: bool = True) -> datetime | None:
        """Read a local date and time of Europe/Rome and give the instant in UTC."""
        value = self._given(name, required=required)
        if value is None:
            return None
        try:
            local = datetime.fromisoformat(value)
            if local.tzinfo is not None or not 1900 <= local.year <= 2200:
                raise ValueError
            return instant_from_local(local)
        except Refused as refused:
            self.add_error(name, refused)
        except ValueError:
            self.add_error(name, Message("Scrivi giorno e ora, per esempio 03/12/2026 20:00."))
        return None

    def choice(self, name: str, allowed: list[str] | tuple[str, ...]) -> str:
        """Read one of the allowed values."""
        value = self.raw(name)
        if value not in allowed:
            self.add_error(name, Message("Scegli una delle possibilità."))
        return value

    def flag(self, name: str) -> bool:
        """Read a checkbox."""
        return self.raw(name) in {"1", "on", "true", "yes"}

    def _given(self, name: str, *, required: bool) -> str | None:
        """The field as typed; None, with its error where it is required, when it is empty."""
        value = self.raw(name)
        if not value and required:
            self._missing(name)
        return value or None

    def _missing(self, name: str) -> None:
        self.add_error(name, Message("Questo campo serve: compilalo."))

    def _bounded(self, name: str, value: int, minimum: int, maximum: int) -> int | None:
        if minimum <= value <= maximum:
            return value
        self.add_error(
            name,
            Message(
                "Scrivi un numero tra {minimum} e {maximum}.", minimum=minimum, maximum=maximum
            ),
        )
        return None


def parse(content_type: str, body: bytes) -> Form:
    """Read an url-encoded or multipart body strictly.

    Raises Refused with status 400 for what no browser sends: broken parts, too many
    fields, invalid UTF-8, control characters.
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
        for name, value in fields.iterallitems():
            if _CONTROL.search(name) or _CONTROL.search(value):
                raise ValueError("control character")
            value = _UNSEEN.sub("", _LINE_END.sub("\n", value))
            form.values.setdefault(name, value)
            form.lists.setdefault(name, []).append(value)
        for name, part in files.iterallitems():
            form.files.setdefault(name, _upload(part))
    except (multipart.MultipartError, ValueError, LookupError) as error:
        raise bad_request() from error
    return form


def _upload(part: multipart.MultipartPart) -> Upload:
    named = (part.filename or "").replace("\\", "/").split("/")[-1]
    filename = _UNSEEN.sub("", _LINE_END.sub("", _CONTROL.sub("", named)))[:150]
    content = part.raw
    part.close()
    return Upload(filename, (part.content_type or "")[:100], content)


def bad_request() -> Refused:
    """Make the answer to a request that cannot be read at all."""
    refused = Refused("La richiesta non si può leggere. Torna indietro e riprova.")
    refused.status = 400
    return refused
