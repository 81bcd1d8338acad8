"""Numbers as people read them, in sentences and in fields; sentences kept in the database.

The one place for how a number is written and what it does to the sentence around it: sign,
thousands, singular and plural.

Numbers are written the Italian way in every language, as money is on every receipt here:
a page that said 1,234 households beside 1.234,50 € would be read wrong by a thousand. Figures are
integers, scaled where they have decimals; a float is a TypeError.
"""

from collections.abc import Sequence
from decimal import Decimal
from operator import index
from typing import Any

from kit.canonical import decimal_text
from kit.errors import Counted, Message
from kit.money import MICROS_PER_CENT

_ASKED = {
    ("g", 1000): Message("{n} kg"),
    ("g", 100): Message("{n} etti"),
    ("g", 1): Message("{n} g"),
    ("ml", 1000): Message("{n} l"),
    ("ml", 100): Message("{n} dl"),
    ("ml", 10): Message("{n} cl"),
    ("ml", 1): Message("{n} ml"),
}


def decimal(value: int, places: int = 0) -> str:
    """Write an integer scaled by 10**places, without idle zeros (1250, 3: 1,25)."""
    whole, rest = divmod(abs(index(value)), 10**places)
    shown = _grouped(whole)
    if rest:
        shown += "," + f"{rest:0{places}d}".rstrip("0")
    return ("-" if value < 0 else "") + shown


def number(value: Decimal) -> str:
    """Write a mark, a weight or a bound in its shortest form, never grouped: 7,5."""
    return comma(decimal_text(value))


def bound(value: Decimal | int) -> str:
    """Write the bound of a field: thousands in groups, decimals where it has any (1.000.000)."""
    whole, _, rest = decimal_text(Decimal(value)).partition(".")
    shown = _grouped(int(whole.removeprefix("-")))
    return ("-" if whole.startswith("-") else "") + shown + (f",{rest}" if rest else "")


def comma(text: str) -> str:
    """Write canonical decimals ("7.5", several too) with the Italian comma."""
    return text.replace(".", ",")


def amount(cents: int) -> str:
    """Write cents as 1.234,50, for where the sign of the euro stands beside."""
    whole, rest = divmod(abs(index(cents)), 100)
    return f"{'-' if cents < 0 else ''}{_grouped(whole)},{rest:02d}"


def euro(cents: int) -> str:
    """Write cents as 1.234,50 €."""
    return f"{amount(cents)}\u00a0€"


def price(micros: int) -> str:
    """Write a price in millionths of a euro with all its decimals, two at least: 0,275 €."""
    return f"{_price(micros)}\u00a0€"


def quantity(value: int, unit: str) -> Message:
    """Name a quantity of the smallest unit in words that can be put into another sentence."""
    if unit == "g":
        return _weight(value)
    if unit == "ml":
        if abs(value) < 1000:
            return Message("{n} ml", n=decimal(value))
        return Message("{n} l", n=decimal(value, 3))
    if abs(value) == 1:
        return Message("{n} pezzo", n=decimal(value))
    return Message("{n} pezzi", n=decimal(value))


def asked_quantity(value: int, unit: str, per: int) -> Message:
    """Name a quantity in the unit a field asks in, of `per` smallest units: 1,5 etti, 0,05 kg."""
    if unit == "piece":
        return quantity(value, unit)
    n = decimal(value, len(str(per)) - 1)
    if (unit, per) == ("g", 100) and abs(value) == per:
        return Message("{n} etto", n=n)
    return Message(_ASKED[unit, per].text, n=n)


def counted(n: int, one: str, many: str, /, **values: Any) -> Message:
    """Choose the sentence for one or for any other number, in every language; {n} is the number.

    Both texts stand literally where this is called, so that the catalogues find them. What is
    said where there is nothing is another sentence: "0 famiglie" is no answer.
    """
    return Counted(n, one, many, **{"n": decimal(n), **values})


