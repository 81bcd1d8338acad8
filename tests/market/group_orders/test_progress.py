"""How far an order is, for everybody to see."""

from types import SimpleNamespace

import pytest

from market.group_orders import progress


def offer(**values):
    sold = {"unit": "piece", "step": 1, "case_size": 6, "whole_cases": True, "available": 10}
    return SimpleNamespace(**{**sold, "wanted": 4, "at_most": 5, **values})


def test_a_limited_offer_says_what_is_left_and_what_its_case_lacks():
    assert progress.stock_left(offer()) == 6
    found = progress.case_progress(offer())
    assert found is not None and found.missing == 1


@pytest.mark.parametrize(("available", "left"), [(None, None), (4, 0), (10, 6)])
def test_without_a_limit_nothing_is_left_to_say(available, left):
    assert progress.stock_left(offer(available=available)) == left


def test_what_is_sold_loose_has_no_case_to_fill():
    assert progress.case_progress(offer(whole_cases=False)) is None
