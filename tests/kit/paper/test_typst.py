"""Sheets with hundreds of rows, in seconds, archival and accessible."""

import random
import time
from datetime import UTC, datetime

import pytest

from kit.paper import typst
from kit.sandbox import LimitReached, Limits
from tests.kit.pdf_checks import check_both_standards, words

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


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_sheet_is_archival_and_accessible_with_its_words(template):
    data = order(12, 20, 9)
    made = typst.render(template, data, created=AT)
    check_both_standards(made)
    text = words(made)
    for expected in ("Smistamento", "Gruppo di Castelverde", "giovedì 3 dicembre", "pagina 1 di"):
        assert expected in text
    for household in data["households"]:
        assert household["name"].split()[-1] in text
    assert text.count("3 pezzi") == sum(
        line["quantity_text"] == "3 pezzi" for part in data["households"] for line in part["lines"]
    )


@pytest.mark.long
@pytest.mark.parametrize("template", TEMPLATES)
def test_four_hundred_households_and_five_hundred_products_take_seconds(template):
    start = time.process_time(), time.monotonic()
    made = typst.render(template, order(400, 500, 40), created=AT)
    assert time.monotonic() - start[1] < 60
    assert len(made) < 8 * 2**20
    check_both_standards(made)
    text = words(made)
    assert text.count("1,25 kg") + text.count("3 pezzi") == 400 * 40


@pytest.mark.parametrize("template", TEMPLATES)
def test_an_empty_order_still_gives_a_sheet(template):
    check_both_standards(typst.render(template, order(0, 0, 0), created=AT))


def test_an_english_sheet_says_english_words():
    data = order(1, 1, 1) | {"words": {"by_household": "Sorting by household", "of": "of"}}
    assert "Sorting by household" in words(
        typst.render(TEMPLATES[0], data, locale="en", created=AT)
    )


def test_a_name_nobody_can_draw_does_not_stop_the_sheet_of_all_others():
    data = order(2, 2, 2)
    data["households"][0]["name"] = "Famiglia 🍎 李 \ue000\u0007 Rossi"
    made = typst.render(TEMPLATES[0], data, created=AT)
    check_both_standards(made)
    assert "Rossi" in words(made) and "Famiglia ?" in words(made)


def test_what_a_person_typed_is_text_and_never_code():
    data = order(1, 1, 1)
    typed = '#read("/etc/passwd") $x$ *a* `b` #panic() \\ @c <d>'
    data["households"][0]["name"] = typed
    made = typst.render(TEMPLATES[0], data, created=AT)
    assert '#read("/etc/passwd")' in words(made).replace("“", '"').replace("”", '"')
    assert "root:" not in words(made)


@pytest.mark.parametrize("name", ["../base.html", "/etc/passwd", "sheet.typ/../../x.typ", "x.html"])
def test_only_templates_of_ours_are_set(name):
    with pytest.raises(RuntimeError, match="no such template"):
        typst.render(name, {})


def test_the_same_data_are_the_same_bytes():
    data = order(3, 3, 2)
    assert typst.render(TEMPLATES[0], data, created=AT) == typst.render(
        TEMPLATES[0], data, created=AT
    )


def test_a_sheet_beyond_its_limits_is_stopped():
    with pytest.raises(LimitReached):
        typst.render(TEMPLATES[0], order(400, 500, 40), limits=Limits(1024, 1, 10))
    assert typst.render(TEMPLATES[0], order(1, 1, 1)).startswith(b"%PDF-")
