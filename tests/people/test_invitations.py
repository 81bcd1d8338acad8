"""Nobody holds a role before the owner of the invited address accepts."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Select, select, update

from kit import clock
from kit.audit import AuditEvent
from kit.errors import Message, NotFound, Refused
from kit.mail import Mail
from people import invitation_lists, invitations, links, roles
from people.invitations import Guest, OfferedRole, Place
from people.tables.links import OneTimeLink
from people.tables.persons import Person
from people.tables.roles import Invitation, RoleGrant
from tests import make
from tests.sql import statements
from tests.waiting import until_blocked

DRIVER = (roles.DRIVER, "centre", 2)
HERE = Place((roles.DRIVER,), ("centre", 2))
WHAT = Message("{role}, {where}", role=roles.NAMES[roles.DRIVER], where="Casalmaggiore")
PASSWORD = "tre-cavalli-bianchi"


def invite(session, email, now, role=DRIVER, by=None):
    invitations.invite(session, by, Guest(email, "Ivo Bossi"), OfferedRole(role, WHAT), now)
    return session.scalars(select(Invitation).order_by(Invitation.id.desc())).first()


def letters_to(session, email):
    return session.scalars(select(Mail).where(Mail.to == email).order_by(Mail.id)).all()


def token_of(letter):
    return re.findall(r"/links/(\S+)", letter.text)[0]


def has(session, person):
    return bool(roles.holders(session, *DRIVER)) and person.id in {
        each.id for each in roles.holders(session, *DRIVER)
    }


def test_who_is_known_has_nothing_before_accepting(session, now):
    known, inviter = make.person(session), make.person(session, "Paola Galli")
    found = invite(session, known.email, now, by=inviter.id)
    assert not has(session, known)
    (letter,) = letters_to(session, known.email)
    assert "Paola Galli ti invita" in letter.text and "consegne, Casalmaggiore" in letter.text
    invitations.accept(session, make.actor(session, known), found.id, now)
    assert has(session, known)
    granted = session.scalars(select(RoleGrant).where(RoleGrant.person_id == known.id)).one()
    assert granted.granted_by == inviter.id


def test_inviting_tells_neither_by_its_words_nor_by_its_work_who_has_an_access(
    session, engine, now
):
    known, gone = make.person(session), make.person(session, disabled_at=now)
    done = {}
    for email in (known.email, "nuovo@esempio.it", gone.email):
        with statements(engine) as done[email]:
            invite(session, email, now)
    assert done[known.email] == done["nuovo@esempio.it"]
    assert letters_to(session, gone.email) == [], "who may not sign in is not written to"


def test_known_and_unknown_addresses_get_the_same_letter(session, now):
    known = make.person(session)
    for email in (known.email, "nuovo@esempio.it"):
        invite(session, email, now)
    one, other = (letters_to(session, email)[0] for email in (known.email, "nuovo@esempio.it"))
    assert one.text.replace(token_of(one), "") == other.text.replace(token_of(other), "")
    assert one.subject == other.subject


def test_somebody_else_can_neither_accept_nor_decline(session, now):
    known, other = make.person(session), make.actor(session)
    found = invite(session, known.email, now)
    for answer in (invitations.accept, invitations.decline):
        with pytest.raises(NotFound):
            answer(session, other, found.id, now)
    assert found.outcome is None and not has(session, other and known)


@pytest.mark.parametrize("end", ["accept", "decline", "withdraw"])
def test_an_invitation_is_answered_once(session, now, end):
    actor = make.actor(session)
    found = invite(session, actor.email, now)
    answers: dict[str, Callable[[], object]] = {
        "accept": lambda: invitations.accept(session, actor, found.id, now),
        "decline": lambda: invitations.decline(session, actor, found.id, now),
        "withdraw": lambda: invitations.withdraw(session, actor, found.id, HERE, now),
    }
    answers[end]()
    for answer in answers.values():
        with pytest.raises(Refused):
            answer()
    with pytest.raises(Refused):
        invitations.send_again(session, actor, found.id, HERE, now + timedelta(hours=2))
    held = roles.holders(session, *DRIVER)
    assert [person.id for person in held] == ([actor.person_id] if end == "accept" else [])
    said = session.scalars(
        select(AuditEvent.action)
        .where(AuditEvent.subject_kind == "invitation")
        .order_by(AuditEvent.id)
    ).all()
    wanted = {"accept": "accepted", "decline": "declined", "withdraw": "withdrawn"}[end]
    assert said == ["people.invitation.sent", f"people.invitation.{wanted}"]


def test_an_expired_invitation_is_not_accepted(session, now):
    actor = make.actor(session)
    found = invite(session, actor.email, now)
    with pytest.raises(Refused, match="scaduto"):
        invitations.accept(session, actor, found.id, now + timedelta(days=15))
    assert roles.holders(session, *DRIVER) == []


def test_inviting_twice_leaves_one_open_link(session, now):
    actor = make.actor(session)
    found = invite(session, "nuovo@esempio.it", now)
    with pytest.raises(Refused, match="aspetta già"):
        invite(session, "nuovo@esempio.it", now)
    with pytest.raises(Refused, match="un'ora"):
        invitations.send_again(session, actor, found.id, HERE, now)
    later = now + timedelta(hours=2)
    invitations.send_again(session, actor, found.id, HERE, later)
    first, second = letters_to(session, "nuovo@esempio.it")
    with pytest.raises(links.Spent):
        links.look_up(session, token_of(first), later)
    assert links.look_up(session, token_of(second), later).invitation_id == found.id
    assert len(session.scalars(select(Invitation)).all()) == 1


def test_who_holds_the_role_is_not_invited_to_it(session, now):
    actor = make.actor(session, None, DRIVER)
    with pytest.raises(Refused, match="già dentro"):
        invite(session, actor.email, now)
    assert letters_to(session, actor.email) == []


def test_an_address_that_no_letter_reaches_is_said(session, now):
    with pytest.raises(Refused, match="non si può scrivere"):
        invite(session, "a b@esempio.it", now)


def test_an_invitation_of_another_place_is_not_kept_here(session, now):
    actor = make.actor(session)
    found = invite(session, "nuovo@esempio.it", now)
    for place in (
        Place((roles.DRIVER,), ("centre", 3)),
        Place((roles.TREASURER,), ("centre", 2)),
        Place((roles.OFFICE,)),
    ):
        with pytest.raises(NotFound):
            invitations.withdraw(session, actor, found.id, place, now)
        with pytest.raises(NotFound):
            invitations.send_again(session, actor, found.id, place, now + timedelta(hours=2))
        assert invitation_lists.waiting_at(session, place) == []
    assert [each.id for each in invitation_lists.waiting_at(session, HERE)] == [found.id]


def test_a_declined_invitation_is_shown_where_it_was_made(session, now):
    """Whoever invited waited for an answer that had come."""
    guest = make.actor(session)
    found = invite(session, guest.email, now)
    assert invitation_lists.declined_at(session, HERE) == []
    invitations.decline(session, guest, found.id, now)
    (told,) = invitation_lists.declined_at(session, HERE)
    assert (told.id, told.email, told.ended_at) == (found.id, guest.email, now)
    assert invitation_lists.declined_at(session, Place((roles.OFFICE,))) == []
    again = invite(session, guest.email, now + timedelta(days=1))
    assert invitation_lists.declined_at(session, HERE) == [], "asked anew, it is open again"
    invitations.withdraw(session, make.actor(session), again.id, HERE, now)
    assert invitation_lists.declined_at(session, HERE) == []


def test_old_invitations_are_forgotten_with_their_addresses(session, now):
    old, fresh = (invite(session, f"{n}@esempio.it", now) for n in ("uno", "due"))
    long_ago = now - timedelta(days=91)
    session.execute(update(Invitation).where(Invitation.id == old.id).values(expires_at=long_ago))
    session.execute(
        update(OneTimeLink).where(OneTimeLink.invitation_id == old.id).values(expires_at=long_ago)
    )
    invitations.forget_old(session, now)
    assert session.scalars(select(Invitation.email)).all() == [fresh.email]
    assert len(session.scalars(select(OneTimeLink)).all()) == 1


@pytest.fixture
def invited(committed):
    """An invitation to somebody known, really committed; give its id and the person's."""
    with committed.sessions() as session:
        person = make.person(session)
        found = invite(session, person.email, clock.now(session))
        session.commit()
        yield found.id, person.id
        for table in (OneTimeLink, Invitation, RoleGrant, Mail):
            session.query(table).delete()
        session.commit()


