"""Passkeys as second steps: who may add one, what ends with the first, which one stays."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from kit import db
from kit.audit import AuditEvent
from kit.errors import NotFound, Refused
from kit.mail import Mail
from people import codes, factors, half_way, passkey_changes, passkeys, proofs, sign_ins
from people.passkeys import Called
from people.tables.persons import Person
from people.tables.sessions import PersonSession
from tests import make
from tests.authenticator import Device

OFFICE = ("office", "calls", 0)


@pytest.fixture
def anna(session):
    """Somebody who came in by a password, and by the letter's link."""
    found = make.actor(session)
    here = PersonSession.id == found.session_id
    values = {"adding_until": found.now + timedelta(minutes=30), "level": 1, "means": ["password"]}
    session.execute(update(PersonSession).where(here).values(values))
    session.commit()
    return replace(found, proved=proofs.BY_PASSWORD)


def made(session, actor, name="mio"):
    question = passkey_changes.ask(session, actor)
    answer, kept = Device().make(question.options), passkeys.asked(question.kept)
    session.commit()
    db.let_go(session)
    return passkey_changes.make(session, actor, answer, kept, Called(name, "Firefox/1 Linux"))


def grown(session, actor):
    """Who acts, as the next request finds them."""
    return replace(actor, factors=("passkey",), proved=proofs.BY_PASSKEY, proved_at=actor.now)


def letters(session):
    return [(mail.subject, mail.text) for mail in session.scalars(select(Mail).order_by(Mail.id))]


def events(session):
    found = select(AuditEvent).where(AuditEvent.action.like("people.factor.%"))
    return [(each.action, each.before or each.after) for each in session.scalars(found)]


def test_a_first_one_makes_the_session_one_of_two_and_ends_the_others(session, anna, now):
    other = sign_ins.open_session(session, anna.person_id, "x", now, proofs.BY_PASSWORD)
    added = made(session, anna)
    found = sign_ins.actor_of(session, added.token)
    assert found is not None and found.session_id == anna.session_id
    assert found.proved == proofs.Proof(proofs.TWO, ("password", "passkey"))
    assert found.factors == ("passkey",)
    assert sign_ins.actor_of(session, other) is None
    assert len(added.recovery) == codes.RECOVERY_CODES
    ((action, after),) = events(session)
    assert (action, after["kind"]) == ("people.factor.added", "passkey")
    ((subject, text),) = letters(session)
    assert "in più" in subject and "la passkey «mio»" in text and "sei uscito" in text


def test_a_password_alone_lets_its_owner_in_no_more(session, anna, now):
    person = session.get_one(Person, anna.person_id)
    assert half_way.paper(session, person, now) is None
    made(session, anna)
    paper = half_way.paper(session, person, now)
    assert paper is not None and paper.kinds == {"passkey"}
    assert half_way.read(session, paper.paper, now) is person


def test_a_paper_is_worth_nothing_once_there_is_another_passkey(session, anna, now):
    made(session, anna)
    paper = half_way.paper(session, session.get_one(Person, anna.person_id), now)
    assert paper is not None
    made(session, grown(session, anna), "altro")
    with pytest.raises(half_way.Late):
        half_way.read(session, paper.paper, now)


def test_a_further_one_leaves_the_rest_as_it_is(session, anna, now):
    made(session, anna)
    other = sign_ins.open_session(session, anna.person_id, "x", now, proofs.BY_PASSKEY)
    added = made(session, grown(session, anna), "")
    assert added == (None, [])
    assert sign_ins.actor_of(session, other) is not None
    assert [str(each.named) for each in factors.of(session, anna.person_id)] == [
        "la passkey «mio»",
        "la passkey fatta con computer Linux, con Firefox",
    ]


def test_whoever_has_only_a_password_adds_none_without_the_letter(session, anna):
    here = PersonSession.id == anna.session_id
    session.execute(update(PersonSession).where(here).values(adding_until=None))
    session.commit()
    with pytest.raises(Refused, match="lettera"):
        passkey_changes.ask(session, anna)
    question = passkeys.ask_to_make(session, anna, anna.now)
    session.commit()
    answer, kept = Device().make(question.options), passkeys.asked(question.kept)
    with pytest.raises(Refused, match="lettera"):
        passkey_changes.make(session, anna, answer, kept, Called("", ""))
    assert passkeys.of(session, anna.person_id) == [] and letters(session) == []


def test_whoever_has_one_proves_it_before_adding_another(session, anna):
    made(session, anna)
    late = replace(grown(session, anna), proved_at=anna.now - timedelta(hours=1))
    with pytest.raises(Refused, match="conferma"):
        passkey_changes.ask(session, late)


def test_a_session_that_was_ended_adds_none(session, anna):
    question = passkey_changes.ask(session, anna)
    session.commit()
    answer, kept = Device().make(question.options), passkeys.asked(question.kept)
    sign_ins.sign_out_everywhere(session, anna.person_id, anna.person_id, anna.now)
    session.commit()
    with pytest.raises(Refused, match="già usata"):
        passkey_changes.make(session, anna, answer, kept, Called("", ""))
    assert passkeys.of(session, anna.person_id) == []


def test_one_is_taken_away_and_its_owner_told(session, anna):
    made(session, anna), made(session, grown(session, anna), "altro")
    first, second = passkeys.of(session, anna.person_id)
    passkey_changes.take_away(session, anna, first.id)
    assert passkeys.of(session, anna.person_id) == [second]
    subject, text = letters(session)[-1]
    assert "tolto" in subject and "la passkey «mio»" in text and "valgono ancora" in text
    assert events(session)[-1][0] == "people.factor.removed"
    assert codes.recovery_left(session, anna.person_id) == codes.RECOVERY_CODES


def test_with_the_last_one_the_codes_on_paper_go(session, anna):
    made(session, anna)
    (kept,) = passkeys.of(session, anna.person_id)
    passkey_changes.take_away(session, anna, kept.id)
    assert codes.recovery_left(session, anna.person_id) == 0
    assert "basta la password" in letters(session)[-1][1]


def test_nobody_takes_away_what_is_not_theirs_or_not_there(session, anna):
    made(session, anna)
    (kept,) = passkeys.of(session, anna.person_id)
    for actor, id_ in ((make.actor(session), kept.id), (anna, kept.id + 1)):
        with pytest.raises(NotFound):
            passkey_changes.take_away(session, actor, id_)
    assert passkeys.of(session, anna.person_id) == [kept]


def test_the_last_stays_while_a_role_asks_for_it_whatever_its_kind(session, now):
    lucia = make.actor(session, None, OFFICE)
    passkey = make.passkey(session, lucia.person_id)
    with pytest.raises(Refused, match="è l'ultimo"):
        passkey_changes.take_away(session, lucia, passkey.id)
    other = make.passkey(session, lucia.person_id)
    passkey_changes.take_away(session, lucia, passkey.id)
    with pytest.raises(Refused, match="è l'ultimo"):
        passkey_changes.take_away(session, lucia, other.id)
