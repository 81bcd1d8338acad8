"""What a GDXP file says and nothing here uses yet: each thing is named, none is dropped unseen.

A file may hold more than its format: GASdotto writes discounts and transport by thresholds,
attachments, others what they please. Whoever imports a list reads of each, by supplier and by
product; only what `IGNORED` lists is left out, for the reason given there.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from kit.errors import Message
from kit.sentences import euro, number
from market.catalogue.rules.listed import OrderDates
from market.price_files.rules.gdxp_fields import Record, typed_number
from market.price_files.rules.strict_json import NoNumber, printable

_SENDER = "who sends the file is not who sells: only its name is read"
IGNORED: dict[str, str] = {
    "subject.global_id": _SENDER,
    "subject.taxCode": _SENDER,
    "subject.vatNumber": _SENDER,
    "subject.address": _SENDER,
    "subject.contacts": _SENDER,
}
"""Fields that are left out without a word, by their path, and why."""
_NOTHING: tuple[Any, ...] = (None, "", False, 0, [], {})
_NAMED_MAX = 8
_THRESHOLDS_MAX = 6
_KINDS = {"discount": Message("Sconto"), "shipping": Message("Trasporto")}
_OTHER_KIND = Message("Variazione")


def named(record: Record, unit: str = "") -> list[Message]:
    """Name in words what of a supplier or product is understood and not used yet.

    `unit` is what a product's price is for.
    """
    return [
        *_transformations(record.take("transformations")),
        *_shipping(record, unit),
        *_attachments(record.take("attachments")),
        *_booked(record),
    ]


def rest(record: Record) -> list[Message]:
    """Name the fields of a record, and of the objects inside it, that nobody asked for.

    To be asked last, when everything else was read.
    """
    found = {
        path: value
        for path, value in record.unread().items()
        if path not in IGNORED and value not in _NOTHING
    }
    if not found:
        return []
    shown = [f"{printable(path)}: {_shown(found[path])}" for path in list(found)[:_NAMED_MAX]]
    more = ["…"] if len(found) > _NAMED_MAX else []
    fields = "; ".join([*shown, *more])
    return [Message("Il file dice anche «{fields}»: qui non si usa.", fields=fields)]


def undated(head: Record) -> list[Message]:
    """Say that the day of the file cannot be read: nobody can tell then which list is newer."""
    value = head.take("creationDate")
    if value in _NOTHING:
        return []
    return [
        Message(
            "La data del file, «{day}», non si legge: non si può dire se è più vecchio dell'ultimo"
            " importato.",
            day=_shown(value),
        )
    ]


def order_note(dates: OrderDates | None) -> list[Message]:
    """Say when the sender's own order runs: its dates are no dates of ours."""
    if dates is None:
        return []
    known = {
        "opens": dates.opens_on,
        "closes": dates.closes_on,
        "delivery": dates.delivery_on,
    }
    opens, closes, delivery = (f"{day:%d/%m/%Y}" if day else "–" for day in known.values())
    return [
        Message(
            "Il file parla di un ordine (apre {opens}, chiude {closes}, consegna {delivery}):"
            " le date le scrivi tu quando apri il tuo.",
            opens=opens,
            closes=closes,
            delivery=delivery,
        )
    ]


def contact_note(contacts: Sequence[tuple[str, str]]) -> list[Message]:
    """Name the contacts for which a producer has no place: one of each kind is kept."""
    places = {"emailAddress": "e", "webSite": "w", "phoneNumber": "p", "mobileNumber": "p"}
    has_phone = any(kind == "phoneNumber" for kind, _ in contacts)
    taken: set[str] = set()
    spare = []
    for kind, value in contacts:
        place = places.get(kind)
        if place is None or place in taken or (kind == "mobileNumber" and has_phone):
            spare.append(printable(value))
        else:
            taken.add(place)
    if not spare:
        return []
    shown = ", ".join(spare[:_NAMED_MAX])
    return [Message("Contatti del file che qui non hanno un posto: {shown}.", shown=shown)]


_UNUSABLE = {
    "emailAddress": Message("L'indirizzo «{typed}» del file non si tiene. {why}"),
    "phoneNumber": Message("Il telefono «{typed}» del file non si tiene. {why}"),
    "mobileNumber": Message("Il telefono «{typed}» del file non si tiene. {why}"),
    "webSite": Message("Il sito «{typed}» del file non si tiene. {why}"),
    "zipCode": Message("Il CAP «{typed}» del file non si tiene. {why}"),
}


