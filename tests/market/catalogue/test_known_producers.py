"""A producer that is there already: asked about, taken, or another one of the same name."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from kit.errors import NotFound
from market.catalogue import known_producers, producers
from market.catalogue.known_producers import ANOTHER, AlreadyKnown
from market.catalogue.producers import Facts
from market.tables.catalogue import Agreement, Producer
from tests.market import make

FIRM = Facts(name="Caseificio Città Alta", vat_number="00000000017", street="Via Po 1")


@pytest.fixture
def firm(session, at):
    other = make.world(session)
    return producers.welcome(session, other.coordinator, other.centre.id, FIRM, at.now)


def welcome(session, at, facts, taken=""):
    return known_producers.welcome(
        session, at.coordinator, at.centre.id, facts, at.now, taken=taken
    )


def test_a_new_one_is_made_without_a_question(session, at, firm):
    assert welcome(session, at, Facts(name="Apicoltura")).id != firm.id


def test_a_code_says_which_one_it_is_and_no_other_is_made_of_it(session, at, firm):
    typed = replace(FIRM, name="Altro nome", street="Via Adda 2", minimum_cents=700)
    for taken in ("", ANOTHER, str(at.producer.id), "x"):
        with pytest.raises(AlreadyKnown) as asked:
            welcome(session, at, typed, taken)
        (found,) = asked.value.found
        assert asked.value.by_code and (found.id, found.agreed) == (firm.id, False)
        assert found.differs == [
            ("name", "Altro nome", FIRM.name),
            ("street", "Via Adda 2", "Via Po 1"),
        ]
    assert welcome(session, at, typed, str(firm.id)).id == firm.id
    assert session.get_one(Agreement, (at.centre.id, firm.id)).minimum_cents == 700
    assert firm.name == FIRM.name
    with pytest.raises(AlreadyKnown, match="è tra i produttori del centro"):
        welcome(session, at, typed, str(firm.id))


@pytest.mark.parametrize("name", ["Caseificio Città Alta", "CASEIFICIO citta alta"])
def test_a_name_that_is_there_is_asked_about_and_may_be_anothers(session, at, firm, name):
    with pytest.raises(AlreadyKnown) as asked:
        welcome(session, at, Facts(name=name))
    assert not asked.value.by_code
    assert welcome(session, at, Facts(name=name), str(firm.id)).id == firm.id
    assert welcome(session, at, Facts(name=name), ANOTHER).id != firm.id
    key = Producer.name_order == firm.name_order
    assert session.scalar(select(func.count()).where(key)) == 2


def test_only_coordinators_of_the_centre_are_told(session, at, firm):
    with pytest.raises(NotFound):
        known_producers.welcome(
            session, make.world(session).coordinator, at.centre.id, FIRM, at.now
        )
