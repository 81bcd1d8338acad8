"""Checking what is typed in an application: drafts are never refused, only described."""

import re
from collections.abc import Iterable, Mapping

from calls.applications.rules.application_sections import Field
from kit.errors import Message
from kit.typed import Reader

_TAX_CODE = re.compile(
    r"^[A-Z]{6}[0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]$"
)
_PHONE = re.compile(r"^\+?[0-9][0-9 ./-]{4,28}$", re.ASCII)


def errors(fields: Iterable[Field], values: Mapping[str, str]) -> dict[str, Message]:
    """Say what is missing or cannot be read in some fields: field name to sentence."""
    reader = Reader(values)
    for field in fields:
        _check(reader, field)
    return reader.errors


def _check(reader: Reader, field: Field) -> None:
    typed = reader.typed(field.name)
    if not typed and not field.required:
        return
    match field.kind:
        case "euro":
            reader.euro(field.name, required=field.required)
        case "day":
            reader.day(field.name)
        case "choice":
            reader.choice(field.name, [value for value, _ in field.options])
        case "municipality":
            if not re.match(r"^(\d{6}|elsewhere)$", typed, re.ASCII):
                reader.wrong(field.name, Message("Scegli il comune dall'elenco."))
        case "flag":
            if not reader.flag(field.name):
                reader.wrong(field.name, Message("Per inviare serve questa conferma."))
        case _:
            reader.text(field.name, required=field.required, longest=field.longest)
    if field.name == "tax_code" and typed and not _TAX_CODE.match(typed.upper()):
        reader.wrong(
            field.name, Message("Il codice fiscale ha 16 lettere e numeri: ricontrollalo.")
        )
    if field.name == "phone" and typed and not _PHONE.match(typed):
        reader.wrong(field.name, Message("Scrivi un numero di telefono, per esempio 0372 123456."))
