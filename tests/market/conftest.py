"""What every market test starts from."""

import pytest
from sqlalchemy.orm import Session

from market import jobs as market_jobs  # noqa: F401 (registers the market's jobs)
from market.closings import closings, dry_runs
from tests.market import make


@pytest.fixture
def at(session):
    return make.world(session)


@pytest.fixture
def owner(owner_engine):
    """The session of the tables' owner, who may change anything; rolled back at the end."""
    with owner_engine.connect() as connection:
        session = Session(connection)
        yield session
        session.rollback()


@pytest.fixture
def statements(connection):
    """Count the statements an act sends, savepoints of the test left out."""
    return make.counter(connection)


@pytest.fixture
def order_id(session, at):
    """Boxes in cases of 6: F1 wants 4 and would take 5, F2 wants 4; honey by the piece for F1."""
    at.boxes = make.pieces(session, at, case_size=6, whole_cases=True)
    at.honey = make.product(
        session, at, "Miele", unit="piece", price_micros=8_500_000, price_quantity=1
    )
    at.first = make.household(session, at, "F1")
    at.second = make.household(session, at, "F2")
    order_id = make.opened(session, at, transport_cents=1001, minimum_cents=10_000)
    make.book(session, at, order_id, at.first, (at.boxes.id, 4, 5))
    make.book(session, at, order_id, at.first, (at.honey.id, 1))
    make.book(session, at, order_id, at.second, (at.boxes.id, 4))
    session.commit()
    return order_id


@pytest.fixture
def closed_id(session, at, order_id):
    """The same order, closed: one case of 6."""
    seen = dry_runs.dry_run(session, at.coordinator, order_id)
    closings.close(session, at.coordinator, order_id, seen.token, at.now)
    session.commit()
    session.expire_all()
    return order_id
