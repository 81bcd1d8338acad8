"""Ranking: worked tables, total order, money walk, and properties that cannot be argued with."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls.envelopes.rules import lots
from calls.rankings.rules import ranking
from calls.rankings.rules.ranking import Candidate, Formula
from calls.texts.rules.call_content import BUDGET_RULES
from tests.calls import bundles
from tests.calls.score_sheets.rules.test_scoring import criterion

SEED = "ab" * 32


def entry(code, *sheets, requested=10_000_00, number=1, grid=("idea",)):
    """An application by a short code; `number` counts the seconds until it was sent."""
    marks = tuple(
        dict(zip(grid, (Decimal(mark) for mark in sheet.split()), strict=True)) for sheet in sheets
    )
    return Candidate(code, (2026, 1), sent(number), requested, marks)


def sent(number):
    return bundles.SENT + timedelta(seconds=number)


def places(rows):
    return [(row.entry.code, row.position, row.state) for row in rows]


def test_means_are_weighed_then_rounded_then_added():
    grid = (criterion("idea", "6 7 8", weight="1.5"), criterion("cash", "6 7 8", weight="0.5"))
    formula = Formula(grid, rounding_digits=2, budget=10_000_00)
    row = ranking.rank(formula, [entry("A", "6 7", "7 8", "7 8", grid=("idea", "cash"))], SEED)[0]
    assert row.means == {"idea": Fraction(20, 3), "cash": Fraction(23, 3)}
    assert row.points == {"idea": Fraction(10), "cash": Fraction("3.83")}
    assert row.total == Fraction("13.83")


def test_a_call_may_round_only_the_total():
    grid = (criterion("idea", "3 4", weight="0.1"), criterion("cash", "3 4", weight="0.1"))
    entries = [entry("A", "3 3", "3 3", "4 4", grid=("idea", "cash"))]
    each = ranking.rank(Formula(grid, rounding_digits=1), entries, SEED)[0]
    whole = ranking.rank(Formula(grid, rounding_step="total", rounding_digits=1), entries, SEED)[0]
    assert (each.total, whole.total) == (Fraction("0.6"), Fraction("0.7"))
    assert whole.points["idea"] == Fraction(1, 3)


def test_the_threshold_sees_the_exact_mean_not_a_rounded_one():
    grid = (criterion("idea", "4 5", minimum="4.67"),)
    formula = Formula(grid, budget=10_000_00)
    row = ranking.rank(formula, [entry("A", "4", "5", "5")], SEED)[0]
    assert row.points["idea"] == Fraction("4.67")
    assert row.failed == ("idea",)
    assert (row.position, row.state) == (None, "below_threshold")


def test_equal_totals_follow_the_declared_keys_and_say_which_one_decided():
    grid = (criterion("idea"), criterion("cash"))
    formula = Formula(
        grid, tie_breaks=("criterion:idea", "requested_low", "sent_first"), budget=100_000_00
    )
    both = ("idea", "cash")
    entries = [
        entry("D", "5 5", number=4, requested=9_000_00, grid=both),
        entry("C", "5 5", number=3, requested=9_000_00, grid=both),
        entry("B", "5 5", number=2, requested=8_000_00, grid=both),
        entry("A", "7.5 2.5", number=9, grid=both),
        entry("E", "10 10", number=10, grid=both),
    ]
    rows = ranking.rank(formula, entries, SEED)
    assert [(row.entry.code, row.decided_by) for row in rows] == [
        ("E", None),
        ("A", None),
        ("B", "criterion:idea"),
        ("C", "requested_low"),
        ("D", "sent_first"),
    ]


def test_who_sent_first_is_told_by_the_instant_and_not_by_the_protocol_number():
    formula = Formula((criterion(),), tie_breaks=("sent_first", "requested_low"), budget=10**9)
    late, early = sent(1), sent(1) - timedelta(microseconds=1)
    entries = [
        replace(entry("A", "5", requested=3), protocol=(2026, 1), received_at=late),
        replace(entry("B", "5", requested=9), protocol=(2026, 2), received_at=early),
        replace(entry("C", "5", requested=2), protocol=(2026, 3), received_at=late),
    ]
    rows = ranking.rank(formula, entries, SEED)
    assert [(row.entry.code, row.decided_by) for row in rows] == [
        ("B", None),
        ("C", "sent_first"),
        ("A", "requested_low"),
    ]


def test_who_sent_at_the_same_instant_is_parted_by_the_lot():
    formula = Formula((criterion(),), tie_breaks=("sent_first",), budget=10**9)
    rows = ranking.rank(formula, [entry("A", "5"), entry("B", "5")], SEED)
    assert [row.decided_by for row in rows] == [None, "lot"]
    assert rows[0].lot < rows[1].lot


def test_what_no_key_can_part_is_drawn_by_lot_from_the_envelopes():
    formula = Formula((criterion(),), tie_breaks=("lot",), budget=100_000_00)
    entries = [entry(code, "5") for code in "ABCDEF"]
    first = ranking.rank(formula, entries, lots.seed_of({"A": "0" * 64}))
    other = ranking.rank(formula, entries, lots.seed_of({"A": "1" * 64}))
    assert [row.entry.code for row in first] != [row.entry.code for row in other]
    assert {row.decided_by for row in first[1:]} == {"lot"}


@pytest.mark.parametrize(
    ("rule", "states", "granted"),
    [
        ("stop", ["funded", "eligible_not_funded", "eligible_not_funded"], [60, 0, 0]),
        ("partial", ["funded", "partly_funded", "eligible_not_funded"], [60, 40, 0]),
        ("skip", ["funded", "eligible_not_funded", "funded"], [60, 0, 30]),
    ],
)
def test_the_first_that_does_not_fit_obeys_the_declared_rule(rule, states, granted):
    formula = Formula((criterion(),), budget=100, budget_rule=rule)
    entries = [
        entry("A", "10", requested=60),
        entry("B", "7.5", requested=50),
        entry("C", "5", requested=30),
    ]
    rows = ranking.rank(formula, entries, SEED)
    assert [row.state for row in rows] == states
    assert [row.granted for row in rows] == granted


def test_a_budget_that_ends_exactly_leaves_no_partial_offer_of_zero():
    formula = Formula((criterion(),), budget=60, budget_rule="partial")
    entries = [entry("A", "10", requested=60), entry("B", "5", requested=50)]
    assert [row.state for row in ranking.rank(formula, entries, SEED)] == [
        "funded",
        "eligible_not_funded",
    ]


@pytest.mark.parametrize(
    "entries",
    [
        [entry("A")],
        [Candidate("A", (2026, 1), sent(1), 1, ({"idea": Decimal(5)}, {}))],
        [entry("A", "5"), entry("A", "5")],
    ],
    ids=["no sheet", "a mark is missing", "one code twice"],
)
def test_the_ranking_never_invents_a_mark_or_a_place(entries):
    with pytest.raises(ValueError):
        ranking.rank(Formula((criterion(),)), entries, SEED)


class TestWorkedTables:
    """Grids of real calls, recomputed by hand in docs/rules/ranking.md."""

    def test_the_table_of_the_documentation(self):
        """docs/rules/ranking.md, line by line."""
        marks = "0 1 2 3 4 5 6 7 8 9 10"
        grid = (
            criterion("idea", marks, "3", "5", ">"),
            criterion("competence", marks, "1.5"),
        )
        formula = Formula(
            grid,
            threshold=Decimal(30),
            tie_breaks=("criterion:idea", "requested_low", "lot"),
            budget=25_000_00,
            budget_rule="partial",
        )
        both = ("idea", "competence")
        rows = ranking.rank(
            formula,
            [
                entry("A", "8 6", "8 7", "7 7", requested=15_000_00, grid=both),
                entry("B", "8 6", "8 6", "8 6", requested=15_000_00, grid=both),
                entry("C", "7 6", "7 6", "7 7", requested=5_000_00, grid=both),
                entry("D", "5 10", "5 10", "5 10", requested=5_000_00, grid=both),
                entry("E", "6 7", "6 8", "6 8", requested=5_000_00, grid=both),
            ],
            SEED,
        )
        result = [(r.entry.code, r.position, r.total, r.state, r.granted) for r in rows]
        assert result == [
            ("B", 1, Fraction(33), "funded", 15_000_00),
            ("A", 2, Fraction(33), "partly_funded", 10_000_00),
            ("C", 3, Fraction("30.5"), "eligible_not_funded", 0),
            ("D", None, Fraction(30), "below_threshold", 0),
            ("E", None, Fraction("29.5"), "below_threshold", 0),
        ]
        assert rows[1].decided_by == "criterion:idea"
        assert [row.failed for row in rows[3:]] == [("idea",), ("total",)]

    def test_nitz_wants_more_than_five_everywhere_and_six_in_all(self):
        """Nuove imprese a tasso zero: each criterion above 5, mean at least 6."""
        codes = ("team", "market", "technical", "financial")
        marks = "0 1 2 3 4 5 6 7 8 9 10"
        grid = tuple(criterion(c, marks, "0.25", "5", ">") for c in codes)
        formula = Formula(grid, threshold=Decimal(6), budget=10**9)
        rows = ranking.rank(
            formula,
            [
                entry("A", "6 6 6 6", grid=codes),
                entry("B", "10 10 10 5", grid=codes),
                entry("C", "6 6 6 6", "6 6 6 5", grid=codes),
                entry("D", "9 7 6 6", grid=codes, number=2),
            ],
            SEED,
        )
        result = {row.entry.code: (row.total, row.failed) for row in rows}
        assert result == {
            "D": (Fraction(7), ()),
            "A": (Fraction(6), ()),
            "B": (Fraction("8.75"), ("financial",)),
            "C": (Fraction("5.88"), ("total",)),
        }

    def test_european_grants_want_three_of_five_each_and_ten_of_fifteen(self):
        """Horizon: half points, thresholds included, excellence before impact at a tie."""
        codes = ("excellence", "impact", "implementation")
        marks = "0 0.5 1 1.5 2 2.5 3 3.5 4 4.5 5"
        grid = tuple(criterion(c, marks, "1", "3") for c in codes)
        formula = Formula(
            grid,
            threshold=Decimal(10),
            tie_breaks=("criterion:excellence", "criterion:impact", "lot"),
            budget=10**9,
        )
        rows = ranking.rank(
            formula,
            [
                entry("A", "4 4.5 3.5", grid=codes),
                entry("B", "4.5 4 3.5", grid=codes),
                entry("C", "4 4 4", grid=codes),
                entry("D", "3 3 4", grid=codes),
                entry("E", "3 3 3.5", grid=codes),
                entry("F", "5 5 2.5", grid=codes),
            ],
            SEED,
        )
        assert [(row.entry.code, row.decided_by) for row in rows if not row.failed] == [
            ("B", None),
            ("A", "criterion:excellence"),
            ("C", "criterion:impact"),
            ("D", None),
        ]
        assert {row.entry.code: row.failed for row in rows if row.failed} == {
            "E": ("total",),
            "F": ("implementation",),
        }


# -- properties

GRID = (
    criterion("idea", "0 1 2 3 4 5", weight="2.5", minimum="2"),
    criterion("cash", "0 0.5 1 1.5 2", weight="1.25", minimum="0.5", operator=">"),
)


@st.composite
def fields(draw, minimum=0):
    sheet = st.fixed_dictionaries(
        {
            "idea": st.sampled_from(GRID[0].marks),
            "cash": st.sampled_from(GRID[1].marks),
        }
    )
    codes = draw(st.lists(st.integers(1, 10**6), unique=True, min_size=minimum, max_size=12))
    return [
        Candidate(
            f"2026/{code:07d}",
            (2026, code),
            sent(draw(st.integers(0, 3))),
            draw(st.integers(1, 60)),
            tuple(draw(st.lists(sheet, min_size=2, max_size=4))),
        )
        for code in codes
    ]


TIES = st.lists(
    st.sampled_from(["criterion:idea", "criterion:cash", "requested_low", "sent_first", "lot"]),
    unique=True,
    max_size=4,
)


@st.composite
def formulas(draw):
    return Formula(
        GRID,
        threshold=draw(st.sampled_from([None, Decimal(5), Decimal("7.5")])),
        threshold_operator=draw(st.sampled_from([">", ">="])),
        rounding_step=draw(st.sampled_from(["criterion", "total"])),
        rounding_digits=draw(st.integers(0, 3)),
        tie_breaks=tuple(draw(TIES)),
        budget=draw(st.integers(0, 200)),
        budget_rule=draw(st.sampled_from(BUDGET_RULES)),
    )


@settings(deadline=None)
@given(formulas(), fields(), st.randoms(use_true_random=False))
def test_shuffled_input_gives_the_same_bytes(formula, entries, chance):
    shuffled = [replace(e, sheets=tuple(chance.sample(e.sheets, len(e.sheets)))) for e in entries]
    chance.shuffle(shuffled)
    envelopes = bundles.envelopes(entries)
    seeds = dict(chance.sample(list(envelopes.items()), len(entries)))
    one = bundles.files(formula, entries, envelopes)
    assert one == bundles.files(formula, shuffled, seeds)


@settings(deadline=None)
@given(formulas(), fields())
def test_every_passing_application_has_its_own_place_and_no_other_has_one(formula, entries):
    rows = ranking.rank(formula, entries, SEED)
    assert sorted(row.entry.code for row in rows) == sorted(e.code for e in entries)
    positions = [row.position for row in rows if not row.failed]
    assert positions == list(range(1, len(positions) + 1))
    assert all(row.position is None and row.granted == 0 for row in rows if row.failed)
    totals = [row.total for row in rows if not row.failed]
    assert totals == sorted(totals, reverse=True)


@settings(deadline=None)
@given(formulas(), fields())
def test_a_failing_application_changes_nobody_else(formula, entries):
    outsider = Candidate(
        "2026/9999999",
        (2026, 9999999),
        sent(1),
        1,
        ({"idea": Decimal(0), "cash": Decimal(0)},),
    )
    before = ranking.rank(formula, entries, SEED)
    after = ranking.rank(formula, [outsider, *entries], SEED)
    assert [row for row in after if row.entry is not outsider] == before


@settings(deadline=None)
@given(formulas(), fields())
def test_money_never_exceeds_the_budget_nor_what_was_asked(formula, entries):
    rows = ranking.rank(formula, entries, SEED)
    assert sum(row.granted for row in rows) <= formula.budget
    assert all(0 <= row.granted <= row.entry.requested for row in rows)


@settings(deadline=None)
@given(formulas(), fields())
def test_nobody_is_funded_before_somebody_better_unless_the_rule_skips_what_did_not_fit(
    formula, entries
):
    passed = [row for row in ranking.rank(formula, entries, SEED) if not row.failed]
    full = [row.state == "funded" for row in passed]
    if formula.budget_rule != "skip":
        assert full == sorted(full, reverse=True)
        return
    left = formula.budget
    for row in passed:
        assert (row.state == "funded") is (row.entry.requested <= left)
        left -= row.granted


@settings(deadline=None, max_examples=200)
@given(formulas(), fields())
def test_the_independent_script_computes_the_same_values(formula, entries):
    found = bundles.files(formula, entries, bundles.envelopes(entries))
    assert bundles.refusals(found) == []
