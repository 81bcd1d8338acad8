"""What the books say to people, and what the law says about cash."""

import pytest

from kit.errors import Refused
from ledger.rules.cash import check_cash
from ledger.rules.chart import KINDS, shown
from ledger.rules.words import label


def test_a_kind_takes_the_name_of_its_family() -> None:
    assert str(label("top_up.cash")) == "Ricarica in contanti"
    assert str(label("top_up.card")) == "Ricarica"
    assert str(label("charge.delivery")) == "Addebito"
    assert str(label("market.charge")) == "Addebito"
    assert str(label("something_new")) == "Movimento"


@pytest.mark.parametrize("cents", [1, 499_999])
def test_cash_below_the_threshold_is_taken(cents: int) -> None:
    check_cash(cents)


@pytest.mark.parametrize("cents", [0, -1, 500_000, 10**9])
def test_cash_of_the_threshold_or_of_nothing_is_refused(cents: int) -> None:
    with pytest.raises(Refused) as refused:
        check_cash(cents)
    assert refused.value.field == "amount"


def test_a_treasurer_reads_a_full_cash_box_and_a_household_in_credit_as_positive() -> None:
    assert shown("cash", -4000) == 4000
    assert shown("household", 4000) == 4000
    assert all(abs(shown(kind, 5)) == 5 for kind in KINDS)
