"""Running numbers, running balances and limits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.rules.entries import Entry
from ledger.rules.placement import Overdrawn, Placed, Standing, place

HOUSEHOLD, NEIGHBOUR, CASH = 1, 2, 3


def entry(kind: str, *lines: tuple[int, int]) -> Entry:
    return Entry("test:key", kind, lines, reverses=5 if kind == "reversal" else None)


def standings(cents: int = 0, seq: int = 0) -> dict[int, Standing]:
    return {
        HOUSEHOLD: Standing(0, seq, cents),
        NEIGHBOUR: Standing(-2000, 0, 0),
        CASH: Standing(None),
    }


def test_a_line_takes_the_next_number_and_the_new_balance() -> None:
    placed = place([entry("top_up", (HOUSEHOLD, 500), (CASH, -500))], standings(200, 4))
    assert placed == [
        Placed(0, 1, HOUSEHOLD, 500, 5, 700),
        Placed(0, 2, CASH, -500, None, None),
    ]


def test_entries_of_one_posting_stand_one_after_the_other() -> None:
    twice = [entry("charge", (HOUSEHOLD, -300), (CASH, 300))] * 2
    placed = place(twice, standings(600, 1))
    assert [(one.account_seq, one.balance_after_cents) for one in placed if one.account_seq] == [
        (2, 300),
        (3, 0),
    ]


def test_a_debit_below_the_limit_says_what_is_missing() -> None:
    with pytest.raises(Overdrawn) as overdrawn:
        place([entry("charge", (HOUSEHOLD, -501), (CASH, 501))], standings(500, 1))
    assert (overdrawn.value.account_id, overdrawn.value.missing_cents) == (HOUSEHOLD, 1)


def test_a_limit_below_zero_is_credit_given() -> None:
    placed = place([entry("charge", (NEIGHBOUR, -2000), (CASH, 2000))], standings())
    assert placed[0].balance_after_cents == -2000
    with pytest.raises(Overdrawn):
        place([entry("charge", (NEIGHBOUR, -2001), (CASH, 2001))], standings())


def test_money_coming_in_is_welcome_below_the_limit_too() -> None:
    placed = place([entry("top_up", (HOUSEHOLD, 100), (CASH, -100))], standings(-500, 3))
    assert placed[0].balance_after_cents == -400


@pytest.mark.parametrize("kind", ["dispute", "reversal", "opening"])
def test_the_truth_may_go_below_the_limit(kind: str) -> None:
    placed = place([entry(kind, (HOUSEHOLD, -900), (CASH, 900))], standings())
    assert placed[0].balance_after_cents == -900


def test_an_opening_balance_is_free_only_as_the_first_line() -> None:
    with pytest.raises(Overdrawn):
        place([entry("opening", (HOUSEHOLD, -900), (CASH, 900))], standings(100, 1))


def test_the_standings_handed_in_stay_as_they_are() -> None:
    before = standings(500, 1)
    place([entry("charge", (HOUSEHOLD, -500), (CASH, 500))], before)
    assert before == standings(500, 1)


moves = st.tuples(st.sampled_from([HOUSEHOLD, NEIGHBOUR, CASH]), st.integers(-900, 900))
entries = st.lists(st.lists(moves.filter(lambda move: move[1] != 0), max_size=4), max_size=12)


@given(entries, st.integers(0, 5000))
def test_balances_are_prefix_sums_and_numbers_have_no_gap(
    lists: list[list[tuple[int, int]]], cents: int
) -> None:
    begun = standings(cents, 7)
    try:
        placed = place([entry("charge", *lines) for lines in lists], begun)
    except Overdrawn as overdrawn:
        assert overdrawn.missing_cents > 0
        return
    for account_id in (HOUSEHOLD, NEIGHBOUR):
        balance, seq = begun[account_id].balance_cents, begun[account_id].account_seq
        for one in placed:
            if one.account_id == account_id:
                balance, seq = balance + one.amount_cents, seq + 1
                assert (one.balance_after_cents, one.account_seq) == (balance, seq)
                assert one.amount_cents > 0 or balance >= (begun[account_id].min_balance_cents or 0)
    assert [(one.account_id, one.amount_cents) for one in placed] == [
        move for lines in lists for move in lines
    ]
