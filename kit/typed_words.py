"""What is said of a typed field that cannot be read: one sentence for each kind of fault."""

from datetime import date

from kit.errors import Message
from kit.sentences import counted

MISSING = Message("Questo campo serve: compilalo.")
NOT_A_CHOICE = Message("Scegli una delle possibilità.")
NO_DAY = Message("Scrivi una data valida, per esempio {example}.", example="03/12/2026")
NO_INSTANT = Message("Scrivi giorno e ora, per esempio {example}.", example="03/12/2026 20:00")


def too_fine(places: int, example: str) -> Message:
    """A number of more decimals than a field takes."""
    return counted(
        places,
        "Usa al massimo {n} decimale, per esempio {example}.",
        "Usa al massimo {n} decimali, per esempio {example}.",
        example=example,
    )


def not_between(minimum: str, maximum: str) -> Message:
    """An amount of money out of its bounds."""
    return Message(
        "L'importo è fuori dai limiti: da {minimum} a {maximum}.",
        minimum=minimum,
        maximum=maximum,
    )


def two_ways(typed: str, example: str, other: str) -> Message:
    """A number that may be read in two ways, and both of them fit."""
    return Message(
        "«{typed}» si legge in due modi: scrivi {example} oppure {other}.",
        typed=typed,
        example=example,
        other=other,
    )


def foreign_unit(typed: str, unit: str, example: str) -> Message:
    """A quantity with another unit than that of its field."""
    return Message(
        "«{typed}» non è l'unità di questo campo: scrivi il numero in {unit}, per "
        "esempio {example}.",
        typed=typed,
        unit=unit,
        example=example,
    )


def last_minute(ended: date) -> Message:
    """The hour 24 of a day, which is no hour of a clock."""
    return Message(
        "Le 24:00 non ci sono: per la fine del giorno scrivi {example}.",
        example=f"{ended:%d/%m/%Y} 23:59",
    )
