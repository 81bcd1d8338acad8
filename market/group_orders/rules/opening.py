"""What a group order must promise before anybody may book in it."""

from datetime import date, datetime, timedelta

from kit.errors import Message, Refused
from kit.sentences import quantity
from market.group_orders.rules.case_completion import Case
from market.group_orders.rules.cost_split import BY

AMOUNT_MAX = 10_000_000
LONGEST = timedelta(days=366)
"""Beyond it an order, or the wait for what it brings, is a slip in the year."""


def errors(
    opens_at: datetime, closes_at: datetime, now: datetime, closing_day: date, delivery_day: date
) -> dict[str, Message]:
    """Name every instant or day that cannot be, by field; `closing_day` is local to Rome."""
    found: dict[str, Message] = {}
    if closes_at <= now:
        found["closes_at"] = Message("La chiusura deve essere nel futuro.")
    elif closes_at <= opens_at:
        found["closes_at"] = Message("La chiusura viene dopo l'apertura.")
    elif closes_at - max(opens_at, now) > LONGEST:
        found["closes_at"] = Message("Un ordine resta aperto al massimo un anno: controlla l'anno.")
    elif opens_at - now > LONGEST:
        found["opens_at"] = Message("L'apertura è tra più di un anno: controlla l'anno.")
    if delivery_day < closing_day:
        found["delivery_day"] = Message("La consegna viene dopo la chiusura.")
    elif delivery_day - closing_day > LONGEST:
        found["delivery_day"] = Message(
            "Tra chiusura e consegna passa più di un anno: controlla l'anno."
        )
    return found


def check_case(name: str, case: Case) -> None:
    """Raise Refused for a product in whole cases of which the producer has not one."""
    if case.binds and case.sold_out(case.size):
        raise Refused(
            "{name}: il produttore ne ha {available}, meno di un collo da {size}. A colli interi"
            " nessuno ne riceverebbe: vendilo sciolto, oppure correggi il prodotto nel listino.",
            name=name,
            available=quantity(case.available or 0, case.unit),
            size=quantity(case.size, case.unit),
        )


def amount_errors(
    minimum_cents: int, transport_cents: int, transport_by: str
) -> dict[str, Message]:
    """Name every amount or rule that cannot be, by field."""
    found: dict[str, Message] = {}
    for field, cents in (("minimum_cents", minimum_cents), ("transport_cents", transport_cents)):
        if not 0 <= cents <= AMOUNT_MAX:
            found[field] = Message("Scrivi un importo da 0 a 100.000 euro.")
    if transport_by not in BY:
        found["transport_by"] = Message("Scegli come si divide il trasporto.")
    return found
