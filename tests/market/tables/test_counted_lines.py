"""Databases that were filled before lines and households were counted."""

import pytest
from sqlalchemy import text

from kit import db, migrate
from market import checks
from market.closings import closings, dry_runs
from tests.market import make

pytestmark = pytest.mark.usefixtures("_committed_bound")


def test_what_was_booked_before_is_counted_by_the_migration(committed):
    with db.transaction() as session:
        at = make.world(session)
        boxes = make.pieces(session, at, case_size=6, whole_cases=True)
        honey = make.pieces(session, at)
        first, second = make.household(session, at), make.household(session, at)
        make.household(session, at)
        for closes in (True, False):
            order_id = make.opened(session, at)
            make.book(session, at, order_id, first, (boxes.id, 4))
            make.book(session, at, order_id, first, (honey.id, 2))
            make.book(session, at, order_id, second, (boxes.id, 4))
            make.book(session, at, order_id, second, (honey.id, 1))
            make.book(session, at, order_id, second, (honey.id, 0))
            if closes:
                token = dry_runs.dry_run(session, at.coordinator, order_id).token
                closings.close(session, at.coordinator, order_id, token, at.now)
    count = text("select lines, changed_lines from booking order by id")
    with db.transaction() as session:
        before = session.execute(count).all()
    assert before == [(2, 1), (1, 1), (2, None), (1, None)]
    with db.transaction() as session:  # what a later revision counts would be lost
        session.execute(text("update group_order set ordered_cents = null"))
        session.execute(text("delete from person_session"))
    migrate.downgrade(committed.owner_url, "20261126_count_booked_lines")
    with db.transaction() as session:  # as the columns begin
        session.execute(text("update booking set lines = 0, changed_lines = null"))
        session.execute(text("update offer set households = 0"))
        assert session.execute(count).all() == [(0, None)] * 4
    migrate.upgrade(committed.owner_url, committed.app_url)
    with db.transaction() as session:
        assert session.execute(count).all() == before
        assert session.scalars(text("select households from offer order by id")).all() == [2, 1] * 2
        assert checks.violations(session) == []
