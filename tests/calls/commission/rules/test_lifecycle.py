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
