"""Checking what is typed in an application: drafts are never refused, only described."""

import re
from collections.abc import Iterable, Mapping

from calls.applications.rules.application_sections import LARGEST_AMOUNT, Field
from kit import codes, spelled
from kit.errors import Message
from kit.typed import Reader

_PHONE = re.compile(r"(?:\+?[0-9]{1,4} ?)?(?:\([0-9]{1,5}\) ?)?\+?[0-9][0-9 ./-]{4,28}", re.ASCII)


def errors(fields: Iterable[Field], values: Mapping[str, str]) -> dict[str, Message]:
    """Say what is missing or cannot be read in some fields: field name to sentence."""
    reader = Reader(values)
    for field in fields:
        _check(reader, field)
        if field.kind == "tax_code" and field.name not in reader.errors:
            _check_birth_day(reader, field)
    return reader.errors


def shown(fields: Iterable[Field], values: Mapping[str, str]) -> dict[str, str]:
    """Give what some fields show of a draft; a date as browsers write it."""
    found = {}
    for field in fields:
        found[field.name] = value = values.get(field.name, "")
        if field.kind == "day" and (day := spelled.day(value)) is not None:
            found[field.name] = day.isoformat()
    return found


def flags(fields: Iterable[Field]) -> frozenset[str]:
    """The fields that are boxes: without a tick a browser sends nothing."""
    return frozenset(field.name for field in fields if field.kind == "flag")


def _check_birth_day(reader: Reader, field: Field) -> None:
    """Compare a tax code with the day of birth typed beside it, where both can be read."""
    beside = Reader({"birth_day": reader.raw("birth_day")})
    day, code = beside.day("birth_day"), codes.person_tax_code(reader.raw(field.name))
    if day is not None and isinstance(code, str) and not codes.born_on(code, day):
        reader.add_error(
            field.name,
            Message(
                "Il codice fiscale non è di chi è nato il {day}: ricontrolla il codice o la data "
                "di nascita.",
                day=f"{day:%d/%m/%Y}",
            ),
        )


def _check(reader: Reader, field: Field) -> None:
    name, typed = field.name, reader.raw(field.name)
    if not typed and not field.required:
        return
    match field.kind:
        case "euro":
            if not typed:
                reader.add_error(name, Message("Manca l'importo. Se non c'è, scrivi 0."))
            reader.euro(name, maximum=LARGEST_AMOUNT)
        case "day":
            reader.day(name)
        case "choice":
            reader.choice(name, [value for value, _ in field.options])
        case "municipality":
            if not re.match(r"^(\d{6}|elsewhere)$", typed, re.ASCII):
                reader.add_error(name, Message("Scegli il comune dall'elenco."))
        case "flag":
            if not reader.flag(name):
                reader.add_error(name, Message("Per inviare serve questa conferma."))
        case "tax_code":
            reader.code(name, codes.person_tax_code)
        case "phone":
            _check_phone(reader, field)
        case _:
            multiline = field.kind == "area"
            reader.text(name, max_length=field.longest, multiline=multiline)


def _check_phone(reader: Reader, field: Field) -> None:
    typed = reader.text(field.name, max_length=field.longest)
    if typed and not _PHONE.fullmatch(spelled.tidy(typed)):
        reader.add_error(
            field.name,
            Message("Scrivi un numero di telefono, per esempio {example}.", example="0372 123456"),
        )
