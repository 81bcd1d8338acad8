"""What of a name stands in a letter to a stranger."""

import pytest

from kit.errors import Message
from people import names


@pytest.mark.parametrize(
    "name",
    ["Anna Bianchi", "Nicolò D'Angelo", "María-José O’Neill", "Ивана Петровић", "José", "李小龍"],
)
def test_a_name_is_a_name_in_any_alphabet(name):
    assert names.of_person(f"  {name.replace(' ', '   ')} ") == name


@pytest.mark.parametrize(
    "name",
    [
        "evil.example",
        "https://evil.example",
        "Hai vinto! Vai su evil",
        "Chiama 0372123456",
        "Anna\nBianchi <b>",
        "Anna (evil.example)",
        "anna@evil.example",
        "Gentile cliente il suo conto corrente è stato bloccato",
        "-",
        "",
    ],
)
def test_anything_else_is_a_person(name):
    assert str(names.of_person(name)) == "una persona"


def test_a_household_or_a_centre_may_have_digits_and_never_leads_elsewhere():
    assert names.of_thing("Famiglia Rossi (2), via Dante 3") == "Famiglia Rossi (2), via Dante 3"
    assert names.of_thing("S. Imerio") == "S. Imerio"
    assert names.of_thing("x" * 80) == "x" * names.LONGEST + "…"
    for name in ("evil.example", "WWW evil", "a://b", "a@b", "<a>", "chiama 0372 12 34 56", "//e"):
        assert str(names.of_thing(name)) == "(nome omesso)"


def test_all_that_was_typed_in_a_sentence_is_looked_at():
    said = Message("{role}, {n}, {where}", role=Message("per {a}", a="evil.it"), n=3, where="Crema")
    found = names.in_sentence(said)
    assert found.text == said.text and found.values["n"] == 3
    assert found.values["where"] == "Crema"
    assert str(found.values["role"].values["a"]) == "(nome omesso)"
