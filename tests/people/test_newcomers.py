"""Who comes first by a provider: an access by an address that is proved, or none."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from kit.errors import Refused
from people import attested, identities, links, newcomers, roles, sign_ins
from people.tables.identities import Identity
from people.tables.links import OneTimeLink
from people.tables.persons import Person
from people.tables.roles import Invitation, RoleGrant
from tests import make
from tests.people.providers.made import answer
from tests.people.test_links import invited, registered


def begin(found):
    return newcomers.begin(found, "Mario Rossi", "telefono")


def people(session):
    return session.scalar(select(func.count()).select_from(Person))


def test_a_verified_address_is_enough(session):
    token = newcomers.begin(answer(), "Mario Rossi", "telefono", locale="en")
    found = sign_ins.require(session, token)
    assert (found.name, found.email, found.locale) == ("Mario Rossi", "mario@esempio.it", "en")
    assert found.proved == (2, ("provider:spid",))
    assert identities.owner_of(session, answer()) == found.person_id
    assert {each.name for each in attested.of(session, found.person_id)} >= {"tax_code"}


def test_an_address_that_is_not_verified_is_not(session):
    with pytest.raises(Refused, match="prima confermato"):
        begin(answer(email_verified=False))
    assert people(session) == 0


def test_the_letter_by_which_somebody_came_proves_its_address(session, now):
    token = registered(session, now)
    session.commit()
    found = answer(email_verified=False, link=token)
    assert newcomers.email_of(session, found) == "nuova@esempio.it"
    actor = sign_ins.require(session, begin(found))
    assert actor.email == "nuova@esempio.it"
    with pytest.raises(links.Spent):
        begin(answer("another", attributes={}, link=token))


def test_an_invitation_is_accepted_by_an_identity(session, now):
    token = invited(session, now)
    session.commit()
    actor = sign_ins.require(session, begin(answer(link=token)))
    assert actor.email == "nuova@esempio.it"
    assert session.scalars(select(RoleGrant.role)).one() == roles.DRIVER
    assert session.scalars(select(Invitation.outcome)).one() == "accepted"


def test_a_letter_for_a_new_password_makes_no_access(session, now):
    made = OneTimeLink(
        token_hash=sign_ins.token_hash("x" * 43),
        purpose="reset",
        email="chi@esempio.it",
        name="",
        created_at=now,
        expires_at=now + timedelta(hours=1),
    )
    session.add(made)
    session.commit()
    with pytest.raises(links.Spent):
        begin(answer(link="x" * 43))
    assert people(session) == 0


@pytest.mark.parametrize("what", ["identity", "tax code", "address"])
def test_what_has_an_access_makes_no_second_one(session, what):
    first = begin(answer())
    assert first
    changed = {
        "identity": answer(attributes={}, email="altro@esempio.it"),
        "tax code": answer("AGID-2", email="altro@esempio.it"),
        "address": answer("AGID-2", attributes={}),
    }[what]
    with pytest.raises(Refused):
        begin(changed)
    assert people(session) == 1
    assert session.scalar(select(func.count()).select_from(Identity)) == 1


def test_what_is_known_here_is_a_tax_code_or_an_address_that_is_verified(session, now):
    make.person(session, email="mario@esempio.it")
    assert newcomers.known_here(session, answer())
    assert not newcomers.known_here(session, answer(email_verified=False))
    other = make.person(session)
    attested.keep(session, answer(), other.id, now)
    assert newcomers.known_here(session, answer(email_verified=False))


def test_the_same_one_twice_at_once_is_one_person(committed):
    with ThreadPoolExecutor(2) as pool:

        def tried(_):
            try:
                return begin(answer())
            except Refused:
                return None

        found = list(pool.map(tried, range(2)))
    assert sum(each is not None for each in found) == 1
    with committed.sessions() as session:
        assert session.scalar(select(func.count()).where(Person.email == "mario@esempio.it")) == 1


def test_an_invitation_that_has_ended_gives_no_role(session, now):
    token = invited(session, now)
    links.turn_down(session, token, now)
    session.commit()
    with pytest.raises((Refused, links.Spent)):
        begin(answer(link=token))
    assert people(session) == 0
