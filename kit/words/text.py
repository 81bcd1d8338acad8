"""Words and figures as people read them: translation, money, dates, quantities."""

from contextvars import ContextVar
from datetime import date, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.dates import format_date, format_datetime, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from kit import sentences
from kit.clock import to_rome
from kit.errors import Counted, Message

LANGUAGES = {"it": "Italiano", "en": "English"}
SOURCE = "it"
FOLDER = Path(__file__).resolve().parents[2] / "locale"
_BABEL = {"it": "it", "en": "en_GB"}

locale: ContextVar[str] = ContextVar("locale", default=SOURCE)


@cache
def translations(language: str) -> NullTranslations:
    """Load and merge the catalogues of all houses for a language (Italian is the source)."""
    merged: NullTranslations | None = None
    for path in sorted((FOLDER / language / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language)
        compiled = BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        loaded = Translations(compiled)
        merged = loaded if merged is None else merged.merge(loaded)  # type: ignore[attr-defined]
    return merged or NullTranslations()


def gettext(text: str) -> str:
    """Translate an Italian sentence into the language of the request or job."""
    return translations(locale.get()).ugettext(text) if text else ""


def ngettext(singular: str, plural: str, n: int) -> str:
    """Translate a sentence that depends on a count."""
    return translations(locale.get()).ungettext(singular, plural, n)


def render(message: Message | str) -> str:
    """Translate a message and fill in its values (nested messages, days and instants included)."""
    if isinstance(message, str):
        return gettext(message)
    if isinstance(message, Counted):
        translated = ngettext(message.text, message.many, message.n)
    else:
        translated = gettext(message.text)
    if not message.values:
        return translated
    return translated.format(**{name: _shown(value) for name, value in message.values.items()})


def _shown(value: Any) -> Any:
    """Write what a sentence names in the language of the sentence."""
    if isinstance(value, Message):
        return render(value)
    if isinstance(value, datetime):
        return when(value)
    return day(value) if isinstance(value, date) else value


def blocks(typed: str) -> list[tuple[str, list[str]]]:
    """Part a typed text into paragraphs ("p", one line each) and lists ("ul", their items).

    A list is typed as people do: each line begins with a hyphen, a dash, a dot or a star and a
    blank. Empty lines part paragraphs and say nothing else. The words stay plain: whoever shows
    them escapes them.
    """
    found: list[tuple[str, list[str]]] = []
    for line in typed.splitlines():
        said = line.strip()
        item = said[2:].strip() if said[:2] in _BULLETS else ""
        if item and found and found[-1][0] == "ul":
            found[-1][1].append(item)
        elif said:
            found.append(("ul", [item]) if item else ("p", [said]))
    return found


_BULLETS = ("- ", "– ", "— ", "• ", "* ", "· ")


def file_size(size: int) -> str:
    """Write how large a file is, in kB begun: 6.2 kB is 7 kB, everywhere the same."""
    return f"{sentences.decimal(-(-size // 1024))} kB"


def negotiate(header: str) -> str:
    """Choose a language we speak from an Accept-Language header; Italian otherwise."""
    weighted: list[tuple[float, str]] = []
    for part in header[:500].split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            weight = 0.0
        weighted.append((-weight, tag.split("-")[0].lower()))
    return next((tag for _, tag in sorted(weighted) if tag in LANGUAGES), SOURCE)


# Amounts and numbers read the same in every language (see kit.sentences).
money, price, number = sentences.euro, sentences.price, sentences.decimal


def quantity(value: int, unit: str) -> str:
    """Write a quantity of the smallest unit with a unit people use: 1250 g is 1,25 kg."""
    return render(sentences.quantity(value, unit)).replace(" ", "\u00a0")


def day(value: date | datetime) -> str:
    """Write a day with its weekday: mercoledì 3 dicembre 2026 (the year if not this one)."""
    civil = to_rome(value).date() if isinstance(value, datetime) else value
    return str(format_date(civil, "EEEE d MMMM yyyy", locale=_babel()))


def when(instant: datetime) -> str:
    """Write an instant in the time of Rome: mercoledì 3 dicembre 2026, ore 20:00.

    A bound that was set to the second says it (ore 23:54:07): what is told is what is applied.
    What merely happened carries the microseconds of the clock, and is told to the minute.
    """
    civil = to_rome(instant)
    shown = format_datetime(civil, "EEEE d MMMM yyyy", locale=_babel())
    set_to_the_second = civil.second and not civil.microsecond
    clock = format_time(civil, "HH:mm:ss" if set_to_the_second else "HH:mm", locale=_babel())
    return gettext("{day}, ore {clock}").format(day=shown, clock=clock)


def when_precise(instant: datetime) -> str:
    """Write an instant with seconds and zone, as a receipt needs it."""
    civil = to_rome(instant)
    shown = format_datetime(civil, "EEEE d MMMM yyyy", locale=_babel())
    offset = civil.strftime("%z")
    clock = f"{civil:%H:%M:%S} (UTC{offset[:3]}:{offset[3:]})"
    return gettext("{day}, ore {clock}").format(day=shown, clock=clock)


def clock_time(instant: datetime) -> str:
    """Write only the hour and minute in Rome."""
    return f"{to_rome(instant):%H:%M}"


def remaining(until: datetime, now: datetime) -> str:
    """Say how long is left: tra 2 giorni e 4 ore; empty when the instant has passed."""
    left = until - now
    if left <= timedelta(0):
        return ""
    minutes = int(left.total_seconds() // 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [
        (days, ngettext("{n} giorno", "{n} giorni", days)),
        (hours, ngettext("{n} ora", "{n} ore", hours)),
        (rest, ngettext("{n} minuto", "{n} minuti", rest)),
    ]
    shown = [words.format(n=n) for n, words in parts if n][:2]
    if not shown:
        return gettext("tra meno di un minuto")
    if len(shown) == 1:
        return gettext("tra {time}").format(time=shown[0])
    return gettext("tra {first} e {second}").format(first=shown[0], second=shown[1])


def _babel() -> str:
    return _BABEL[locale.get()]


def typed_quantity(value: int, per: int) -> str:
    """Write a quantity as an input field takes it back: in units of `per` smallest ones.

    `per` is a power of ten (1000: kilograms for grams); empty for nothing.
    """
    return sentences.typed_decimal(value, len(str(per)) - 1)
