"""What every market test starts from."""

import pytest

from kit import jobs
from market import jobs as market_jobs  # noqa: F401 (registers the market's jobs)
from tests.market import make


@pytest.fixture
def at(session):
    return make.world(session)


@pytest.fixture
def statements(connection):
    """Count the statements an act sends, savepoints of the test left out."""
    return make.counter(connection)


# Documents are made by their own jobs; a test of closing only needs to see them queued.
for name in ("market.order_sheet", "market.sorting_sheets"):
    if name not in jobs.bodies:
        jobs.task(name)(lambda session, now, group_order_id: None)
