"""What may be done to an application in which state, and until when."""

from datetime import UTC, datetime, timedelta

import pytest

from calls.applications.rules import lifecycle
from calls.tables.applications import Application
from kit.db import Base
from kit.errors import Refused

TABLE = Base.metadata.tables[Application.__tablename__]
NOON = datetime(2026, 3, 31, 10, tzinfo=UTC)
LAST = NOON + timedelta(microseconds=999_999)
LATE = NOON + timedelta(seconds=1)


class Call:
    """A call whose deadline is noon in Rome."""

    opens_at = NOON - timedelta(days=30)
    deadline_at = NOON
    opened: int | None = None
    ranked_at: datetime | None = None


def test_a_draft_may_be_written_and_what_was_sent_may_not():
    lifecycle.check_may_edit("draft", Call(), LAST)
    assert lifecycle.may_edit("draft", Call(), LAST) and not lifecycle.is_sent("draft")
    with pytest.raises(Refused, match="già stata inviata"):
        lifecycle.check_may_edit("submitted", Call(), LAST)
    assert lifecycle.is_sent("submitted")
    assert not lifecycle.may_edit("submitted", Call(), LAST)


def test_a_draft_may_be_written_as_long_as_it_could_be_sent():
    with pytest.raises(Refused, match="la bozza non si può più cambiare"):
        lifecycle.check_may_edit("draft", Call(), LATE)
    assert not lifecycle.may_edit("draft", Call(), LATE)
    with pytest.raises(Refused, match="già stata inviata"):
        lifecycle.check_may_edit("submitted", Call(), LATE)


def test_the_table_knows_exactly_these_states():
    checks = [str(c.sqltext) for c in TABLE.constraints if hasattr(c, "sqltext")]
    assert f"state IN ('{lifecycle.DRAFT}', '{lifecycle.SUBMITTED}')" in checks
