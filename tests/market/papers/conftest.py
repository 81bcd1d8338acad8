"""A closed order whose papers are made."""

import pytest

from market.closings import closings, dry_runs
from tests import jobs
from tests.market import make


@pytest.fixture
def closed(session, at):
    apples = make.product(session, at, "Mele", step=500)
    boxes = make.pieces(session, at, case_size=6, whole_cases=True)
    order_id = make.opened(session, at)
    for n in range(3):
        family = make.household(session, at)
        make.book(session, at, order_id, family, (apples.id, 1500))
        make.book(session, at, order_id, family, (boxes.id, 2 + n, 4 + n))
    token = dry_runs.dry_run(session, at.coordinator, order_id).token
    closings.close(session, at.coordinator, order_id, token, at.now)
    session.commit()
    jobs.run_all(session)
    return order_id
