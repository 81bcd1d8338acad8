"""What every market test starts from."""

import pytest

from market import jobs as market_jobs  # noqa: F401 (registers the market's jobs)
from tests.market import make


@pytest.fixture
def at(session):
    return make.world(session)


@pytest.fixture
def statements(connection):
    """Count the statements an act sends, savepoints of the test left out."""
    return make.counter(connection)
