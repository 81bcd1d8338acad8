"""The first administrator comes by a letter that is sent at the machine, and nobody else does."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from kit.errors import Refused
from kit.mail import Mail
from kit.settings import settings
from people import first_administrator, invitation_lists, invitations, roles
from people.invitations import Guest
from people.tables.roles import Invitation
from tests import make
from tests.jobs import run_all

ADA = Guest("ada@esempio.it", "Ada Regina")
HOUSE = (roles.ADMINISTRATOR, "house", 0)


@pytest.fixture(autouse=True)
def _no_demo(monkeypatch):
    monkeypatch.setattr(first_administrator, "settings", lambda: replace(settings(), demo=False))


def waiting(session):
    found = invitation_lists.waiting_at(session, invitations.Place((roles.ADMINISTRATOR,)))
    return [one.email for one in found]


def test_who_accepts_the_letter_administers(session, now):
    first_administrator.invite(session, ADA, now)
    run_all(session)
    assert session.scalars(select(Mail.to)).all() == [ADA.email]
    ada = make.actor(session, make.person(session, "Ada Regina", email=ADA.email))
    invitations.accept(session, ada, session.scalars(select(Invitation.id)).one(), now)
    assert [one.email for one in roles.holders(session, *HOUSE)] == [ADA.email]


def test_who_was_invited_by_a_slip_of_the_pen_is_invited_no_more(session, now):
    first_administrator.invite(session, Guest("aba@esempio.it", "Ada"), now)
    first_administrator.invite(session, ADA, now)
    assert waiting(session) == [ADA.email]
    first_administrator.invite(session, ADA, now)
    assert waiting(session) == [ADA.email], "a letter that was lost goes again"


def test_where_somebody_administers_they_invite(session, now):
    make.actor(session, None, HOUSE)
    with pytest.raises(Refused, match="C'è già chi amministra"):
        first_administrator.invite(session, ADA, now)
    assert waiting(session) == []


def test_a_demo_has_its_own(session, now, monkeypatch):
    monkeypatch.setattr(first_administrator, "settings", settings)
    with pytest.raises(Refused, match="dimostrazione"):
        first_administrator.invite(session, ADA, now)
