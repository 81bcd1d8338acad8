"""Signing in and out: who gets in, for how long a session lasts, how guessing is slowed down."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from kit import clock
from kit.audit import AuditEvent
from kit.errors import Refused
from kit.limits import LimitUse
from people import passwords, proofs, roles, sign_ins
from people.actors import NotSignedIn
from people.known_devices import Caller
from people.tables.persons import Person
from people.tables.sessions import PersonSession
from tests import make

PASSWORD, WRONG = "tre-cavalli-bianchi", "sbagliata-davvero"
HERE = (Caller("192.0.2.1"), "telefono")
SECOND = timedelta(seconds=1)
LITTLE = timedelta(minutes=1)


@pytest.fixture
def anna(session):
    return make.person(session, password_hash=passwords.hash_password(PASSWORD))


def used(session):
    """How many allowances are in use: one that was given back whole is used until the past."""
    query = select(func.count()).select_from(LimitUse)
    return session.scalar(query.where(LimitUse.spent_until > clock.now(session)))


def test_the_right_password_opens_a_session_of_which_only_a_hash_is_kept(session, anna):
    token = make.inside(sign_ins.sign_in(anna.email, PASSWORD, *HERE))
    row = session.scalars(select(PersonSession)).one()
    assert (row.token_hash, row.device) == (sign_ins.token_hash(token), "telefono")
    assert token.encode() not in row.token_hash
    assert row.expires_at == row.created_at + sign_ins.LIFETIME
    actor = sign_ins.actor_of(session, token)
    assert actor is not None and actor.person_id == anna.id
    query = select(func.count()).where(AuditEvent.action == "people.session.opened")
    assert session.scalar(query.where(AuditEvent.subject_id == anna.id)) == 1
    assert used(session) == 0


@pytest.mark.parametrize("who", ["known", "unknown", "disabled", "without a password"])
def test_everybody_else_is_refused_with_the_same_words_and_it_is_counted(session, now, who):
    hashed = passwords.hash_password(PASSWORD)
    emails = {
        "known": make.person(session, password_hash=hashed).email,
        "unknown": "nessuno@esempio.it",
        "disabled": make.person(session, password_hash=hashed, disabled_at=now).email,
        "without a password": make.person(session).email,
    }
    with pytest.raises(Refused) as refused:
        sign_ins.sign_in(emails[who], WRONG if who == "known" else PASSWORD, *HERE)
    assert str(refused.value) == "Indirizzo o password non corrispondono."
    assert refused.value.field == "password"
    assert used(session) > 0
    assert session.scalar(select(func.count()).select_from(PersonSession)) == 0


def opened(session, person, **values):
    """A session that is changed behind the code's back."""
    token = sign_ins.open_session(
        session, person.id, "telefono", clock.now(session), proofs.BY_PASSWORD_AND_CODE
    )
    if values:
        session.execute(
            update(PersonSession)
            .where(PersonSession.token_hash == sign_ins.token_hash(token))
            .values(**values)
        )
    return token


def test_a_token_tells_who_acts_with_the_roles_of_now(session, anna, now):
    token = opened(session, anna)
    roles.grant(session, None, anna.id, roles.DRIVER, "centre", 3, now)
    actor = sign_ins.actor_of(session, token)
    assert actor is not None
    assert (actor.name, actor.email, actor.locale) == (anna.name, anna.email, "it")
    assert actor.grants == {(roles.DRIVER, "centre", 3)}
    assert actor.now >= now


def test_a_session_ends_after_its_time_or_when_nobody_uses_it(session, anna, now):
    assert sign_ins.actor_of(session, opened(session, anna, expires_at=now)) is None
    idle = now - sign_ins.IDLE
    assert sign_ins.actor_of(session, opened(session, anna, last_seen_at=idle - SECOND)) is None
    used = opened(session, anna, last_seen_at=idle + timedelta(minutes=5))
    assert sign_ins.actor_of(session, used) is not None


@pytest.mark.parametrize("token", ["", "x" * 19, "x" * 43, "x" * 101])
def test_a_token_nobody_gave_out_is_nobodys(session, anna, token):
    opened(session, anna)
    assert sign_ins.actor_of(session, token) is None
    assert sign_ins.visitor_of(session, token).actor is None
    with pytest.raises(NotSignedIn):
        sign_ins.require(session, token)


def test_who_is_disabled_is_out_at_once(session, anna, now):
    token = opened(session, anna)
    session.execute(update(Person).where(Person.id == anna.id).values(disabled_at=now))
    assert sign_ins.actor_of(session, token) is None


def test_being_seen_is_noted_once_in_a_while(session, anna, now):
    lately = now - sign_ins.SEEN_EVERY + timedelta(minutes=2)
    before = now - sign_ins.SEEN_EVERY - SECOND
    seen = select(PersonSession.last_seen_at)
    for at, noted in ((lately, False), (before, True)):
        token = opened(session, anna, last_seen_at=at)
        actor = sign_ins.actor_of(session, token)
        assert actor is not None and actor.seen_late is noted
        of_token = seen.where(PersonSession.token_hash == sign_ins.token_hash(token))
        assert session.scalar(of_token) == at
        sign_ins.note_seen(session, actor.session_id, actor.now)
        assert session.scalar(of_token) == actor.now


def test_a_visitor_knows_the_instant_whoever_it_is(session, anna, now):
    assert sign_ins.visitor_of(session, "").now >= now
    visitor = sign_ins.visitor_of(session, opened(session, anna))
    assert visitor.actor is not None and visitor.now == visitor.actor.now


