"""Books for every test of the house."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from ledger import checks
from tests.ledger import make


@pytest.fixture
def books(session: Session) -> make.Books:
    return make.books(session)


@pytest.fixture
def _clean(session: Session) -> Iterator[None]:
    """Whatever a test does through the front door leaves the books in order."""
    yield
    assert checks.violations(session) == []
