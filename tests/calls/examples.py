"""What a person types: a whole call and a whole application, as form fields."""

from datetime import datetime, timedelta
from typing import Any

from calls.texts.rules.call_content import SECTIONS
from kit.clock import to_rome

RUBRIC = "0 = Assente\n2 = Debole\n4 = Sufficiente\n6 = Buono\n8 = Ottimo\n10 = Eccellente"


def local(instant: datetime) -> str:
    """An instant as a datetime-local field sends it."""
    return to_rome(instant).strftime("%Y-%m-%dT%H:%M:%S")


def minute(instant: datetime) -> str:
    """The whole minute before an instant, as a datetime-local field sends it."""
    return to_rome(instant).strftime("%Y-%m-%dT%H:%M")


def call_values(now: datetime, **changes: str) -> dict[str, str]:
    """A call that opened yesterday and closes in 24 days."""
    values = {
        "title": "Giovani imprese, secondo bando",
        "summary": "Contributi per chi ha meno di 36 anni e apre un'impresa in provincia.",
        "responsible": "Marta Ghisolfi",
        "contact": "bandi@provincia.example",
        "opens_at": minute(now - timedelta(days=1)),
        "deadline_at": minute(now + timedelta(days=24)),
        "budget": "120.000,00",
        "cap": "15.000,00",
        "intensity_percent": "60",
        "age_from": "18",
        "age_below": "36",
        "age_on": f"{to_rome(now + timedelta(days=24)).date()}",
        "in_province": "yes",
        "declaration-1-text": "Non sono in stato di fallimento né di liquidazione.",
        "declaration-1-article": "art. 4, comma 1",
        "declaration-2-text": "Non ho ricevuto altri contributi per le stesse spese.",
        "declaration-2-article": "art. 4, comma 2",
        "threshold": "36",
        "threshold_operator": ">=",
        "rounding_step": "criterion",
        "rounding_digits": "2",
        "tie_break-1": "criterion:A",
        "tie_break-2": "requested_low",
        "tie_break-3": "lot",
        "budget_rule": "partial",
        **{f"section-{code}": f"Testo della sezione {code}." for code in SECTIONS},
    }
    for row, (name, weight) in enumerate(
        [("Idea e novità", "3"), ("Competenze", "2"), ("Sostenibilità economica", "1,5")], 1
    ):
        values |= {
            f"criterion-{row}-name": name,
            f"criterion-{row}-weight": weight,
            f"criterion-{row}-maximum": "10",
            f"criterion-{row}-minimum": "5" if row == 1 else "",
            f"criterion-{row}-operator": ">",
            f"criterion-{row}-rubric": RUBRIC,
        }
    return values | changes


def application_values(**changes: str) -> dict[str, str]:
    """A bicycle workshop that may be sent: sources equal uses, everything answered."""
    values = {
        "first_name": "Giulia",
        "last_name": "Ferrari",
        "birth_day": "1998-05-03",
        "tax_code": "FRRGLI98E43D150K",
        "municipality": "019036",
        "address": "via Palestro 12, Cremona",
        "phone": "0372 123456",
        "firm_kind": "new",
        "firm_name": "Ruota libera",
        "declaration-D1": "yes",
        "declaration-D2": "yes",
        "idea_what": "Una ciclofficina che ripara e rigenera biciclette.",
        "idea_new": "In zona nessuno ritira e rigenera le biciclette usate.",
        "idea_skills": "Cinque anni in officina, un diploma di meccanica.",
        "market_customers": "Chi va al lavoro in bicicletta, circa 4.000 persone.",
        # An address as people paste it: no page may grow as wide as its longest word.
        "market_competitors": f"Due negozi: https://esempio.it/{'cicliericambi' * 8}",
        "market_reach": "Prezzi esposti, un banco al mercato, il passaparola.",
        "investment-1-what": "Banco da lavoro e attrezzi",
        "investment-1-category": "machines",
        "investment-1-amount": "9.000,00",
        "investment-2-what": "Insegna e sito",
        "investment-2-category": "promotion",
        "investment-2-amount": "1.000,00",
        "investment-3-what": "Furgone usato",
        "investment-3-category": "other",
        "investment-3-amount": "4.000,00",
        "use_stock": "2.500",
        "use_vat": "3.080",
        "source_own": "7.580",
        "source_family": "2.000",
        "source_bank": "4.000",
        "source_grant": "6.000",
    }
    for year, sales in ((1, 28_000), (2, 36_000), (3, 42_000)):
        values |= {
            f"y{year}-sales": str(sales),
            f"y{year}-other_income": "0",
            f"y{year}-materials": "9.000",
            f"y{year}-services": "6.000",
            f"y{year}-staff": "12.000",
            f"y{year}-depreciation": "2.800",
            f"y{year}-interest": "160",
            f"y{year}-taxes": "900",
        }
    return values | changes


def without(values: dict[str, str], *names: str) -> dict[str, Any]:
    """The same values without some fields."""
    return {name: value for name, value in values.items() if name not in names}
