"""Who books for a household: taken off by its coordinators only, and named with its centre."""

import pytest

from kit import shown
from kit.errors import NotFound, Refused
from kit.words.text import render
from market.centres import members
from people import roles
from tests.market import make


def test_only_who_coordinates_the_centre_takes_somebody_off(session, at):
    family = make.household(session, at)
    member, elsewhere = make.member(session, family), make.world(session)
    for other in (member, elsewhere.coordinator):
        with pytest.raises(NotFound):
            members.removal(session, other, family.id, member.person_id)
        with pytest.raises(NotFound):
            members.remove(session, other, family.id, member.person_id, at.now, seen="")
    assert len(roles.holders(session, roles.MEMBER, "household", family.id)) == 1


def test_what_the_page_showed_is_what_is_done(session, at):
    family = make.household(session, at)
    member = make.member(session, family)
    whom = at.coordinator, family.id, member.person_id
    seen = shown.pack(members.removal(session, *whom).parts())
    family.email = None
    session.flush()
    with pytest.raises(shown.Changed, match="l'indirizzo della famiglia"):
        members.remove(session, *whom, at.now, seen=seen)
    told = members.removal(session, *whom)
    assert "la avvisi a voce" in render(told.who_books())
    members.remove(session, *whom, at.now, seen=shown.pack(told.parts()))
    with pytest.raises(Refused, match="non entra per questa famiglia"):
        members.remove(session, *whom, at.now, seen=seen)


def test_a_household_is_named_with_its_centre(session, at):
    family = make.household(session, at)
    found = members.named(session, [family.id, 999_999])
    assert {id_: render(what) for id_, what in found.items()} == {
        family.id: f"{family.name}, {at.centre.name}"
    }
