"""The letters that carry a link: to whom, in whose language, and never to where none can go."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from kit.errors import Message, Refused
from kit.letters import Reader
from kit.mail import Mail
from people import invitations, link_letters, sign_ins
from people.invitations import Guest, OfferedRole
from people.roles import DRIVER
from people.tables.links import OneTimeLink
from people.tables.roles import Invitation
from tests import make


def letter(session, address: str) -> Mail:
    session.flush()
    return session.scalars(select(Mail).where(Mail.to == address)).one()


def link(session, text: str) -> OneTimeLink:
    """The link whose token stands in a letter."""
    (token,) = re.findall(r"/links/(\S+)", text)
    hashed = sign_ins.token_hash(token)
    return session.scalars(select(OneTimeLink).where(OneTimeLink.token_hash == hashed)).one()


def test_a_registration_goes_on_to_where_it_began(session, now):
    reader = Reader("nuova@esempio.it", "Sara Conti", "en")
    link_letters.registration(session, reader, "/calls/7", now)
    wrote = letter(session, "nuova@esempio.it")
    assert (wrote.kind, wrote.private) == (link_letters.SIGN_IN, True)
    assert "open the link within 48 hours" in wrote.text, "in the language of the reader"
    made = link(session, wrote.text)
    assert (made.purpose, made.target, made.name) == ("registration", "/calls/7", "Sara Conti")
    assert made.expires_at == now + timedelta(hours=link_letters.REGISTRATION_HOURS)


def test_a_new_password_is_for_an_hour_and_one_person(session, now):
    person = make.person(session, "Sara Conti")
    link_letters.reset(session, person, now)
    made = link(session, letter(session, person.email).text)
    assert (made.purpose, made.person_id) == ("reset", person.id)
    assert made.expires_at == now + timedelta(hours=1)


def test_whoever_has_an_access_is_invited_in_the_own_language(session, now):
    person = make.person(session, "Sara Conti", locale="en")
    offer = OfferedRole((DRIVER, "centre", 2), Message("consegne"))
    invitations.invite(session, None, Guest(person.email, "Sara", "it"), offer, now)
    wrote = letter(session, person.email)
    assert wrote.text.startswith("Hello,")
    found = session.scalars(select(Invitation)).one()
    assert link(session, wrote.text).invitation_id == found.id


def test_of_an_access_that_is_there_one_letter_an_hour_tells(session, now):
    person = make.person(session)
    for minutes in (0, 1):
        at = now.replace(minute=0) + timedelta(minutes=minutes)
        link_letters.known_already(session, person, at)
    assert "/links/" not in letter(session, person.email).text, "it opens nothing"
    link_letters.known_already(session, person, now.replace(minute=0) + timedelta(hours=1))
    session.flush()
    assert len(session.scalars(select(Mail).where(Mail.to == person.email)).all()) == 2


def test_who_asks_for_an_invitation_that_ended_reads_what_became_of_it(session, now):
    person = make.person(session)
    ended = Message("Questo invito è stato ritirato.")
    for _ in range(2):
        link_letters.invitation_ended(session, person, ended, now)
    wrote = letter(session, person.email)
    assert "Questo invito è stato ritirato. Per questo non ne parte un altro." in wrote.text
    assert "/links/" not in wrote.text and "registra" not in wrote.text


def test_where_no_letter_can_go_there_is_no_link(session, now):
    with pytest.raises(Refused, match="non si può scrivere") as refused:
        link_letters.registration(session, Reader(None, "Sara Conti", "it"), "", now)
    assert refused.value.field == "email"
