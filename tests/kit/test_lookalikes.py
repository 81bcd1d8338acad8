"""Names that look like one another, and those that do not."""

import pytest

from kit import lookalikes
from kit.errors import Message

SAID = Message("Fatto.")


@pytest.mark.parametrize(
    "other",
    [
        "Cascina Verde",
        "CASCINA  VERDE",
        "Cascina\u200b Verde",
        "Саѕсіnа Vеrdе",
        "Cαscιnα Vεrde",
        "Càscina Verde",
        "Cascina Verde.",
        "Casc1na Verde",
        "Casclna Verde",
        "Ｃａｓｃｉｎａ Verde",
        "Casci\u00adna-Verde",
        "𝐂𝐚𝐬𝐜𝐢𝐧𝐚 Verde",
    ],
)
def test_one_that_looks_the_same_is_named_as_it_is_written(other):
    assert lookalikes.among("Cascina Verde", ["Cascina Rossa", other]) == other
    told = str(lookalikes.told(SAID, "Cascina Verde", [other]))
    assert told.startswith("Fatto. Attenzione: c'è già «") and other in told


@pytest.mark.parametrize("other", ["Cascina Verdi", "Verde", "", "—", "Cascina Verde 2"])
def test_another_name_is_another(other):
    assert lookalikes.among("Cascina Verde", [other]) is None
    assert lookalikes.told(SAID, "Cascina Verde", [other]) is SAID


def test_an_m_is_two_letters_to_the_eye():
    assert lookalikes.among("Famiglia Romani", ["Famiglia Rornani"]) == "Famiglia Rornani"


@pytest.mark.parametrize("name", ["", "…", "\u200b"])
def test_what_has_no_letters_looks_like_nothing(name):
    assert lookalikes.among(name, ["", "!", name]) is None


def test_a_name_in_another_script_is_left_alone():
    assert lookalikes.among("Ольга Шевченко", ["Olga Shevchenko"]) is None
    assert lookalikes.among("محمد", ["محمود"]) is None
