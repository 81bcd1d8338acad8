"""Links sent by mail: whom they are for, that they are good once, and what they open."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from kit import clock, letters
from kit.audit import AuditEvent
from kit.errors import Invalid, Message, Refused
from kit.mail import Mail
from people import (
    invitation_lists,
    invitations,
    link_letters,
    link_wishes,
    links,
    passwords,
    proofs,
    roles,
    sign_ins,
)
from people.invitations import Guest, OfferedRole
from people.known_devices import Caller
from people.tables.links import OneTimeLink
from people.tables.persons import Person
from people.tables.sessions import PersonSession
from tests import make
from tests.jobs import run_all
from tests.waiting import until_blocked

PASSWORD = "tre-cavalli-bianchi"
HERE = Caller("192.0.2.1")
WANTED = (roles.DRIVER, "centre", 2)


def letter_to(session, address):
    """The last letter to an address and the token in it, once all is written."""
    session.flush()
    run_all(session)
    query = select(Mail).where(Mail.to == address).order_by(Mail.id.desc()).limit(1)
    letter = session.scalars(query).one()
    return letter, re.findall(r"/links/(\S+)", letter.text)[0]


def link_of(session, token):
    query = select(OneTimeLink).where(OneTimeLink.token_hash == sign_ins.token_hash(token))
    return session.scalars(query.execution_options(populate_existing=True)).one()


def invited(session, now, email="nuova@esempio.it", by=None):
    guest, offer = Guest(email, "Sara Conti"), OfferedRole(WANTED, Message("consegne"))
    invitations.invite(session, by, guest, offer, now)
    return letter_to(session, email)[1]


def registered(session, now, email="nuova@esempio.it"):
    link_wishes.register(session, email=email, name="Sara Conti", caller=HERE, now=now)
    return letter_to(session, email)[1]


def reset(session, now, person):
    link_wishes.request_reset(session, person.email, HERE, now)
    return letter_to(session, person.email)[1]


def test_an_invitation_is_a_private_letter_whose_token_is_kept_only_as_a_hash(session, now):
    by = make.person(session)
    token = invited(session, now, by=by.id)
    letter = letter_to(session, "nuova@esempio.it")[0]
    assert (letter.kind, letter.private) == (link_letters.INVITATION, True)
    assert "Anna Bianchi ti invita" in letter.text and "14 giorni" in letter.text
    link = link_of(session, token)
    assert (link.purpose, link.created_by) == ("invitation", by.id)
    assert link.expires_at == now + timedelta(days=link_letters.INVITATION_DAYS)
    query = select(AuditEvent.after).where(AuditEvent.action == "people.invitation.sent")
    assert session.scalars(query).one() == {"role": WANTED[0], "scope": list(WANTED[1:])}


def test_the_second_of_two_invitations_is_answered_by_whoever_took_up_the_first(session, now):
    first = invited(session, now)
    other = OfferedRole((roles.DRIVER, "centre", 3), Message("consegne altrove"))
    invitations.invite(session, None, Guest("nuova@esempio.it", "Sara Conti"), other, now)
    second = letter_to(session, "nuova@esempio.it")[1]
    actor = sign_ins.actor_of(session, make.inside(links.use(first, PASSWORD, "", "telefono")[0]))
    assert actor is not None
    link = links.look_up(session, second, now)
    assert not links.needs_access(session, link), "a password is there already"
    (waiting,) = invitation_lists.waiting_for(session, actor)
    assert waiting.id == link.invitation_id
    invitations.accept(session, actor, waiting.id, now)
    session.expire_all()
    held = roles.holders(session, *other.role)
    assert [person.id for person in held] == [actor.person_id]


def test_who_accepts_an_invitation_exists_and_holds_the_role(session, now):
    token = invited(session, now)
    opened = make.inside(links.use(token, PASSWORD, "", "telefono")[0])
    actor = sign_ins.actor_of(session, opened)
    assert actor is not None
    assert (actor.name, actor.email) == ("Sara Conti", "nuova@esempio.it")
    assert actor.grants == frozenset({WANTED})
    person = session.get_one(Person, actor.person_id)
    assert passwords.verify(person.password_hash, PASSWORD)


def test_who_registers_chooses_the_name_and_holds_nothing(session, now):
    token = registered(session, now)
    link = link_of(session, token)
    assert link.expires_at - link.created_at == timedelta(hours=link_letters.REGISTRATION_HOURS)
    actor = sign_ins.actor_of(
        session, make.inside(links.use(token, PASSWORD, "Sara C.", "telefono")[0])
    )
    assert actor is not None
    assert (actor.name, actor.grants) == ("Sara C.", frozenset())


def test_a_new_password_replaces_the_old_one_and_ends_every_session(session, now):
    anna = make.person(session, password_hash=passwords.hash_password("una-parola-vecchia"))
    old = sign_ins.open_session(session, anna.id, "telefono", now, proofs.BY_PASSWORD_AND_CODE)
    token = reset(session, now, anna)
    link = link_of(session, token)
    assert link.expires_at - link.created_at == timedelta(minutes=link_letters.RESET_MINUTES)
    opened = make.inside(links.use(token, PASSWORD, "", "computer")[0])
    assert sign_ins.actor_of(session, old) is None
    assert sign_ins.actor_of(session, opened) is not None
    session.refresh(anna)
    assert passwords.verify(anna.password_hash, PASSWORD)
    query = select(func.count()).where(AuditEvent.action == "people.password.changed")
    assert session.scalar(query.where(AuditEvent.subject_id == anna.id)) == 1


def test_links_for_a_new_password_are_good_until_one_is_used(session, now):
    """Whoever asks for a letter to somebody else spends none of the links in their box."""
    anna = make.person(session)
    first, second, third = (reset(session, now, anna) for _ in range(3))
    assert links.look_up(session, first, now).person_id == anna.id
    links.use(second, PASSWORD, "", "telefono")
    session.expire_all()
    for other in (first, third):
        with pytest.raises(Refused, match="già stato usato"):
            links.look_up(session, other, now)


def test_a_link_is_good_until_its_hour_and_once(session, now):
    token = invited(session, now)
    link = links.look_up(session, token, now)
    links.look_up(session, token, link.expires_at - timedelta(microseconds=1))
    for spent, at in ((token, link.expires_at), (token[:-1], now), ("", now)):
        with pytest.raises(Refused) as refused:
            links.look_up(session, spent, at)
        assert refused.value.status == 410
    links.use(token, PASSWORD, "", "telefono")
    session.expire_all()
    with pytest.raises(Refused, match="già stato usato"):
        links.look_up(session, token, now)
    with pytest.raises(Refused, match="già stato usato"):
        links.use(token, PASSWORD, "", "telefono")
    assert session.scalar(select(func.count()).select_from(PersonSession)) == 1


def test_an_expired_link_opens_nothing(session, now):
    token = invited(session, now)
    session.execute(update(OneTimeLink).values(expires_at=now))
    with pytest.raises(Refused):
        links.use(token, PASSWORD, "", "telefono")
    assert session.scalars(select(Person).where(Person.email == "nuova@esempio.it")).all() == []


@pytest.mark.parametrize("password", ["corta", "Nuova@Esempio.it"])
def test_a_weak_password_is_refused_and_leaves_the_link_good(session, now, password):
    token = invited(session, now)
    with pytest.raises(Invalid) as invalid:
        links.use(token, password, "", "telefono")
    assert set(invalid.value.errors) == {"password"}
    assert link_of(session, token).used_at is None
    links.use(token, PASSWORD, "", "telefono")


def test_of_two_links_to_one_address_the_second_leads_to_the_sign_in_once_the_person_is_there(
    session, now
):
    first, second = invited(session, now), registered(session, now)
    links.use(second, PASSWORD, "", "telefono")
    with pytest.raises(Refused, match="ha già un accesso"):
        links.use(first, PASSWORD, "", "telefono")
    query = select(func.count()).where(Person.email == "nuova@esempio.it")
    assert session.scalar(query) == 1


def test_an_address_no_letter_can_go_to_is_refused(session, now):
    with pytest.raises(Refused, match="non si può scrivere"):
        invited(session, now, email="a b@esempio.it")


def test_letters_that_let_somebody_in_cannot_be_declined():
    for kind in (link_letters.INVITATION, link_letters.SIGN_IN):
        assert not letters.kinds[kind].optional


@pytest.mark.usefixtures("_committed_bound")
def test_of_two_who_use_a_link_in_one_moment_one_is_told_that_it_is_spent(committed):
    """The other one has looked the link up and hashed before the first is done."""
    with committed.sessions() as first, ThreadPoolExecutor(1) as pool:
        token = reset(first, clock.now(first), make.person(first))
        first.commit()
        first.execute(update(OneTimeLink).values(used_at=clock.now(first)))
        second = pool.submit(links.use, token, PASSWORD, "", "telefono")
        until_blocked(committed.engine)
        first.commit()
        with pytest.raises(Refused, match="già stato usato"):
            second.result(30)
        assert first.scalar(select(func.count()).select_from(PersonSession)) == 0
