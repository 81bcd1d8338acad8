"""A published ranking ends the commission's work."""

import pytest

from calls.commission.rules import lifecycle
from kit.errors import Refused


def test_until_the_ranking_the_commission_changes_and_works():
    lifecycle.check_may_change(ranked=False)
    lifecycle.check_may_evaluate(ranked=False)
    with pytest.raises(Refused, match="non cambia più"):
        lifecycle.check_may_change(ranked=True)
    with pytest.raises(Refused, match="valutazione è chiusa"):
        lifecycle.check_may_evaluate(ranked=True)


@pytest.mark.parametrize(
    ("reason", "said"),
    [("", "Scrivi il motivo"), ("Breve.", "almeno 10"), ("x" * 1001, "troppo lungo")],
)
def test_an_act_wants_a_reason_that_is_one(reason, said):
    with pytest.raises(Refused, match=said) as refusal:
        lifecycle.check_reason(reason)
    assert refusal.value.field == "reason"
    lifecycle.check_reason("x" * 10)
    with pytest.raises(Refused, match="lo legge chi è tolto"):
        lifecycle.check_reason("", published=False)
