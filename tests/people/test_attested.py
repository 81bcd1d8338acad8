"""What providers say of people: the newest counts, and a tax code is one person's."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kit.errors import Refused
from people import attested
from people.tables.persons import Person
from tests import make
from tests.people.providers.made import answer

LATER = timedelta(days=1)
CODE, OMOCODE, OTHER = "RSSMRA80A01D150J", "RSSMRA80A01D15LM", "BNCNNA80A41D150G"


@pytest.fixture
def mario(session):
    return make.person(session, "Mario")


def said(session, person):
    return {(each.provider, each.name): each.value for each in attested.of(session, person.id)}


def of(code, **values):
    return answer(attributes={"tax_code": code} if code else {}, **values)


def test_the_newest_of_a_source_counts_and_the_person_keeps_its_own_words(session, mario, now):
    attested.keep(session, answer(attributes={"given_name": "Mario"}), mario.id, now)
    changed = answer(attributes={"given_name": "Maria", "address": "Via Dante 3"})
    attested.keep(session, changed, mario.id, now + LATER)
    attested.keep(session, answer(provider="cie", attributes={"given_name": "M."}), mario.id, now)
    assert said(session, mario) == {
        ("spid", "given_name"): "Maria",
        ("spid", "address"): "Via Dante 3",
        ("cie", "given_name"): "M.",
    }
    newest = attested.of(session, mario.id)[1]
    assert (newest.name, newest.provider, newest.at) == ("given_name", "spid", now + LATER)
    assert session.scalars(select(Person.name)).one() == "Mario"


def test_what_is_said_no_longer_stays_as_it_was_said(session, mario, now):
    attested.keep(session, answer(), mario.id, now)
    attested.keep(session, answer(attributes={}), mario.id, now + LATER)
    assert len(said(session, mario)) == 3


def test_what_one_provider_said_is_forgotten_and_the_others_words_stay(session, mario, now):
    attested.keep(session, of(CODE), mario.id, now)
    attested.keep(session, of(CODE, provider="cie"), mario.id, now)
    attested.forget(session, mario.id, "spid")
    assert said(session, mario) == {("cie", "tax_code"): CODE}
    assert attested.holder(session, CODE) == mario.id


def test_the_tax_code_of_somebody_else_is_refused(session, mario, now):
    attested.keep(session, of(CODE), mario.id, now)
    other = make.person(session)
    attested.check_tax_code(session, of(CODE), mario.id)
    with pytest.raises(Refused, match="già di un'altra persona"):
        attested.check_tax_code(session, of(CODE), other.id)
    with pytest.raises(Refused, match="già di un'altra persona"):
        attested.check_free(session, of(CODE))


def test_a_person_has_one_tax_code_also_where_letters_stand_for_figures(session, mario, now):
    attested.keep(session, of(CODE), mario.id, now)
    attested.check_tax_code(session, of(OMOCODE), mario.id)
    with pytest.raises(Refused, match="codice fiscale diverso"):
        attested.check_tax_code(session, of(OTHER), mario.id)


def test_without_a_tax_code_nothing_is_asked_of_it(session, mario):
    attested.lock(session, of(""))
    attested.check_free(session, of(""))
    attested.check_tax_code(session, of(""), mario.id)
    assert attested.holder(session, "") is None
