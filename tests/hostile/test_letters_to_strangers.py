"""Writing to anybody through us: what of one's own words arrives, and how often."""

import re

import pytest
from sqlalchemy import func, select

from kit.errors import Message, Refused
from kit.mail import Mail
from people import invitation_lists, invitations, link_requests, roles
from people.invitations import Guest, OfferedRole, Place
from tests import make
from tests.forms import filled
from tests.jobs import run_all

WORDS = "Il suo conto è bloccato: vada su https://evil.example o chiami 0372 123456"
VICTIM = "vittima@esempio.it"
DRIVER = (roles.DRIVER, "centre", 2)
HERE = Place((roles.DRIVER,))


def letters(session):
    run_all(session)
    return session.scalars(select(Mail).where(Mail.to == VICTIM).order_by(Mail.id)).all()


def links_and_words(letter):
    return re.findall(r"\S*(?:evil|conto|0372)\S*", f"{letter.subject}\n{letter.text}")


def test_a_registration_says_nothing_of_what_whoever_asked_for_it_typed(client, session):
    client.post("/register", data=filled(client, "/register", {"email": VICTIM, "name": WORDS}))
    (letter,) = letters(session)
    assert links_and_words(letter) == [] and "Ciao,\n" in letter.text
    assert letter.text.count("http") == 1


def invite(session, by, now, email=VICTIM, role=DRIVER, where=WORDS):
    offer = OfferedRole(role, Message("consegne, {where}", where=where))
    invitations.invite(session, by, Guest(email, WORDS), offer, now)


def test_an_invitation_says_a_name_only_where_it_is_one(session, now):
    by = make.person(session, WORDS)
    invite(session, by.id, now)
    (letter,) = letters(session)
    assert links_and_words(letter) == []
    assert "una persona ti invita" in letter.text and "(nome omesso)" in letter.text
    assert letter.text.count("http") == 1


def test_one_address_gets_no_more_than_a_few_invitations_a_day(session, now):
    most = link_requests.RECIPIENT[link_requests.INVITATION].most
    for n in range(most):
        by = make.person(session)
        invite(session, by.id, now, role=(roles.DRIVER, "centre", n + 1))
    with pytest.raises(Refused, match="A questo indirizzo sono già partiti") as refused:
        invite(session, by.id, now, role=(roles.DRIVER, "centre", 99))
    assert refused.value.field == "email"
    assert len(letters(session)) == most


def test_one_person_sends_no_more_than_so_many_a_day(session, now, monkeypatch):
    few = link_requests.INVITER._replace(most=3)
    monkeypatch.setattr(link_requests, "INVITER", few)
    by = make.person(session)
    for n in range(few.most):
        invite(session, by.id, now, email=f"persona{n}@altrove.it")
    with pytest.raises(Refused, match="mandali domani"):
        invite(session, by.id, now, email="altra@altrove.it")
    invite(session, make.person(session).id, now, email="altra@altrove.it")
    invite(session, by.id, now + few.share, email="ultima@altrove.it")


def test_a_letter_sent_anew_counts_too(session, now, monkeypatch):
    few = link_requests.INVITER._replace(most=2)
    monkeypatch.setattr(link_requests, "INVITER", few)
    by = make.person(session)
    for n in range(few.most):
        invite(session, by.id, now, email=f"persona{n}@altrove.it")
    (waiting, *_) = invitation_lists.waiting_at(session, HERE)
    later = now + invitations.SEND_AGAIN
    with pytest.raises(Refused, match="mandali domani"):
        invitations.send_again(session, make.actor(session, by), waiting.id, HERE, later)


def test_from_one_network_no_more_than_so_many_a_day(client, session, monkeypatch, now):
    few = link_requests.NETWORK_A_DAY._replace(most=2)
    monkeypatch.setattr(link_requests, "NETWORK_A_DAY", few)
    statuses = []
    for n in range(3):
        data = filled(client, "/register", {"email": f"persona{n}@altrove.it", "name": "Anna"})
        statuses.append(client.post("/register", data=data).status_code)
    assert statuses == [200, 200, 429]
    run_all(session)
    assert session.scalar(select(func.count()).select_from(Mail)) == 2
