"""The copy of one's own data in words."""

import pytest

from community.readable import said
from people import new_devices


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("total_cents", 1234, "12,34 €"),
        ("total_cents", None, "–"),
        ("note", "", "–"),
        ("active", True, "sì"),
        ("means", ["password", "recovery-code"], "password e codice di recupero"),
        ("attribute", "tax_code", "codice fiscale"),
        ("provider", "unheard", "unheard"),
        ("purpose", "factor", "secondo passo"),
        ("purpose", new_devices.NOT_ME, "Non sei stato tu?"),
        ("state", "submitted", "inviata"),
        ("state", "unheard", "unheard"),
        ("name", "draft", "draft"),
        ("action", "people.session.opened", "sei entrato"),
        ("action", "some.other.act", "some.other.act"),
        ("day", "2026-12-01", "martedì 1 dicembre 2026"),
        ("after", {"role": "member"}, "role: famiglia"),
        ("value", "x" * 500, "x" * 400 + "…"),
        ("n", 3, "3"),
    ],
)
def test_a_value_is_said_by_the_name_of_its_field(name: str, value: object, words: str) -> None:
    assert said(name, value).replace("\xa0", " ") == words


def test_an_instant_is_said_in_the_time_of_rome() -> None:
    assert "19:00" in said("created_at", "2026-12-01T18:00:00+00:00")