def unusable_note(kind: str, typed: str, why: Message) -> Message:
    """Say that a contact of the file is not kept, and what is wrong with it."""
    return Message(_UNUSABLE[kind].text, typed=printable(typed), why=why)


def _transformations(values: Any) -> list[Message]:
    if values in _NOTHING:
        return []
    listed = values if isinstance(values, list) else [values]
    return [
        Message(
            "{what} nel file: {amounts}. Qui non si usa ancora: tienine conto nell'ordine.",
            what=_KINDS.get(_text(value, "type"), _OTHER_KIND),
            amounts=_amounts(value),
        )
        for value in listed[:_NAMED_MAX]
    ]


def _amounts(value: Any) -> Message | str:
    """Write "10,00 €; 0,00 € da 450,00 € di spesa", as far as the file can be understood."""
    if not isinstance(value, dict):
        return _shown(value)
    if value.get("fixed") not in _NOTHING:
        return _amount(value["fixed"])
    variable = value.get("variable")
    if not isinstance(variable, dict):
        return _shown(value)
    steps = variable.get("thesholds", variable.get("thresholds"))
    by = str(variable.get("theshold_type", variable.get("threshold_type")))
    if not isinstance(steps, list) or not steps:
        return _shown(value)
    return _joined(_step(step, by) for step in steps[:_THRESHOLDS_MAX])


def _step(step: Any, by: str) -> Message | str:
    if not isinstance(step, dict):
        return _shown(step)
    amount = _amount(step.get("amount"))
    threshold = step.get("theshold", step.get("threshold"))
    found = threshold if isinstance(threshold, Decimal) else typed_number(threshold)
    if found == 0:
        return amount
    if by == "price" and found is not None:
        return Message("{amount} da {spent} di spesa", amount=amount, spent=_euro(found))
    shown = _shown(threshold) if found is None else number(found)
    if by == "weight":
        return Message("{amount} da {threshold} kg", amount=amount, threshold=shown)
    return Message("{amount} da {threshold} in su", amount=amount, threshold=shown)


def _joined(parts: Iterable[Message | str]) -> Message | str:
    first, *rest = parts
    for part in rest:
        first = Message("{first}; {second}", first=first, second=part)
    return first


def _amount(value: Any) -> str:
    """Write "3%" as 3 %, "10" as 10,00 €; what is neither as it stands."""
    if isinstance(value, str) and value.strip().endswith("%"):
        per_cent = typed_number(value.strip().rstrip("%"))
        return _shown(value) if per_cent is None else f"{number(per_cent)} %"
    found = value if isinstance(value, Decimal) else typed_number(value)
    return _shown(value) if found is None else _euro(found)


def _euro(value: Decimal) -> str:
    cents = value * 100
    return euro(int(cents)) if cents == int(cents) else f"{number(value)}\u00a0€"


def _shipping(record: Record, unit: str) -> list[Message]:
    """Name the transport a product carries, per unit of measure; it stands in `orderInfo`."""
    for info in record.children:
        cost = info.take("shippingCost")
        amount = cost if isinstance(cost, Decimal) else typed_number(cost)
        if cost not in _NOTHING and amount != 0:
            return [
                Message(
                    "Trasporto nel file: {amount} per {unit}. Qui si scrive quando apri l'ordine.",
                    amount=_amount(cost),
                    unit=unit,
                )
            ]
    return []


def _attachments(values: Any) -> list[Message]:
    if values in _NOTHING:
        return []
    listed = values if isinstance(values, list) else [values]
    names = ", ".join(_text(each, "name") or "?" for each in listed[:_NAMED_MAX])
    return [Message("Allegati nel file: {names}. Qui non si tengono.", names=names)]


def _booked(record: Record) -> list[Message]:
    """Name what the sender's own members booked, in a file that tells of an order."""
    info = record.values.get("bookingInfo")
    if not isinstance(info, dict) or info.keys() != {"totalQty"}:
        return []  # said with the fields that nobody knows
    total = record.take("bookingInfo")["totalQty"]
    if total in _NOTHING:
        return []
    shown = _shown(total)
    return [Message("Prenotati da chi manda il file: {total}. Qui non si usa.", total=shown)]


def _text(value: Any, key: str) -> str:
    found = value.get(key) if isinstance(value, dict) else None
    return printable(found) if isinstance(found, str) else ""


def _shown(value: Any) -> str:
    if isinstance(value, Decimal):
        return number(value)
    text = value.text if isinstance(value, NoNumber) else value
    return printable(text) if isinstance(text, str) else "…"
