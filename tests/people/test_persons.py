"""Finding people: whom a letter is for, and the list of the administration."""

from people import persons, roles
from tests import make


def test_a_letter_goes_to_the_address_in_the_language_of_the_person(session):
    anna = make.person(session, "Anna Bianchi", email="anna@esempio.it", locale="en")
    reader = persons.reader(anna)
    assert (reader.email, reader.name) == ("anna@esempio.it", "Anna Bianchi")
    assert (reader.locale, reader.person_id) == ("en", anna.id)


def test_nobody_is_written_to_who_may_not_sign_in(session, now):
    anna = make.person(session, disabled_at=now)
    assert persons.reader(anna).email is None


def names(session, words):
    return [person.name for person, _ in persons.with_roles(session, words)]


def test_people_are_found_by_words_of_name_or_address_in_any_order(session, now):
    make.person(session, "Anna Bianchi", email="ab@lontano.it")
    make.person(session, "Bruno Bianchi", email="bruno@vicino.it")
    make.person(session, "Bianca Verdi", email="verdi@lontano.it", disabled_at=now)
    assert names(session, "bianchi") == ["Anna Bianchi", "Bruno Bianchi"]
    assert names(session, "LONTANO anna") == ["Anna Bianchi"]
    assert names(session, "bruno verdi") == []
    assert names(session, "verdi") == []  # who may not sign in is not listed


def test_an_address_with_accents_is_found_as_it_is_shown(session):
    make.person(session, "Anna Bianchi", email="anna@xn--citt-3na.it")
    assert names(session, "anna@città.it") == ["Anna Bianchi"]
    assert names(session, "bruno@città.it") == []


def test_signs_of_a_pattern_find_nobody_by_themselves(session):
    make.person(session, "Anna Bianchi", email="ab@lontano.it")
    assert names(session, "A%i") == names(session, "Ann_Bianchi") == []
    assert names(session, "bianchi%") == []


def test_each_comes_with_the_roles_held_oldest_first(session, now):
    anna, bruno = make.person(session, "Anna Rossini"), make.person(session, "Bruno Rossini")
    for role, kind, id_ in ((roles.TREASURER, "centre", 4), (roles.MEMBER, "household", 2)):
        roles.grant(session, None, anna.id, role, kind, id_, now)
    held = {
        person.id: [one.value for one in held]
        for person, held in persons.with_roles(session, "rossini")
    }
    assert held == {
        anna.id: [f"{roles.TREASURER}:centre:4", f"{roles.MEMBER}:household:2"],
        bruno.id: [],
    }


def test_a_long_list_is_cut(session):
    for number in range(persons.MOST_LISTED + 1):
        make.person(session, f"Carla Lunga {number:03}")
    found = names(session, "carla lunga")
    assert len(found) == persons.MOST_LISTED and found[-1] == "Carla Lunga 099"
