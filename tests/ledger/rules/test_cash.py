"""What the law says about cash."""

import pytest

from kit.errors import Refused
from ledger.rules.cash import check_cash


@pytest.mark.parametrize("cents", [1, 499_999])
def test_cash_below_the_threshold_is_taken(cents: int) -> None:
    check_cash(cents)


@pytest.mark.parametrize("cents", [0, -1, 500_000, 10**9])
def test_cash_of_the_threshold_or_of_nothing_is_refused(cents: int) -> None:
    with pytest.raises(Refused) as refused:
        check_cash(cents)
    assert refused.value.field == "amount"
    assert str(refused.value.message) == (
        "L'importo è fuori dai limiti: in contanti da 0,01\u00a0€ a 4.999,99\u00a0€. Da "
        "5.000,00\u00a0€ in su usa il bonifico."
    )
