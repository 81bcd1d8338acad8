"""What the books say to people: the name of a kind of entry."""

import pytest

from ledger.rules.words import label


def test_a_kind_takes_the_name_of_its_family() -> None:
    assert str(label("top_up.cash")) == "Ricarica in contanti"
    assert str(label("top_up.card")) == "Ricarica"
    assert str(label("charge.delivery")) == "Addebito"
    assert str(label("market.charge")) == "Addebito"
    assert str(label("something_new")) == "Movimento"


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("top_up.cash.returned", "Ricarica"),
        ("market.settlement.charge", "Addebito"),
        ("refund.top_up", "Rimborso"),
        ("", "Movimento"),
        ("market.delivery", "Movimento"),
    ],
)
def test_its_own_name_comes_first_then_that_of_its_first_and_of_its_last_part(
    kind: str, said: str
) -> None:
    assert str(label(kind)) == said
