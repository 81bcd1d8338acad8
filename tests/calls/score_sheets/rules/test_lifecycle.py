"""What may be done to a score sheet in which state."""

import pytest

from calls.score_sheets.rules import lifecycle
from calls.tables.score_sheets import ScoreSheet
from kit.db import Base
from kit.errors import Refused

TABLE = Base.metadata.tables[ScoreSheet.__tablename__]


@pytest.mark.parametrize(
    ("state", "ranked", "may_mark", "sent"),
    [
        ("new", False, True, False),
        ("draft", False, True, False),
        ("sent", False, False, True),
        ("new", True, False, False),
        ("draft", True, False, False),
        ("sent", True, False, True),
    ],
)
def test_marks_change_until_the_sheet_is_sent_or_the_ranking_published(
    state, ranked, may_mark, sent
):
    assert lifecycle.may_mark(state, ranked=ranked) is may_mark
    assert lifecycle.is_sent(state) is sent
    if sent:
        with pytest.raises(Refused, match="è stata inviata"):
            lifecycle.check_not_sent(state)
    else:
        lifecycle.check_not_sent(state)


def test_the_table_knows_exactly_these_states():
    checks = [str(c.sqltext) for c in TABLE.constraints if hasattr(c, "sqltext")]
    assert f"state IN ('{lifecycle.DRAFT}', '{lifecycle.SENT}')" in checks