def withdraw(committed, invitation_id):
    with committed.sessions() as session:
        actor = make.actor(session)
        invitations.withdraw(session, actor, invitation_id, HERE, clock.now(session))
        session.commit()


def accepting(session, person_id):
    return make.actor(session, session.get_one(Person, person_id))


def end_of(committed, invitation_id):
    with committed.sessions() as session:
        found = session.get_one(Invitation, invitation_id)
        return found.outcome, len(roles.holders(session, *DRIVER))


def test_what_is_being_accepted_cannot_be_withdrawn(committed, invited):
    invitation_id, person_id = invited
    with ThreadPoolExecutor(1) as pool, committed.sessions() as first:
        actor = accepting(first, person_id)
        invitations.accept(first, actor, invitation_id, clock.now(first))
        second = pool.submit(withdraw, committed, invitation_id)
        until_blocked(committed.engine)
        first.commit()
        with pytest.raises(Refused, match="accettato"):
            second.result(30)
    assert end_of(committed, invitation_id) == ("accepted", 1)


def test_what_is_being_withdrawn_cannot_be_accepted(committed, invited):
    invitation_id, person_id = invited

    def accept():
        with committed.sessions() as session:
            actor = accepting(session, person_id)
            invitations.accept(session, actor, invitation_id, clock.now(session))
            session.commit()

    with ThreadPoolExecutor(1) as pool, committed.sessions() as first:
        actor = make.actor(first)
        invitations.withdraw(first, actor, invitation_id, HERE, clock.now(first))
        second = pool.submit(accept)
        until_blocked(committed.engine)
        first.commit()
        with pytest.raises(Refused, match="ritirato"):
            second.result(30)
    assert end_of(committed, invitation_id) == ("withdrawn", 0)


