"""Whole cases: the published table, and what must hold for every order."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.group_orders.rules.case_completion import Case, Wish, complete, progress


def shares(case: Case, *lines: tuple[str, int, int]) -> dict[str, int]:
    completion = complete(case, [Wish(*line) for line in lines])
    return {share.key: share.assigned for share in completion.shares}


@pytest.mark.parametrize(
    ("wanted", "tolerance", "cases"),
    [(2, 2, 1), (5, 3, 2), (4, 9, 1), (0, 4, 0), (3, 0, 0), (0, 0, 0), (8, 0, 2), (7, 1, 2)],
)
def test_tolerance_completes_a_case_and_never_starts_one(wanted, tolerance, cases):
    completion = complete(Case(4, whole=True), [Wish("01", wanted, wanted + tolerance)])
    assert completion.cases == cases
    assert completion.total == cases * 4


def test_a_cut_is_shared_in_proportion_and_ties_go_to_the_smaller_key():
    # 9 wanted, cases of 6: 6 x 2/9 = 1 1/3, 6 x 3/9 = 2, 6 x 4/9 = 2 2/3.
    assert shares(Case(6, whole=True), ("A", 2, 2), ("B", 3, 3), ("C", 4, 4)) == {
        "A": 1,
        "B": 2,
        "C": 3,
    }
    assert shares(Case(3, whole=True), ("B", 2, 2), ("A", 2, 2)) == {"B": 1, "A": 2}


def test_a_case_is_filled_in_proportion_to_what_each_household_would_take_more():
    # 9 wanted, 12 in two cases: 3 more over tolerances 1 and 5.
    assert shares(Case(6, whole=True), ("A", 2, 3), ("B", 3, 3), ("C", 4, 9)) == {
        "A": 3,
        "B": 3,
        "C": 6,
    }


def test_cuts_keep_the_step_of_the_product():
    # Cheese in pieces of 500 g, cases of 5 kg: nobody gets a third of a piece.
    got = shares(
        Case(5000, whole=True, unit="g", step=500),
        ("A", 1500, 1500),
        ("B", 2500, 2500),
        ("C", 3000, 3000),
    )
    assert sum(got.values()) == 5000
    assert all(value % 500 == 0 for value in got.values())


def test_without_whole_cases_everybody_gets_what_they_want():
    completion = complete(Case(6, whole=False), [Wish("A", 2, 9), Wish("B", 3, 3)])
    assert completion.cases is None
    assert [share.assigned for share in completion.shares] == [2, 3]
    assert all(share.reason is None for share in completion.shares)


def test_stock_that_is_not_there_does_not_complete_a_case():
    completion = complete(Case(6, whole=True, available=10), [Wish("A", 8, 12)])
    assert (completion.cases, completion.total) == (1, 6)
    assert "non ne ha un altro" in str(completion.shares[0].reason)


def test_every_change_is_explained_in_words():
    cut = complete(Case(6, whole=True), [Wish("A", 2, 2), Wish("B", 6, 7)])
    assert str(cut.shares[1].reason) == (
        "2 pezzi in meno: si ordina a colli interi da 6 pezzi e per un altro collo mancavano"
        " 3 pezzi."
    )
    filled = complete(Case(5000, whole=True, unit="g"), [Wish("A", 3500, 5000)])
    assert str(filled.shares[0].reason) == (
        "1,5 kg in più, entro il massimo indicato: completano un collo da 5 kg."
    )


@pytest.mark.parametrize(
    ("case", "others", "why"),
    [
        (Case(6, whole=True), [Wish("B", 6, 6)], "non c'era un collo da 6 pezzi da completare."),
        (Case(6, whole=True), [], "non c'era un collo da 6 pezzi da completare."),
        (
            Case(6, whole=True),
            [Wish("B", 8, 9)],
            "per un altro collo da 6 pezzi mancavano 2 pezzi.",
        ),
        (Case(6, whole=True), [Wish("B", 8, 10)], "per un altro collo da 6 pezzi mancava 1 pezzo."),
        (
            Case(6, whole=True, available=11),
            [Wish("B", 8, 12)],
            "di colli da 6 pezzi il produttore non ne ha un altro.",
        ),
        (
            Case(6, whole=True),
            [Wish("B", 5, 12)],
            "per completare il collo da 6 pezzi è bastato quello che prendono gli altri.",
        ),
        (Case(0, whole=False), [], "qui non ci sono colli da completare."),
    ],
)
def test_who_would_only_complete_a_case_and_gets_nothing_is_told_why(case, others, why):
    share = complete(case, [Wish("Z", 0, 1), *others]).shares[0]
    assert share.assigned == 0 and str(share.reason) == f"Niente: {why}"


def test_progress_tells_what_is_missing_to_the_next_full_case():
    case = Case(5000, whole=True, unit="g")
    assert progress(Case(6, whole=False), 3, 3) is None
    made = progress(case, 7000, 7000)
    assert made is not None and (made.cases, made.filled, made.missing) == (1, 2000, 3000)
    made = progress(case, 7000, 9000)
    assert made is not None and made.missing == 1000
    made = progress(case, 7000, 10000)
    assert made is not None and (made.cases, made.filled, made.missing) == (2, 0, 0)


@pytest.mark.parametrize(
    ("available", "wanted", "at_most", "made"),
    [
        (9, 9, 12, (0, 9, 0, True)),
        (9, 4, 4, (0, 4, 6, True)),
        (15, 14, 20, (1, 4, 0, True)),
        (20, 14, 15, (1, 4, 5, False)),
        (15, 10, 20, (1, 0, 0, False)),
        (None, 14, 15, (1, 4, 5, False)),
    ],
)
def test_progress_looks_at_what_the_producer_has(available, wanted, at_most, made):
    found = progress(Case(10, whole=True, available=available), wanted, at_most)
    assert found is not None
    assert (found.cases, found.filled, found.missing, found.sold_out) == made


_steps = st.sampled_from([1, 2, 5, 250])


@st.composite
def orders(draw):
    step = draw(_steps)
    size = draw(st.integers(1, 40)) * draw(st.sampled_from([1, step]))
    pairs = draw(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)), max_size=30))
    lines = [
        Wish(f"{index:03}", wanted * step, (wanted + more) * step)
        for index, (wanted, more) in enumerate(pairs)
    ]
    wanted = sum(line.wanted for line in lines)
    available = draw(st.none() | st.integers(max(wanted, 1), max(wanted, 1) * 2))
    return Case(size, whole=True, step=step, available=available), lines


@given(orders())
def test_the_shares_are_whole_cases_and_nobody_gets_more_than_at_most(order):
    case, lines = order
    completion = complete(case, lines)
    assigned = [share.assigned for share in completion.shares]
    assert completion.cases is not None
    assert sum(assigned) == completion.total == completion.cases * case.size
    assert all(0 <= got <= line.at_most for got, line in zip(assigned, lines, strict=True))
    assert case.available is None or completion.total <= case.available
    wanted = sum(line.wanted for line in lines)
    assert wanted // case.size <= completion.cases <= -(-wanted // case.size)


@given(orders())
def test_lines_move_in_one_direction_only_and_less_than_a_step_from_proportion(order):
    case, lines = order
    completion = complete(case, lines)
    wanted = sum(line.wanted for line in lines)
    for line, share in zip(lines, completion.shares, strict=True):
        if completion.total >= wanted:
            assert share.assigned >= line.wanted
        else:
            assert share.assigned <= line.wanted
            exact = completion.total * line.wanted / wanted
            assert abs(share.assigned - exact) <= max(case.step, 1) + 1e-6
        as_asked = share.assigned == line.wanted and (line.wanted or not line.at_most)
        assert (share.reason is None) == bool(as_asked)


@given(orders(), st.randoms(use_true_random=False))
def test_neither_the_order_of_lines_nor_the_moment_of_booking_matters(order, chance: random.Random):
    case, lines = order
    shuffled = lines[:]
    chance.shuffle(shuffled)
    first = {s.key: (s.assigned, str(s.reason)) for s in complete(case, lines).shares}
    second = {s.key: (s.assigned, str(s.reason)) for s in complete(case, shuffled).shares}
    assert first == second


@given(orders())
def test_where_a_full_case_can_be_reached_nobody_is_cut(order):
    case, lines = order
    completion = complete(case, lines)
    wanted = sum(line.wanted for line in lines)
    reachable = -(-wanted // case.size) * case.size
    able = sum(line.at_most for line in lines) >= reachable
    able = able and (case.available is None or reachable <= case.available)
    cut = any(s.assigned < x.wanted for s, x in zip(completion.shares, lines, strict=True))
    assert cut == (not able and wanted % case.size > 0)
