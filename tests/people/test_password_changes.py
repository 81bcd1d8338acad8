"""A new password by whoever knows the old one: what ends with it, and how often one may mistype."""

import pytest
from sqlalchemy import select, update

from kit.audit import AuditEvent
from kit.errors import Invalid, Refused, TooMany
from kit.mail import Mail
from people import guesses, known_devices, password_changes, passwords, proofs, sign_ins
from people.known_devices import Caller
from people.tables.links import OneTimeLink
from people.tables.persons import Person
from tests import make
from tests.people.test_links import link_of, reset

OLD, NEW, WRONG = "tre-cavalli-bianchi", "quattro-gatti-neri", "sbagliata-davvero"


@pytest.fixture
def anna(session):
    person = make.person(session, password_hash=passwords.hash_password(OLD))
    return make.actor(session, person)


def change(actor, old=OLD, new=NEW, device=""):
    here = Caller("192.0.2.1", device, actor.email)
    return password_changes.change(actor, old, new, here, "telefono")


def is_password(session, actor, password):
    kept = session.scalar(select(Person.password_hash).where(Person.id == actor.person_id))
    return passwords.verify(kept, password)


def test_this_session_goes_on_under_a_new_token_and_everything_else_ends(session, anna, now):
    before = [
        sign_ins.open_session(session, anna.person_id, "x", now, proofs.BY_PASSWORD_AND_CODE)
        for _ in range(2)
    ]
    link = reset(session, now, session.get_one(Person, anna.person_id))
    device = known_devices.remember(session, anna.person_id, "", now)
    token = change(anna)
    assert sign_ins.actor_of(session, token) is not None
    assert [sign_ins.actor_of(session, each) for each in before] == [None, None]
    mine = sign_ins.sessions_of(session, anna.person_id, now)
    assert [row.token_hash for row in mine] == [sign_ins.token_hash(token)]
    assert link_of(session, link).used_at is not None
    assert not known_devices.own(session, Caller("192.0.2.1", device), anna.email)
    assert is_password(session, anna, NEW)
    done = select(AuditEvent.actor_id).where(AuditEvent.action == "people.password.changed")
    assert session.scalars(done).all() == [anna.person_id]


def test_others_sessions_and_links_go_on(session, anna, now):
    other = make.person(session)
    token = sign_ins.open_session(session, other.id, "x", now, proofs.BY_PASSWORD_AND_CODE)
    link = reset(session, now, other)
    change(anna)
    assert sign_ins.actor_of(session, token) is not None
    assert link_of(session, link).used_at is None


@pytest.mark.parametrize("way", ["changed", "by a link"])
def test_its_owner_is_told_by_a_letter(session, anna, now, way):
    if way == "changed":
        change(anna)
    else:
        from people import links

        links.use(reset(session, now, session.get_one(Person, anna.person_id)), NEW, "", "x")
    told = Mail.subject == "La tua password è stata cambiata"
    (letter,) = session.scalars(select(Mail).where(told))
    assert letter.to == anna.email and "/password-reset" in letter.text and NEW not in letter.text


def test_a_wrong_old_password_changes_nothing_and_is_a_guess(session, anna):
    for _ in range(guesses.OWN.most):
        with pytest.raises(Refused, match="di adesso non è questa") as refused:
            change(anna, old=WRONG)
        assert refused.value.field == "old"
    with pytest.raises(TooMany):
        change(anna)
    assert is_password(session, anna, OLD)
    assert session.scalars(select(Mail)).all() == []


def test_a_right_one_is_no_guess(session, anna):
    for n in range(guesses.OWN.most + 2):
        change(anna, *((OLD, NEW) if n % 2 == 0 else (NEW, OLD)))


@pytest.mark.parametrize(
    ("new", "says"),
    [("corta", "almeno 10"), ("Password2026", "per prime"), (OLD, "uguale a quella di adesso")],
)
def test_a_new_one_that_will_not_do_is_refused_and_is_no_guess(session, anna, new, says):
    for _ in range(guesses.OWN.most + 2):
        with pytest.raises(Invalid) as invalid:
            change(anna, new=new)
        assert says in str(invalid.value.errors["password"])
    assert is_password(session, anna, OLD)


def test_who_changes_it_while_somebody_else_does_is_told(session, anna, monkeypatch):
    hashed = passwords.hash_password

    def meanwhile(password):
        other = {"password_hash": hashed("altra-parola-lunga")}
        session.execute(update(Person).where(Person.id == anna.person_id).values(**other))
        return hashed(password)

    monkeypatch.setattr(passwords, "hash_password", meanwhile)
    with pytest.raises(Refused, match="da un'altra parte"):
        change(anna)
    assert is_password(session, anna, "altra-parola-lunga")
    assert session.scalars(select(OneTimeLink)).all() == []
