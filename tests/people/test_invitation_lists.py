"""Invitations as they are listed: with the end of the role that is offered."""

from datetime import timedelta

from kit.errors import Message
from people import invitation_lists, invitations, roles
from people.invitations import Guest, OfferedRole, Place
from tests import make

HERE = Place((roles.DRIVER,))


def test_who_made_them_and_who_may_answer_read_the_same(session, now):
    guest = make.actor(session)
    until = now + timedelta(days=40)
    offer = OfferedRole((roles.DRIVER, "centre", 2), Message("consegne"), until)
    invitations.invite(session, None, Guest(guest.email, "Ivo Bossi"), offer, now)
    (kept,) = invitation_lists.waiting_at(session, HERE)
    assert [kept] == invitation_lists.waiting_for(session, guest)
    assert kept == invitation_lists.one(session, kept.id, now)
    assert (kept.what, kept.until, kept.inviter) == (Message("consegne"), until, None)
    assert invitation_lists.one(session, kept.id, now + timedelta(days=14)) is None
    assert invitation_lists.waiting_for(session, make.actor(session)) == []
