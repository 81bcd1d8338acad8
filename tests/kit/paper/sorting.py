"""Orders to sort, as market hands them over to a sheet."""

import random
from datetime import UTC, datetime

AT = datetime(2026, 12, 3, 19, 0, 0, tzinfo=UTC)


TEMPLATES = ("sorting_by_household.typ", "sorting_by_product.typ")


SURNAMES = ["Ghisolfi", "D'Alessandro", "Singh Kaur", "Maffezzoni", "Țăranu", "ਕੌਰ", "Bodini"]


PRODUCTS = ["Mele Golden", "Grana Padano 24 mesi", "Farina tipo 1, sacco da 5 kg", "Però & Co."]


def order(households: int, products: int, lines: int) -> dict:
    """An order as market hands it over: `lines` products for each household."""
    chance = random.Random(7)
    crates: list[dict] = [
        {
            "name": f"{chance.choice(SURNAMES)} {n}",
            "code": f"F-{n:03d}",
            "crate": str(n),
            "lines": [],
        }
        for n in range(1, households + 1)
    ]
    goods: list[dict] = [
        {
            "name": f"{chance.choice(PRODUCTS)} {n}",
            "unit": "g",
            "total_text": "12,5 kg",
            "lines": [],
        }
        for n in range(1, products + 1)
    ]
    for crate in crates:
        for good in chance.sample(goods, lines):
            text = chance.choice(["1,25 kg", "3 pezzi"])
            line = {"product": good["name"], "quantity_text": text}
            crate["lines"].append(line | ({"note": "tagliata"} if chance.random() < 0.1 else {}))
            good["lines"].append(
                {"crate": crate["crate"], "name": crate["name"], "quantity_text": text}
            )
    return {
        "centre": "Gruppo di Castelverde",
        "order": "Ordine di dicembre",
        "delivery_day": "giovedì 3 dicembre 2026",
        "pickup_point": "Oratorio, via Roma 4",
        "households": crates,
        "products": goods,
    }
