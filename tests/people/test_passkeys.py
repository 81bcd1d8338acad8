"""Passkeys of a person: made, shown, counted, taken away; and what strangers bring instead."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from kit.audit import AuditEvent
from kit.errors import Refused, TooMany
from people import guesses, passkeys, proofs, sign_ins
from people.known_devices import Caller
from people.passkeys import Called
from people.tables.factors import Passkey
from people.tables.persons import Person
from people.tables.sessions import PersonSession
from tests import make
from tests.authenticator import UP, UV, Device, packed

HERE = Caller("192.0.2.1")
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Safari/604.1"


@pytest.fixture
def anna(session):
    return make.actor(session)


def made(session, actor, device=None, name=""):
    """A device with a passkey of this person."""
    device = device or Device()
    question = passkeys.ask_to_make(session, actor, actor.now)
    keep(session, actor, device.make(question.options), question, name)
    return device


def keep(session, actor, answer, question, name=""):
    kept = passkeys.asked(question.kept)
    found = passkeys.make(actor, answer, kept)
    passkeys.keep(session, actor, found, kept.user_handle, Called(name, IPHONE))


def enter(session, now, device, caller=HERE, **instead):
    """Sign in by a device's passkey; give the session's token."""
    question = passkeys.ask_to_sign_in(session, caller, now)
    answer = device.show(question.options, **instead)
    return passkeys.sign_in(answer, passkeys.asked(question.kept), caller, "telefono")


def events(session, action):
    found = select(AuditEvent).where(AuditEvent.action == f"people.{action}")
    return list(session.scalars(found.order_by(AuditEvent.id)))


def sessions(session, person_id):
    mine = PersonSession.person_id == person_id, PersonSession.device == "telefono"
    return len(session.scalars(select(PersonSession.id).where(*mine)).all())


def test_it_is_kept_under_its_name(session, anna):
    device = made(session, anna, name="telefono mio")
    (kept,) = passkeys.of(session, anna.person_id)
    assert (kept.name, kept.device, kept.sign_count) == ("telefono mio", IPHONE, 0)
    assert kept.credential_id == device.credential_id and kept.last_used_at is None


def test_its_owner_is_known_to_the_device_by_a_handle_that_says_nothing(session, anna):
    first, second = made(session, anna), made(session, anna)
    assert first.user_handle == second.user_handle and len(first.user_handle) == 32
    assert made(session, make.actor(session)).user_handle != first.user_handle


def test_a_device_that_has_one_is_asked_for_no_second(session, anna):
    device = made(session, anna)
    asked = json.loads(passkeys.ask_to_make(session, anna, anna.now).options)
    assert [each["id"] for each in asked["excludeCredentials"]] == [packed(device.credential_id)]


def test_the_same_key_is_kept_once_whoever_brings_it(session, anna):
    device = made(session, anna)
    with pytest.raises(Refused, match="c'è già"):
        made(session, anna, device)
    with pytest.raises(Refused, match="c'è già"):
        made(session, make.actor(session), device)
    assert len(session.scalars(select(Passkey)).all()) == 1


def test_a_question_makes_one_passkey_whatever_its_answer_was_worth(session, anna):
    question = passkeys.ask_to_make(session, anna, anna.now)
    with pytest.raises(Refused, match="non ha controllato"):
        keep(session, anna, Device().make(question.options, flags=UP), question)
    with pytest.raises(Refused, match="già usata"):
        keep(session, anna, Device().make(question.options), question)
    assert passkeys.of(session, anna.person_id) == []


def test_nobody_answers_the_question_of_somebody_else(session, anna):
    question = passkeys.ask_to_make(session, anna, anna.now)
    with pytest.raises(Refused, match="già usata"):
        keep(session, make.actor(session), Device().make(question.options), question)


def test_there_is_an_end_to_how_many_one_has(session, anna):
    for _ in range(passkeys.MOST - 1):
        make.passkey(session, anna.person_id)
    first, second = (passkeys.ask_to_make(session, anna, anna.now) for _ in range(2))
    keep(session, anna, Device().make(first.options), first)
    with pytest.raises(Refused, match="già 20"):
        keep(session, anna, Device().make(second.options), second)
    with pytest.raises(Refused, match="già 20"):
        passkeys.ask_to_make(session, anna, anna.now)


def test_by_it_alone_somebody_is_in_at_the_level_of_two_factors(session, anna, now):
    device = made(session, anna)
    for _ in range(2):
        found = sign_ins.actor_of(session, enter(session, now, device))
        assert found is not None and found.person_id == anna.person_id
        assert found.proved == proofs.Proof(proofs.TWO, ("passkey",))
    session.expire_all()
    (kept,) = passkeys.of(session, anna.person_id)
    assert kept.sign_count == 2 and kept.last_used_at is not None
    assert len(events(session, "session.opened")) == 2


def test_a_device_that_does_not_count_goes_on(session, anna, now):
    device = made(session, anna, Device(counts=False))
    assert enter(session, now, device) and enter(session, now, device)


@pytest.mark.parametrize("count", [0, 4, 5])
def test_a_count_that_does_not_go_on_is_a_copy_and_refused(session, anna, now, count):
    device = made(session, anna, Device(sign_count=4))
    enter(session, now, device)
    with pytest.raises(Refused, match="copiata"):
        enter(session, now, device, sign_count=count)
    assert sessions(session, anna.person_id) == 1
    (event,) = events(session, "passkey.refused")
    assert event.subject_id == anna.person_id and "copiata" in event.after["why"]


@pytest.mark.parametrize(
    ("lie", "says"),
    [
        ({"rp_id": "evil.example"}, "non è stata accettata"),
        ({"origin": "https://evil.example"}, "non è stata accettata"),
        ({"challenge": packed(b"x" * 32)}, "non è stata accettata"),
        ({"key": Device().key}, "non è stata accettata"),
        ({"flags": UP}, "non ha controllato che sei tu"),
        ({"flags": UV}, "non è stata accettata"),
        ({"credential_id": b"never made"}, "qui non vale"),
        ({"user_handle": b"h" * 32}, "qui non vale"),
        ({"user_handle": b""}, "qui non vale"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_not_so_lets_nobody_in_and_is_noted(session, anna, now, lie, says):
    device = made(session, anna)
    with pytest.raises(Refused, match=says):
        enter(session, now, device, **lie)
    assert sessions(session, anna.person_id) == 0
    (event,) = events(session, "passkey.refused")
    known = "credential_id" not in lie
    assert event.subject_id == (anna.person_id if known else guesses.NOBODY)
    assert event.after["network"] == HERE.network
    assert enter(session, now, device), "the control: the truth lets in"


def test_a_passkey_of_somebody_else_does_not_become_mine(session, anna, now):
    mine, theirs = made(session, anna), made(session, make.actor(session))
    with pytest.raises(Refused, match="non è stata accettata"):
        enter(session, now, theirs, credential_id=mine.credential_id, user_handle=mine.user_handle)
    with pytest.raises(Refused, match="qui non vale"):
        enter(session, now, theirs, user_handle=mine.user_handle)


def test_an_answer_is_good_once(session, anna, now):
    device = made(session, anna)
    question = passkeys.ask_to_sign_in(session, HERE, now)
    answer, kept = device.show(question.options), passkeys.asked(question.kept)
    passkeys.sign_in(answer, kept, HERE, "telefono")
    with pytest.raises(Refused, match="già usata"):
        passkeys.sign_in(answer, kept, HERE, "telefono")
    assert sessions(session, anna.person_id) == 1


def test_a_question_is_used_up_by_an_answer_that_was_refused(session, anna, now):
    device = made(session, anna)
    question = passkeys.ask_to_sign_in(session, HERE, now)
    kept = passkeys.asked(question.kept)
    with pytest.raises(Refused, match="non è stata accettata"):
        passkeys.sign_in("{}", kept, HERE, "telefono")
    with pytest.raises(Refused, match="già usata"):
        passkeys.sign_in(device.show(question.options), kept, HERE, "telefono")


def test_whoever_may_not_sign_in_does_not_by_a_passkey(session, anna, now):
    device = made(session, anna)
    session.execute(update(Person).where(Person.id == anna.person_id).values(disabled_at=now))
    with pytest.raises(Refused, match="qui non vale"):
        enter(session, now, device)


def test_what_a_network_asks_and_answers_in_vain_is_counted(session, anna, now):
    device = made(session, anna)
    for _ in range(guesses.PASSKEY.most // 2):
        with pytest.raises(Refused):
            enter(session, now, device, flags=UP)
    with pytest.raises(TooMany, match="da questa rete"):
        passkeys.ask_to_sign_in(session, HERE, now)
    assert enter(session, now, device, Caller("192.0.2.2")), "others go on"


def test_whoever_gets_in_uses_nothing_of_that(session, anna, now):
    device = made(session, anna)
    for _ in range(guesses.PASSKEY.most + 1):
        enter(session, now, device)


def test_answers_without_a_question_are_counted_too(session, anna):
    for _ in range(guesses.PASSKEY.most):
        with pytest.raises(Refused, match="già usata"):
            passkeys.sign_in("{}", passkeys.asked(b""), HERE, "telefono")
    with pytest.raises(TooMany):
        passkeys.sign_in("{}", passkeys.asked(b""), HERE, "telefono")


def test_who_is_in_proves_it_again_by_one_of_their_own(session, anna, now):
    device, theirs = made(session, anna), made(session, make.actor(session))

    def prove(shown):
        question = passkeys.ask_to_prove(session, anna, HERE, now)
        (allowed,) = json.loads(question.options)["allowCredentials"]
        assert allowed["id"] == packed(device.credential_id)
        answer = shown.show(question.options)
        return passkeys.prove(answer, passkeys.asked(question.kept), anna, HERE)

    again = sign_ins.actor_of(session, prove(device))
    assert again is not None
    assert again.session_id == anna.session_id and again.proved_at > anna.proved_at
    assert again.proved == proofs.BY_PASSKEY and again.form_key == anna.form_key
    (event,) = events(session, "session.proved")
    assert event.after["signed"] == proofs.BY_PASSKEY.said()
    with pytest.raises(Refused, match="qui non vale"):
        prove(theirs)


def test_a_session_that_was_ended_meanwhile_proves_nothing(session, anna, now):
    device = made(session, anna)
    question = passkeys.ask_to_prove(session, anna, HERE, now)
    answer = device.show(question.options)
    # Ended in between: the question went with the session, so nothing is left to be answered.
    sign_ins.sign_out_everywhere(session, anna.person_id, anna.person_id, now)
    with pytest.raises(Refused, match="già usata"):
        passkeys.prove(answer, passkeys.asked(question.kept), anna, HERE)


def test_who_has_none_is_asked_for_none(session, anna, now):
    with pytest.raises(Refused, match="Non hai una passkey"):
        passkeys.ask_to_prove(session, anna, HERE, now)


def test_who_came_in_by_more_proves_it_as_they_came(session, anna):
    high = replace(anna, proved=proofs.Proof(proofs.HIGH, ("provider:spid",)))
    with pytest.raises(Refused, match="come prima"):
        passkeys.prove("{}", passkeys.asked(b""), high, HERE)


def test_a_proof_takes_no_answer_that_was_given_to_sign_in(session, anna, now):
    device = made(session, anna)
    question = passkeys.ask_to_sign_in(session, HERE, now)
    with pytest.raises(Refused, match="già usata"):
        passkeys.prove(device.show(question.options), passkeys.asked(question.kept), anna, HERE)


def test_one_that_was_taken_away_lets_nobody_in(session, anna, now):
    device, other = made(session, anna), made(session, anna)
    first, _second = passkeys.of(session, anna.person_id)
    passkeys.forget(session, make.actor(session).person_id, first.id)
    assert len(passkeys.of(session, anna.person_id)) == 2, "nobody else takes it away"
    passkeys.forget(session, anna.person_id, first.id)
    with pytest.raises(Refused, match="qui non vale"):
        enter(session, now, device)
    assert enter(session, now, other)


def test_all_of_one_person_are_taken_away_at_once(session, anna):
    made(session, anna), made(session, anna), made(session, make.actor(session))
    passkeys.forget(session, anna.person_id)
    assert passkeys.of(session, anna.person_id) == []
    assert len(session.scalars(select(Passkey)).all()) == 1
