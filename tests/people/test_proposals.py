"""Administrators are named by two: one proposes, another confirms, and only then a letter goes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from kit import clock
from kit.audit import AuditEvent
from kit.errors import Message, NotFound, Refused
from kit.mail import Mail
from people import invitations, proposals, roles
from people.invitations import Guest, OfferedRole
from people.roles import ADMINISTRATION
from people.tables.links import OneTimeLink
from people.tables.persons import Person
from people.tables.roles import AdministratorProposal, Invitation, RoleGrant
from tests import make
from tests.waiting import until_blocked

GUEST = Guest("nuova@esempio.it", "Sara Conti")


@pytest.fixture
def ada(session):
    return make.actor(session, make.person(session, "Ada Regina"), ADMINISTRATION)


@pytest.fixture
def bea(session):
    return make.actor(session, make.person(session, "Bea Reina"), ADMINISTRATION)


def proposed(session, who, now, until=None):
    proposals.propose(session, who, GUEST, until, now)
    return proposals.open_ones(session)[0]


def test_answered_or_not_it_is_forgotten_and_the_register_names_no_address(session, ada, bea, now):
    found = proposed(session, ada, now)
    proposals.withdraw(session, bea, found.id, now + timedelta(days=1))
    open_ = proposed(session, ada, now)
    last = now + proposals.REMEMBERED
    proposals.forget_old(session, last)
    assert len(session.scalars(select(AdministratorProposal.id)).all()) == 2
    proposals.forget_old(session, last + timedelta(seconds=1))
    assert session.scalars(select(AdministratorProposal.id)).all() == [found.id]
    assert open_.id != found.id
    proposals.forget_old(session, last + timedelta(days=1, seconds=1))
    assert session.scalars(select(AdministratorProposal.id)).all() == []
    said = session.scalars(select(AuditEvent.after)).all()
    assert len(said) > 2 and GUEST.email not in str(said)


def letters(session, address):
    return session.scalars(select(Mail).where(Mail.to == address).order_by(Mail.id)).all()


def test_a_proposal_offers_nothing_and_the_other_administrators_are_told(session, ada, bea, now):
    found = proposed(session, ada, now)
    assert (found.email, found.proposer) == (GUEST.email, "Ada Regina")
    assert letters(session, GUEST.email) == [] and letters(session, ada.email) == []
    (told,) = letters(session, bea.email)
    assert "Ada Regina propone Sara Conti" in told.text
    assert session.scalars(select(Invitation)).all() == []


def test_a_second_administrator_confirms_and_the_invitation_goes_out(session, ada, bea, now):
    until = now + timedelta(days=90)
    found = proposed(session, ada, now, until)
    assert proposals.confirm(session, bea, found.id, now) == GUEST
    assert proposals.open_ones(session) == []
    (made,) = session.scalars(select(Invitation)).all()
    assert (made.role, made.created_by, made.until) == ("administrator", bea.person_id, until)
    assert "Bea Reina ti invita" in letters(session, GUEST.email)[0].text
    acts = select(AuditEvent.action, AuditEvent.actor_id)
    named = AuditEvent.action.startswith("people.administrator_proposal.")
    assert session.execute(acts.where(named).order_by(AuditEvent.id)).all() == [
        ("people.administrator_proposal.made", ada.person_id),
        ("people.administrator_proposal.confirmed", bea.person_id),
    ]


def test_whoever_proposed_does_not_confirm(session, ada, now):
    found = proposed(session, ada, now)
    with pytest.raises(Refused, match="L'hai proposto tu"):
        proposals.confirm(session, ada, found.id, now)
    assert session.scalars(select(Invitation)).all() == []


def test_who_does_not_administer_any_more_has_proposed_nobody(session, ada, bea, now):
    found = proposed(session, ada, now)
    roles.revoke(session, bea.person_id, ada.person_id, *ADMINISTRATION, now)
    with pytest.raises(Refused, match="non amministra più"):
        proposals.confirm(session, bea, found.id, now)
    proposals.withdraw(session, bea, found.id, now)


def test_nobody_else_does_any_of_it(session, ada, now):
    found, other = proposed(session, ada, now), make.actor(session)
    with pytest.raises(NotFound):
        proposals.propose(session, other, GUEST, None, now)
    for act in (proposals.confirm, proposals.withdraw):
        with pytest.raises(NotFound):
            act(session, other, found.id, now)
        with pytest.raises(NotFound):
            act(session, ada, 999_999_999, now)


def test_it_is_answered_once_and_made_once_until_then(session, ada, bea, now):
    found = proposed(session, ada, now)
    with pytest.raises(Refused, match="già proposto"):
        proposals.propose(session, bea, GUEST, None, now)
    proposals.withdraw(session, ada, found.id, now)
    for act in (proposals.confirm, proposals.withdraw):
        with pytest.raises(Refused, match="già risposto"):
            act(session, bea, found.id, now)
    assert proposed(session, bea, now).id != found.id


def test_who_administers_already_is_not_proposed(session, ada, bea, now):
    with pytest.raises(Refused, match="già dentro"):
        proposals.propose(session, ada, Guest(bea.email, "Bea"), None, now)


@pytest.mark.parametrize("proposed_by", ["nobody", "oneself"])
def test_no_way_around_it_invites_an_administrator(session, ada, now, proposed_by):
    offer = OfferedRole(ADMINISTRATION, Message("amministrazione"))
    by = {"proposed_by": ada.person_id} if proposed_by == "oneself" else {}
    with pytest.raises(Refused, match="in due"):
        invitations.invite(session, ada.person_id, GUEST, offer, now, **by)
    assert letters(session, GUEST.email) == []
    invitations.invite(session, None, GUEST, offer, now)  # at the machine
    assert letters(session, GUEST.email)


@pytest.fixture
def open_one(committed):
    """A committed proposal, and the two who may answer it."""
    with committed.sessions() as session:
        one, two, three = (make.actor(session, None, ADMINISTRATION) for _ in range(3))
        found = proposed(session, one, one.now)
        session.commit()
        yield found.id, two, three
        for table in (AdministratorProposal, OneTimeLink, Invitation, Mail):
            session.execute(delete(table))
        ids = [who.person_id for who in (one, two, three)]
        session.execute(delete(RoleGrant).where(RoleGrant.person_id.in_(ids)))
        session.commit()


@pytest.mark.parametrize("goes_through", [True, False])
def test_of_two_who_confirm_at_once_one_does(committed, open_one, goes_through):
    """And the control: had the first not gone through, the second would have."""
    id_, one, other = open_one

    def second():
        with committed.sessions() as session:
            proposals.confirm(session, other, id_, clock.now(session))
            session.commit()

    with ThreadPoolExecutor(1) as pool, committed.sessions() as first:
        proposals.confirm(first, one, id_, clock.now(first))
        later = pool.submit(second)
        until_blocked(committed.engine)
        (first.commit if goes_through else first.rollback)()
        if goes_through:
            with pytest.raises(Refused, match="già risposto"):
                later.result(30)
        else:
            later.result(30)
    with committed.sessions() as session:
        assert len(session.scalars(select(Invitation)).all()) == 1
        assert session.scalars(select(Person.id)).first()
