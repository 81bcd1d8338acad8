"""What an entry must be before it may touch the books."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import Message, Refused
from ledger.rules.entries import (
    LARGEST_CENTS,
    Entry,
    body_hash,
    canonical,
    check,
    check_amount,
    mirrored,
)


def entry(*lines: tuple[int, int], **fields: object) -> Entry:
    return Entry(**{"key": "test:key", "kind": "charge", "lines": lines} | fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "lines",
    [
        [(1, 5), (2, -5)],
        [(1, LARGEST_CENTS), (2, -LARGEST_CENTS)],
        [(1, -300), (2, 250), (3, 50)],
        [(1, -1), (1, 1)],
        [(n, 1) for n in range(1, 100)] + [(100, -99)],
    ],
)
def test_a_balanced_entry_passes(lines: list[tuple[int, int]]) -> None:
    check(entry(*lines))


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (entry((1, 5), (2, -4)), "out of balance, in cents: 1"),
        (entry((1, 5)), "2 to 100 lines"),
        (entry(), "2 to 100 lines"),
        (entry(*[(n, 1) for n in range(1, 101)], (101, -100)), "2 to 100 lines"),
        (entry((1, 5), (2, -5), key="short"), "8 to 200"),
        (entry((1, 5), (2, -5), key="x" * 201), "8 to 200"),
        (entry((1, 5), (2, -5), kind="Charge!"), "kind"),
        (entry((1, 5), (2, -5), kind="reversal"), "original"),
        (entry((1, 5), (2, -5), reverses=3), "original"),
        (entry((1, 5), (2, -5), memo=Message("x" * 501)), "memo"),
    ],
)
def test_what_only_a_bug_produces_is_an_error(broken: Entry, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        check(broken)


@pytest.mark.parametrize("amount", [0, LARGEST_CENTS + 1, -LARGEST_CENTS - 1, 10**30])
def test_an_amount_nobody_means_is_refused_at_its_field(amount: int) -> None:
    with pytest.raises(Refused) as refused:
        check_amount(amount)
    assert refused.value.field == "amount"


@pytest.mark.parametrize("amount", [1.0, True, "1", None])
def test_an_amount_that_is_no_whole_number_of_cents_is_an_error(amount: object) -> None:
    with pytest.raises(TypeError):
        check_amount(amount)  # type: ignore[arg-type]


def test_the_body_of_an_entry_is_what_it_does_with_money() -> None:
    one = entry((12, -300), (7, 300), subject=("booking", 4))
    assert canonical(one) == "charge\n\nbooking:4\n12:-300,7:300"
    assert body_hash(one) == hashlib.sha256(b"charge\n\nbooking:4\n12:-300,7:300").digest()
    undo = entry((12, 300), (7, -300), kind="reversal", reverses=9)
    assert canonical(undo) == "reversal\n9\n:\n12:300,7:-300"


def test_better_words_leave_the_body_as_it_is() -> None:
    one, other = entry((1, 5), (2, -5)), entry((1, 5), (2, -5), memo=Message("Pane"))
    assert body_hash(one) == body_hash(other)


amounts = st.integers(-LARGEST_CENTS, LARGEST_CENTS).filter(bool)
some_lines = st.lists(st.tuples(st.integers(1, 2**63 - 1), amounts), max_size=8).map(tuple)


@given(some_lines, some_lines, st.sampled_from(["charge", "top_up"]), st.sampled_from("ab"))
def test_two_bodies_are_written_alike_only_if_they_are_alike(
    ones: tuple[tuple[int, int], ...],
    others: tuple[tuple[int, int], ...],
    kind: str,
    subject_kind: str,
) -> None:
    one = entry(*ones, subject=("a", 1))
    other = entry(*others, kind=kind, subject=(subject_kind, 1))
    alike = ones == others and kind == "charge" and subject_kind == "a"
    assert (canonical(one) == canonical(other)) == alike


@given(some_lines)
def test_the_mirror_of_a_mirror_is_the_original(lines: tuple[tuple[int, int], ...]) -> None:
    assert tuple(mirrored(mirrored(lines))) == lines
    assert sum(cents for _, cents in lines) + sum(cents for _, cents in mirrored(lines)) == 0
