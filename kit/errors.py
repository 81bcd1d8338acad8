"""What can go wrong in a way that a person should read about."""

from collections.abc import Callable, Mapping
from typing import Any


class Message:
    """A sentence for a person: Italian source text and the values it names.

    The text is translated and filled only where it is shown (`kit.words.text.render`), so
    that pure rules may speak without knowing a language. `str()` gives the Italian.
    """

    __slots__ = ("text", "values")

    def __init__(self, text: str, /, **values: Any) -> None:
        self.text = text
        self.values = values

    def __str__(self) -> str:
        return self.text.format(**self.values) if self.values else self.text

    def __repr__(self) -> str:
        return f"Message({self.text!r}, {self.values!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and (self.text, self.values) == (
            other.text,
            other.values,
        )

    def __hash__(self) -> int:
        return hash(self.text)


class Counted(Message):
    """A sentence that depends on a number: its text is for one, `many` for any other.

    Made by `kit.sentences.counted`, which writes the number. `n` is what grammar asks for: the
    count itself, or 1 and 2 where a quantity or an amount is named.
    """

    __slots__ = ("many", "n")

    def __init__(self, n: int, one: str, many: str, /, **values: Any) -> None:
        super().__init__(one, **values)
        self.many, self.n = many, n

    def __str__(self) -> str:
        return (self.text if self.n == 1 else self.many).format(**self.values)

    def __repr__(self) -> str:
        return f"Counted({self.n!r}, {self.text!r}, {self.many!r}, {self.values!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Counted) and (self.n, self.text, self.many, self.values) == (
            other.n,
            other.text,
            other.many,
            other.values,
        )

    __hash__ = Message.__hash__


class PersonError(Exception):
    """An expected error: carries its HTTP status and a sentence for the person."""

    status = 400

    def __init__(self, text: str | Message, /, **values: Any) -> None:
        self.message = text if isinstance(text, Message) else Message(text, **values)
        super().__init__(str(self.message))


class Refused(PersonError):
    """A rule says no (409). `field` names the input it belongs to, if one does.

    `remember` is run by kit in a second short transaction after the rollback, where
    the refusal itself must leave a trace (a failed sign-in, a late submission).
    """

    status = 409
    remember: Callable[[Any], None] | None = None

    def __init__(self, text: str | Message, /, field: str | None = None, **values: Any) -> None:
        super().__init__(text, **values)
        self.field = field


class Invalid(PersonError):
    """One or more fields cannot be read (422): field name to sentence."""

    status = 422

    def __init__(self, errors: Mapping[str, Message]) -> None:
        super().__init__(Message("Controlla i campi segnalati."))
        self.errors = dict(errors)


class NotFound(PersonError):
    """Absent, or not yours: the answer is the same (404)."""

    status = 404

    def __init__(self) -> None:
        super().__init__(Message("Questa pagina non esiste, oppure non è tua."))


class Forbidden(PersonError):
    """The request itself cannot be trusted (403), for example a foreign form."""

    status = 403


class TooLarge(PersonError):
    """More was sent than is taken in (413)."""

    status = 413

    def __init__(self) -> None:
        super().__init__(Message("Quello che hai mandato è troppo grande."))


class TooMany(PersonError):
    """Too many tries (429)."""

    status = 429

    def __init__(self, text: str | Message, retry_after_s: int) -> None:
        super().__init__(text)
        self.retry_after_s = retry_after_s


class NoRoom(PersonError):
    """No room on the disk for what is to be kept (507)."""

    status = 507

    def __init__(self) -> None:
        super().__init__(Message("Non c'è più spazio per quello che mandi. Riprova più tardi."))
        self.retry_after_s = 60


class TooBusy(PersonError):
    """No place in the queue now (503)."""

    status = 503

    def __init__(self, retry_after_s: int = 5) -> None:
        super().__init__(Message("In questo momento siamo in tanti. Riprova tra qualche secondo."))
        self.retry_after_s = retry_after_s
