"""Books for every test of the house."""

import pytest
from sqlalchemy.orm import Session

from tests.ledger import make


@pytest.fixture
def books(session: Session) -> make.Books:
    return make.books(session)
