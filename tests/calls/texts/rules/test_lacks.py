"""What is missing and what is wrong, each counted as what it is."""

import pytest

from calls.texts.rules import lacks
from kit.words.text import locale, render

SAID = [
    (1, 0, "manca 1 cosa", "1 thing is missing"),
    (2, 0, "mancano 2 cose", "2 things are missing"),
    (0, 1, "1 cosa è da correggere", "1 thing is to be corrected"),
    (0, 2, "2 cose sono da correggere", "2 things are to be corrected"),
    (2, 1, "mancano 2 cose, 1 è da correggere", "2 things are missing, 1 is to be corrected"),
    (1, 3, "manca 1 cosa, 3 sono da correggere", "1 thing is missing, 3 are to be corrected"),
]


@pytest.mark.parametrize(("missing", "wrong", "italian", "english"), SAID)
def test_what_is_missing_and_what_is_wrong_are_counted_apart(missing, wrong, italian, english):
    said = lacks.told(missing, wrong)
    assert render(said) == italian
    token = locale.set("en")
    assert render(said) == english
    locale.reset(token)


def test_an_empty_field_is_missing_and_a_written_one_is_wrong():
    said = lacks.of(["title", "cap", "budget"], {"cap": "molto", "budget": " "})
    assert render(said) == "mancano 2 cose, 1 è da correggere"
