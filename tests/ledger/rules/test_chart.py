"""The chart of accounts: on which side a kind stands, and which entry may go below a limit."""

import pytest

from ledger.rules.chart import KINDS, SIDES, Side, may_overdraw, shown


def test_a_treasurer_reads_a_full_cash_box_and_a_household_in_credit_as_positive() -> None:
    assert shown("cash", -4000) == 4000
    assert shown("household", 4000) == 4000
    assert all(abs(shown(kind, 5)) == 5 for kind in KINDS)


def test_every_kind_stands_on_one_side_and_what_a_centre_holds_is_turned_round() -> None:
    turned = {kind for kind in KINDS if shown(kind, 5) == -5}
    assert turned == {kind for kind in KINDS if SIDES[kind] is not Side.OWED}
    assert {"cash", "bank"} <= turned and not {"household", "producer", "fund"} & turned


def test_a_kind_outside_the_chart_is_an_error() -> None:
    with pytest.raises(KeyError):
        shown("pocket", 5)


@pytest.mark.parametrize(
    ("kind", "first", "may"),
    [
        ("charge", True, False),
        ("charge", False, False),
        ("payout", True, False),
        ("dispute", False, True),
        ("reversal", False, True),
        ("opening", True, True),
        ("opening", False, False),
    ],
)
def test_a_limit_binds_who_spends_and_never_the_truth(kind: str, first: bool, may: bool) -> None:
    assert may_overdraw(kind, first=first) is may
