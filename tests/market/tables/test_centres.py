"""What no household and no place can be, whoever writes it."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.market import make


@pytest.mark.parametrize("column", ["commitment_cents", "limit_cents"])
def test_amounts_of_a_household_are_never_negative(session, at, column):
    make.household(session, at)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(text(f"update household set {column} = -1"))


def test_a_card_number_and_a_place_are_told_apart_in_their_centre(session, at):
    make.household(session, at, "A1")
    other = make.household(session, at, "A2")
    with pytest.raises(IntegrityError), session.begin_nested():
        other.code = "A1"
        session.flush()
    session.refresh(other)
    assert make.household(session, make.world(session), "A1").code == "A1"
