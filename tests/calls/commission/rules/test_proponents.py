"""Whose application it is."""

from calls.commission.rules import proponents
from kit.canonical import encode


def test_the_proponent_is_who_was_sent():
    content = encode({"fields": {"first_name": "Giulia", "last_name": "Ferrari"}})
    assert proponents.named(content) == "Giulia Ferrari"


def test_the_same_words_are_the_same_name():
    assert proponents.same("Giulia Ferrari", "FERRARI  giulia")
    assert not proponents.same("Giulia Ferrari", "Nora English")