def test_signing_out_ends_this_session_and_no_other(session, anna):
    here, there = opened(session, anna), opened(session, anna)
    sign_ins.sign_out(session, sign_ins.require(session, here))
    assert sign_ins.actor_of(session, here) is None
    assert sign_ins.actor_of(session, there) is not None


def test_signing_out_everywhere_ends_all_of_one_person(session, anna, now):
    other = opened(session, make.person(session))
    mine = [opened(session, anna) for _ in range(3)]
    assert sign_ins.sign_out_everywhere(session, anna.id, anna.id, now) == 3
    assert [sign_ins.actor_of(session, token) for token in mine] == [None] * 3
    assert sign_ins.actor_of(session, other) is not None


def test_the_devices_of_a_person_come_last_used_first_without_those_that_ended(session, anna, now):
    opened(session, make.person(session))
    opened(session, anna, device="ieri", last_seen_at=now - timedelta(days=1))
    opened(session, anna, device="adesso")
    opened(session, anna, device="finita", expires_at=now)
    found = sign_ins.sessions_of(session, anna.id, now)
    assert [row.device for row in found] == ["adesso", "ieri"]


def test_what_a_browser_calls_itself_is_cut(session, anna, now):
    sign_ins.open_session(session, anna.id, "x" * 300, now, proofs.BY_PASSWORD_AND_CODE)
    assert session.scalars(select(PersonSession.device)).one() == "x" * 200


@pytest.fixture
def at(session, now):
    """Open sessions that were last seen, or end, so long from now."""

    def _opened(person, *, seen=timedelta(0), ends=sign_ins.LIFETIME):
        return opened(session, person, last_seen_at=now + seen, expires_at=now + ends)

    return _opened


def known(session, token) -> tuple[bool, bool]:
    """Whether a token lets somebody in, and whether it is remembered as one that ended."""
    inside = sign_ins.actor_of(session, token) is not None
    return inside, sign_ins.ended(session, token) is not None


def test_a_session_that_ends_by_itself_lets_nobody_in_and_is_remembered(session, at):
    anna = make.person(session)
    idle, kept = -sign_ins.IDLE, sign_ins.REMEMBERED
    assert known(session, at(anna)) == (True, False)
    assert known(session, at(anna, seen=idle + LITTLE)) == (True, False)
    assert known(session, at(anna, seen=idle - LITTLE)) == (False, True)
    assert known(session, at(anna, ends=-LITTLE)) == (False, True)
    assert known(session, at(anna, seen=idle - kept + LITTLE)) == (False, True)
    assert known(session, at(anna, seen=idle - kept - LITTLE)) == (False, False)
    assert known(session, at(anna, ends=-kept - LITTLE)) == (False, False)
    assert known(session, "x" * 43) == known(session, "") == (False, False)
    ended = sign_ins.ended(session, at(anna, ends=-LITTLE))
    assert ended is not None and ended.person_id == anna.id


def test_nobody_is_remembered_who_may_not_come_in(session, at, now):
    anna = make.person(session, disabled_at=now)
    assert known(session, at(anna, ends=-LITTLE)) == (False, False)


def test_the_list_of_devices_shows_only_where_somebody_is_in(session, at, now):
    anna = make.person(session)
    at(anna, ends=-LITTLE)
    at(anna, seen=-sign_ins.IDLE - LITTLE)
    living = at(anna)
    (found,) = sign_ins.sessions_of(session, anna.id, now)
    assert found.token_hash == sign_ins.token_hash(living)


def test_what_ended_long_ago_is_forgotten_and_nothing_else(session, at, now):
    anna, kept = make.person(session), sign_ins.REMEMBERED
    gone = [
        at(anna, ends=-kept - LITTLE),
        at(anna, seen=-sign_ins.IDLE - kept - LITTLE),
    ]
    stays = [
        at(anna),
        at(anna, ends=-kept + LITTLE),
        at(anna, seen=-sign_ins.IDLE - kept + LITTLE),
    ]
    sign_ins.forget_expired(session, now)
    left = set(session.scalars(select(PersonSession.token_hash)))
    assert {sign_ins.token_hash(token) for token in stays} <= left
    assert not {sign_ins.token_hash(token) for token in gone} & left


def test_signing_out_everywhere_forgets_those_that_ended_too_and_counts_the_others(
    session, at, now
):
    anna = make.person(session)
    at(anna), at(anna), at(anna, ends=-LITTLE)
    assert sign_ins.sign_out_everywhere(session, anna.id, anna.id, now) == 2
    of_anna = select(func.count()).where(PersonSession.person_id == anna.id)
    assert session.scalar(of_anna) == 0


def test_a_form_belongs_to_its_session_or_to_another_of_the_same_person(session, at):
    anna, bruno = make.person(session), make.person(session)
    here, other, ended = at(anna), at(anna), at(anna, ends=-LITTLE)
    actor = sign_ins.actor_of(session, here)
    assert actor is not None
    assert sign_ins.is_own_form(
        sign_ins.token_hash(here), sign_ins.csrf_token(sign_ins.token_hash(here))
    )
    earlier = {token: sign_ins.csrf_token(sign_ins.token_hash(token)) for token in (other, ended)}
    for given in earlier.values():
        assert not sign_ins.is_own_form(sign_ins.token_hash(here), given)
        assert sign_ins.is_earlier_form(session, actor, given)
    for given in (
        sign_ins.csrf_token(sign_ins.token_hash(at(bruno))),
        sign_ins.csrf_token(sign_ins.token_hash(here)),
        "",
        "è",
        "0" * 64,
    ):
        assert not sign_ins.is_earlier_form(session, actor, given)
