"""Whose an identity is: let in, joined, proved again and parted, also by two at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update

from kit.audit import AuditEvent
from kit.errors import NotFound, Refused
from people import attested, codes, identities, sign_ins
from people.actors import NotSignedIn
from people.tables.factors import CodeGenerator
from people.tables.identities import AttestedAttribute, Identity
from people.tables.sessions import PersonSession
from tests import make
from tests.people.providers.made import answer
from tests.waiting import until_blocked


@pytest.fixture
def mario(session):
    """Somebody whose identity is joined."""
    found = make.actor(session, make.person(session, "Mario", password_hash="x"))
    identities.link(session, found, answer(), found.now)
    session.commit()
    return found


def events(session, action):
    query = select(AuditEvent).where(AuditEvent.action == f"people.{action}")
    return list(session.scalars(query.order_by(AuditEvent.id)))


def test_a_known_identity_lets_its_person_in_at_its_level(session, mario):
    token = identities.enter(answer(level=3), "telefono") or ""
    found = sign_ins.require(session, token)
    assert found.person_id == mario.person_id and found.proved == (3, ("provider:spid",))
    (opened,) = events(session, "session.opened")
    assert opened.after == {"signed": {"level": 3, "means": ["provider:spid"]}}


def test_an_unknown_identity_lets_nobody_in(session, mario):
    assert identities.enter(answer("another"), "telefono") is None
    assert identities.enter(answer(issuer="https://other.example.org"), "telefono") is None


def test_each_use_is_noted_with_what_was_said(session, mario):
    session.execute(update(Identity).values(last_used_at=make.SOON - timedelta(days=900)))
    session.commit()
    identities.enter(answer(attributes={"address": "Via Dante 3"}), "telefono")
    (found,) = identities.of(session, mario.person_id)
    session.refresh(found)
    assert found.last_used_at > make.SOON - timedelta(days=100)
    assert "Via Dante 3" in [each.value for each in attested.of(session, mario.person_id)]


def test_who_has_a_second_step_does_not_come_in_by_one_factor(session, mario, now):
    session.add(CodeGenerator(person_id=mario.person_id, secret="x", made_at=now, confirmed_at=now))
    session.commit()
    assert codes.has(session, mario.person_id)
    with pytest.raises(Refused, match="secondo passaggio"):
        identities.enter(answer(level=1), "telefono")
    assert identities.enter(answer(level=2), "telefono") is not None


def test_joining_is_signed_by_who_did_it_and_names_the_provider_alone(session, mario):
    (joined,) = events(session, "identity.linked")
    assert (joined.actor_id, joined.after) == (mario.person_id, {"provider": "spid"})


def test_joining_again_changes_nothing(session, mario):
    identities.link(session, mario, answer(), mario.now)
    assert len(identities.of(session, mario.person_id)) == 1
    assert len(events(session, "identity.linked")) == 1


def test_no_more_are_joined_than_are_kept(session, mario):
    for n in range(9):
        identities.link(session, mario, answer(f"AGID-1{n}"), mario.now)
    with pytest.raises(Refused, match="tante identità"):
        identities.link(session, mario, answer("AGID-2"), mario.now)


def test_two_identities_of_one_provider_leave_its_words_until_the_last_goes(session, mario):
    identities.link(session, mario, answer("AGID-2"), mario.now)
    first, second = identities.of(session, mario.person_id)
    identities.unlink(session, mario, first.id, mario.now)
    assert attested.of(session, mario.person_id) != []
    identities.unlink(session, mario, second.id, mario.now)
    assert attested.of(session, mario.person_id) == []
    assert [each.after for each in events(session, "identity.unlinked")] == [
        {"provider": "spid"}
    ] * 2


def test_the_identity_of_another_person_is_absent(session, mario):
    (theirs,) = identities.of(session, mario.person_id)
    other = make.actor(session)
    with pytest.raises(NotFound):
        identities.unlink(session, other, theirs.id, other.now)


def test_proving_again_keeps_the_session_under_a_new_token(session, mario):
    token = identities.prove(mario, answer())
    found = sign_ins.require(session, token)
    assert found.session_id == mario.session_id and found.form_key == mario.form_key
    assert found.proved == (2, ("provider:spid",)) and found.fresh
    assert events(session, "session.proved")[0].after["signed"]["means"] == ["provider:spid"]


def test_less_than_the_session_has_proved_is_no_proof(session, mario):
    with pytest.raises(Refused, match="livello più alto"):
        identities.prove(mario, answer(level=1))


def test_the_identity_of_another_proves_nothing(session, mario):
    with pytest.raises(Refused, match="un'altra persona"):
        identities.prove(make.actor(session), answer())


def test_in_a_session_that_has_ended_nothing_is_proved(session, mario):
    sign_ins.sign_out(session, mario)
    session.commit()
    with pytest.raises(NotSignedIn):
        identities.prove(mario, answer())
    assert session.scalar(select(func.count()).select_from(PersonSession)) == 0


# Two at once.


@pytest.fixture
def both(committed):
    with committed.sessions() as session:
        found = make.actor(session), make.actor(session)
        session.commit()
    return found


def joined_at_once(committed, both, subjects):
    """The first joins and waits to end; the second comes meanwhile. Gives what it was told."""
    one, other = both

    def second():
        with committed.sessions() as session:
            try:
                identities.link(session, other, answer(subjects[1], provider="cie"), other.now)
                session.commit()
            except Refused as refused:
                return str(refused)
        return ""

    with ThreadPoolExecutor(1) as pool, committed.sessions() as session:
        identities.link(session, one, answer(subjects[0]), one.now)
        waiting = pool.submit(second)
        yield waiting
        session.commit()


def run(committed, both, subjects, *, blocked=True):
    steps = joined_at_once(committed, both, subjects)
    waiting = next(steps)
    if blocked:
        until_blocked(committed.engine)
    else:
        waiting.result(20)
    next(steps, None)
    return waiting.result(20)


def holders(committed, both):
    with committed.sessions() as session:
        query = select(func.count()).where(AttestedAttribute.name == "tax_code")
        ids = [each.person_id for each in both]
        return session.scalar(query.where(AttestedAttribute.person_id.in_(ids)))


def test_of_two_with_one_tax_code_at_once_the_second_is_refused(committed, both):
    assert "già di un'altra persona" in run(committed, both, ("A-1", "B-1"))
    assert holders(committed, both) == 1
    with committed.sessions() as session:
        session.execute(delete(AttestedAttribute))
        session.commit()


def test_without_the_lock_both_would_have_the_tax_code(committed, both, monkeypatch):
    """The control."""
    monkeypatch.setattr(attested, "lock", lambda *_: None)
    assert run(committed, both, ("A-2", "B-2"), blocked=False) == ""
    assert holders(committed, both) == 2
    with committed.sessions() as session:
        session.execute(delete(AttestedAttribute))
        session.commit()


def test_one_identity_joined_by_two_at_once_is_the_first_ones(committed, both, monkeypatch):
    monkeypatch.setattr(attested, "lock", lambda *_: None)
    assert "già collegata" in run(committed, both, ("A-3", "A-3"))
    with committed.sessions() as session:
        owner = select(Identity.person_id).where(Identity.subject == "A-3")
        assert session.scalars(owner).one() == both[0].person_id