def test_without_the_lock_a_withdrawn_invitation_would_give_its_role(
    committed, invited, monkeypatch
):
    """The control: were this to refuse one, the tests above would prove nothing."""
    monkeypatch.setattr(Select, "with_for_update", lambda query, **_options: query)
    invitation_id, person_id = invited
    with ThreadPoolExecutor(1) as pool, committed.sessions() as first:
        actor = accepting(first, person_id)
        invitations.accept(first, actor, invitation_id, clock.now(first))
        second = pool.submit(withdraw, committed, invitation_id)
        until_blocked(committed.engine)
        first.commit()
        second.result(30)
    assert end_of(committed, invitation_id) == ("withdrawn", 1)


def test_a_role_that_ends_is_held_until_then_and_not_offered_for_longer(session, now):
    person = make.person(session, "Ivo Bossi")
    until = now + timedelta(days=2)
    offer = OfferedRole((roles.DRIVER, "centre", 2), WHAT, until)
    invitations.invite(session, None, Guest(person.email, "Ivo Bossi"), offer, now)
    found = session.scalars(select(Invitation)).one()
    assert found.expires_at == until, "who accepts later would hold nothing"
    letter = session.scalars(select(Mail).where(Mail.to == person.email)).one()
    assert "compreso)" in letter.text and "entro 14 giorni" not in letter.text
    invitations.accept(session, make.actor(session, person), found.id, now)
    assert session.scalars(select(RoleGrant.until)).one() == until


def test_an_offer_of_a_role_that_is_over_is_not_sent_again(session, now):
    until = now + timedelta(days=2)
    offer = OfferedRole((roles.DRIVER, "centre", 2), WHAT, until)
    invitations.invite(session, None, Guest("x@esempio.it", "X"), offer, now)
    found, actor = session.scalars(select(Invitation.id)).one(), make.actor(session)
    place = Place((roles.DRIVER,))
    with pytest.raises(Refused, match="già finito"):
        invitations.send_again(session, actor, found, place, until + timedelta(seconds=1))
    with pytest.raises(Refused, match="scaduto"):
        invitations.held(session, found, until)
