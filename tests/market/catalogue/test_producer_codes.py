"""The codes of a producer: the one of its address is free, the others are nobody else's."""

import pytest

from kit.errors import Refused
from market.catalogue import producer_codes
from tests.market import make


def test_a_code_that_is_taken_gets_a_number(session, at):
    at.producer.code = "orto"
    session.flush()
    assert producer_codes.free(session, "Orto!") == "orto-2"
    assert producer_codes.free(session, "Città Alta") == "citta-alta"
    assert producer_codes.free(session, "!") == "produttore"


def test_a_code_of_another_producer_is_refused_and_the_own_is_not(session, at):
    other = make.world(session)
    at.producer.vat_number = "00000000017"
    session.flush()
    producer_codes.check(session, at.producer.id, "00000000017", "")
    producer_codes.check(session, other.producer.id, "", "")
    with pytest.raises(Refused):
        producer_codes.check(session, other.producer.id, "", "00000000017")