def many_of(value: int, unit: str, per: int = 0) -> int:
    """Give the grammatical number of a quantity: 1 where it is read as one (1 pezzo, 1 kg).

    With `per` it is read as `asked_quantity` writes it.
    """
    large = 1 if unit == "piece" else 1000
    return 1 if abs(index(value)) in ((per,) if per else (1, large)) else 2


def many_euro(cents: int) -> int:
    """Give the grammatical number of an amount: 1 for exactly one euro."""
    return 1 if abs(index(cents)) == 100 else 2


def listing(words: Sequence[Message], *, last: bool = True) -> Message:
    """Put words in a row, the last one after "e" (or not): a, b e c. Needs at least one."""
    if len(words) == 1:
        return words[0]
    if len(words) == 2 and last:
        return Message("{one} e {other}", one=words[0], other=words[1])
    return Message("{one}, {rest}", one=words[0], rest=listing(words[1:], last=last))


def typed_decimal(value: int, places: int = 0) -> str:
    """Write an integer scaled by 10**places as a field takes it back; empty for nothing.

    Never grouped: 1.250 in a field of kilograms can be read in two ways.
    """
    return decimal(value, places).replace(".", "") if value else ""


def typed_euro(cents: int) -> str:
    """Write cents as a field of euro takes them back (1.234,50); empty for nothing."""
    return amount(cents) if cents else ""


def typed_price(micros: int) -> str:
    """Write a price as a field takes it back (1.234,50; 0,275); empty for nothing."""
    return _price(micros) if micros else ""


def pack(message: Message) -> tuple[str, dict[str, Any]]:
    """Take a sentence apart for keeping: the Italian text, and its values as JSON.

    It is translated when it is read, not when it is written. Values may be strings, integers
    and sentences; TypeError for anything else, because what is kept must read the same in
    ten years. A counted sentence is kept inside another one, which says only that.
    """
    if isinstance(message, Counted):
        message = Message("{said}", said=message)
    return message.text, {name: _packed(value) for name, value in message.values.items()}


def unpack(
    text: str, values: dict[str, Any], many: str | None = None, n: int | None = None
) -> Message:
    """Put together again what `pack` took apart; `many` and `n` make it a counted sentence."""
    named = {
        name: unpack(**value) if isinstance(value, dict) else value
        for name, value in values.items()
    }
    if many is None or n is None:
        return Message(text, **named)
    return Counted(n, text, many, **named)


def keep(message: Message | None) -> dict[str, Any] | None:
    """Turn a sentence into one JSON value; None stays None."""
    return None if message is None else _packed(message)


def recall(kept: dict[str, Any] | None) -> Message | None:
    """Read back a sentence written by `keep`."""
    return None if kept is None else unpack(**kept)


def advised(why: Message, advice: Message) -> Message:
    """Make a sentence of what is wrong and one of what to do: the second can be left out."""
    return Message("{why} {advice}", why=why, advice=advice)


def apart(message: Message) -> tuple[Message, Message | None]:
    """Give what is wrong and what to do of a sentence; only the first where it has one part."""
    if message.values.keys() == {"why", "advice"}:
        return message.values["why"], message.values["advice"]
    return message, None


def _price(micros: int) -> str:
    cents, rest = divmod(abs(micros), MICROS_PER_CENT)
    tail = f"{rest:04d}".rstrip("0") if rest else ""
    return ("-" if micros < 0 else "") + amount(cents) + tail


def _grouped(whole: int) -> str:
    return f"{whole:,}".replace(",", ".")


def _weight(value: int) -> Message:
    if abs(value) < 1000:
        return Message("{n} g", n=decimal(value))
    return Message("{n} kg", n=decimal(value, 3))


def _packed(value: object) -> Any:
    if isinstance(value, Message):
        values = {name: _packed(inner) for name, inner in value.values.items()}
        whole = {"many": value.many, "n": value.n} if isinstance(value, Counted) else {}
        return {"text": value.text, "values": values, **whole}
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError(f"a kept sentence holds strings, integers and sentences, not {value!r}")
    return value
