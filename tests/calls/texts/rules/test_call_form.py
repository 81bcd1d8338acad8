from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from calls.texts.rules.call_content import from_plain, to_plain
from calls.texts.rules.call_form import read, seconds
from kit.canonical import encode
from kit.errors import Invalid
from kit.words.text import render
from tests.calls.examples import call_values

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def errors(**changes):
    with pytest.raises(Invalid) as refused:
        read(call_values(NOW, **changes))
    return {name: str(message) for name, message in refused.value.errors.items()}


def test_a_complete_form_becomes_exact_values():
    content = read(call_values(NOW))
    assert content.budget == 12_000_000
    assert content.deadline_at == NOW + timedelta(days=24)
    assert [c.code for c in content.criteria] == ["A", "B", "C"]
    assert content.criterion("C").weight == Decimal("1.5")
    assert content.criterion("A").minimum == Decimal(5)
    assert content.criterion("A").operator == ">"
    assert content.criterion("B").minimum is None
    assert content.criterion("B").marks == tuple(Decimal(n) for n in (0, 2, 4, 6, 8, 10))
    assert content.attainable == Decimal(65)
    assert [line.code for line in content.eligibility.declarations] == ["D1", "D2"]


def test_a_content_reads_back_from_its_canonical_bytes():
    import json

    content = read(call_values(NOW))
    written = encode(to_plain(content))
    assert from_plain(json.loads(written)) == content
    assert encode(to_plain(from_plain(json.loads(written)))) == written


def test_everything_that_is_wrong_is_said_at_once():
    with pytest.raises(Invalid) as refused:
        read({})
    found = refused.value.errors
    assert {"title", "opens_at", "deadline_at", "budget", "section-aims", "age_on"} <= set(found)
    assert "criterion-1-name" in found
    assert "tie_break-1" in found


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("deadline_at", "2026-11-01T12:00"),
        ("deadline_at", "domani"),
        ("deadline_at", "2026-12-16T12:00+01:00"),
        ("cap", "200.000"),
        ("budget", "0"),
        ("budget", "-5"),
        ("intensity_percent", "101"),
        ("age_below", "18"),
        ("criterion-1-minimum", "10"),
        ("criterion-1-rubric", "0 = Assente\n11 = Oltre il massimo\n10 = Ottimo"),
        ("criterion-1-rubric", "0 = Assente\n0 = Di nuovo\n10 = Ottimo"),
        ("criterion-1-rubric", "0 =\n10 = Ottimo"),
        ("criterion-1-rubric", "0 = Assente\n5 = Buono"),
        ("criterion-1-rubric", "10 = Ottimo"),
        ("criterion-1-weight", "0"),
        ("criterion-1-operator", "<"),
        ("threshold", "65,5"),
        ("tie_break-1", "criterion:H"),
        ("tie_break-2", "criterion:A"),
        ("tie_break-2", "lot"),
        ("tie_break-3", ""),
        ("rounding_digits", "5"),
        ("budget_rule", "whatever"),
    ],
)
def test_a_slip_is_named_at_its_field(field, typed):
    named = {"tie_break-3": "tie_break-2"} if typed == "" else {}
    named |= {"tie_break-2": "tie_break-3"} if typed == "lot" else {}
    assert named.get(field, field) in errors(**{field: typed})


def test_after_who_sent_first_another_key_may_stand_and_after_the_lot_none():
    """Two sendings may arrive in the same microsecond; no two lots are the same."""
    for keys in (["sent_first", "requested_low", "lot"], ["requested_low", "sent_first", ""]):
        rows = {f"tie_break-{row}": key for row, key in enumerate(keys, 1)}
        assert read(call_values(NOW, **rows)).tie_breaks == tuple(filter(None, keys))
    after_the_lot = {"tie_break-1": "lot", "tie_break-2": "sent_first", "tie_break-3": ""}
    assert "decide già sempre" in errors(**after_the_lot)["tie_break-2"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [("2027-03-28T02:30", "non esiste"), ("2026-10-25T02:30", "due volte")],
)
def test_local_times_that_do_not_exist_or_occur_twice_are_refused(typed, words):
    assert words in errors(deadline_at=typed)["deadline_at"]


def test_a_threshold_that_only_the_best_reaches_depends_on_its_operator():
    read(call_values(NOW, threshold="65", threshold_operator=">="))
    assert "threshold" in errors(threshold="65", threshold_operator=">")


@pytest.mark.parametrize("name", sorted(call_values(NOW)))
def test_what_cannot_be_read_is_said_of_that_field_and_of_no_other(name):
    """Another field is not wrong because this one says nothing."""
    try:
        read(call_values(NOW, **{name: "tanto"}))
    except Invalid as refused:
        assert set(refused.errors) == {name}


@pytest.mark.parametrize("name", ["opens_at", "deadline_at"])
def test_a_call_that_begins_or_ends_within_a_minute_is_named(name):
    moment = {"opens_at": "2026-11-21T23:54", "deadline_at": "2026-12-16T23:54"}[name]
    assert seconds(call_values(NOW, **{name: f"{moment}:00"})) == {}
    found = seconds(call_values(NOW, **{name: f"{moment}:07"}))
    assert set(found) == {name} and "minuti interi" in str(found[name])


def test_every_fault_of_a_grid_is_named_at_once():
    typed = "0 = Assente\n0 = Di nuovo\n11 = Oltre\ncinque = Medio\n7 ="
    said = render(errors_of("criterion-1-rubric", typed))
    for fault in (
        "Il punteggio 0 c'è due volte.",
        "Il punteggio 11 supera il massimo.",
        "«3 = Buono»: cinque = Medio",
        "«3 = Buono»: 7 =",
        "Manca il giudizio del punteggio massimo 10.",
    ):
        assert said.count(fault) == 1, (fault, said)


def errors_of(name, typed):
    with pytest.raises(Invalid) as refused:
        read(call_values(NOW, **{name: typed}))
    return refused.value.errors[name]
