"""What may be done to an application in which state."""

import pytest

from calls.applications.rules import lifecycle
from calls.tables.applications import Application
from kit.db import Base
from kit.errors import Refused

TABLE = Base.metadata.tables[Application.__tablename__]


def test_a_draft_may_be_written_and_what_was_sent_may_not():
    lifecycle.check_may_edit("draft")
    assert lifecycle.may_edit("draft") and not lifecycle.is_sent("draft")
    with pytest.raises(Refused, match="già stata inviata"):
        lifecycle.check_may_edit("submitted")
    assert lifecycle.is_sent("submitted") and not lifecycle.may_edit("submitted")


def test_the_table_knows_exactly_these_states():
    checks = [str(c.sqltext) for c in TABLE.constraints if hasattr(c, "sqltext")]
    assert f"state IN ('{lifecycle.DRAFT}', '{lifecycle.SUBMITTED}')" in checks
