"""Sheets with hundreds of rows, in seconds, archival and accessible."""

import pytest

from kit.paper import typst
from kit.sandbox import LimitReached, Limits
from tests.kit.paper.sorting import AT, TEMPLATES, order
from tests.kit.pdf_checks import check_both_standards, words


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


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_line_of_forty_households_is_printed(template):
    """How long four hundred take is measured by `make bench`."""
    made = typst.render(template, order(40, 60, 40), created=AT)
    assert len(made) < 2 * 2**20
    check_both_standards(made)
    text = words(made)
    assert text.count("1,25 kg") + text.count("3 pezzi") == 40 * 40


@pytest.mark.parametrize("template", TEMPLATES)
def test_an_empty_order_still_gives_a_sheet(template):
    check_both_standards(typst.render(template, order(0, 0, 0), created=AT))


def test_an_english_sheet_says_english_words():
    data = order(1, 1, 1) | {"words": {"by_household": "Sorting by household", "of": "of"}}
    assert "Sorting by household" in words(
        typst.render(TEMPLATES[0], data, locale="en", created=AT)
    )


def test_the_same_data_are_the_same_bytes():
    data = order(3, 3, 2)
    assert typst.render(TEMPLATES[0], data, created=AT) == typst.render(
        TEMPLATES[0], data, created=AT
    )


def test_a_sheet_beyond_its_limits_is_stopped():
    with pytest.raises(LimitReached):
        typst.render(TEMPLATES[0], order(400, 500, 40), limits=Limits(1024, 1, 10))
    assert typst.render(TEMPLATES[0], order(1, 1, 1)).startswith(b"%PDF-")
