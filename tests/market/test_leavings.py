"""What of the market keeps somebody from going (tests/community/test_erasures.py has the rest)."""

from sqlalchemy.orm import Session

from kit.own_data import Whose
from market import leavings
from market.tables.centres import Household
from tests import make
from tests.market import make as market


def test_a_booking_in_an_order_under_way_keeps_who_alone_books(session: Session) -> None:
    at = market.world(session)
    apples = market.product(session, at)
    order = market.opened(session, at)
    household = market.household(session, at, credit=500)
    anna = market.member(session, household)
    whose = Whose(anna.person_id, anna.email)
    market.book(session, at, order, household, (apples.id, apples.minimum or 1))
    session.flush()
    said = " ".join(map(str, leavings.obstacles(session, whose, [])))
    assert "ha una prenotazione nell'ordine" in said
    market.member(session, household)
    assert leavings.obstacles(session, whose, []) == []


def test_the_address_goes_off_the_households_written_to_at_it(session: Session) -> None:
    at = market.world(session)
    mine, other = market.household(session, at), market.household(session, at)
    anna = make.actor(session)
    session.get_one(Household, mine.id).email = anna.email
    session.flush()
    leavings.leave(session, Whose(anna.person_id, anna.email), anna.now)
    session.expire_all()
    assert session.get_one(Household, mine.id).email is None
    assert session.get_one(Household, other.id).email is not None
