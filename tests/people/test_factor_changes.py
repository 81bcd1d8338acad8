"""Adding second steps and taking them away: who may, what changes with it, who is told."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from kit import clock, shown
from kit.audit import AuditEvent
from kit.errors import Invalid, NotFound, Refused, TooMany
from kit.mail import Mail
from people import (
    codes,
    factor_changes,
    factors,
    link_letters,
    links,
    passwords,
    proofs,
    roles,
    sign_ins,
)
from people.actors import NotSignedIn
from people.proofs import Proof
from people.tables.factors import CodeGenerator, RecoveryCode
from people.tables.links import OneTimeLink
from people.tables.sessions import PersonSession
from tests import make
from tests.people.test_codes import code_at, with_app
from tests.people.test_links import letter_to
from tests.waiting import until_blocked

OFFICE = (roles.OFFICE, "call", 1)


def acting(session, person=None, proof=proofs.BY_PASSWORD):
    """Somebody in a session of this proof, as the edge gives them."""
    person = person or make.person(session, password_hash=passwords.hash_password("x" * 10))
    now = clock.now(session)
    token = sign_ins.open_session(session, person.id, "telefono", now, proof)
    found = sign_ins.actor_of(session, token)
    assert found is not None
    return found


def again(session, actor):
    """The same session as the edge gives it now, whatever its token."""
    token = "t" * 43
    mine = PersonSession.id == actor.session_id
    session.execute(update(PersonSession).where(mine).values(token_hash=sign_ins.token_hash(token)))
    found = sign_ins.actor_of(session, token)
    assert found is not None
    return found


def by_letter(session, actor):
    factor_changes.ask_letter(session, actor)
    factor_changes.open_by_letter(session, actor, letter_to(session, actor.email)[1])


def add(session, actor):
    """Add an app's codes as far as it goes; give the app and what came of it."""
    app = factor_changes.begin_app(session, actor)
    typed = code_at(app.secret, actor.now)
    return app, factor_changes.confirm_app(session, actor, app.sealed, typed)


def told(session):
    return session.scalars(select(Mail.subject).order_by(Mail.id)).all()


def done(session):
    query = select(AuditEvent.action).where(AuditEvent.action.like("people.factor%"))
    return session.scalars(query.order_by(AuditEvent.id)).all()


def test_a_first_one_takes_the_link_of_a_letter(session):
    actor = acting(session)
    with pytest.raises(Refused, match="lettera"):
        factor_changes.begin_app(session, actor)
    by_letter(session, actor)
    having = factor_changes.of(session, actor)
    assert having.adding_until == actor.now + factor_changes.ADDING
    assert factor_changes.begin_app(session, actor).secret
    late = replace(actor, now=actor.now + factor_changes.ADDING)
    with pytest.raises(Refused, match="lettera"):
        factor_changes.begin_app(session, late)


def test_the_letter_opens_the_session_of_whoever_asked_only_and_once(session, now):
    actor, other = acting(session), acting(session)
    factor_changes.ask_letter(session, actor)
    assert factor_changes.of(session, actor).letter_at == actor.now
    token = letter_to(session, actor.email)[1]
    for wrong in (token[:-1], "x" * 43):
        with pytest.raises(links.Spent):
            factor_changes.open_by_letter(session, actor, wrong)
    with pytest.raises(links.Spent):
        factor_changes.open_by_letter(session, other, token)
    factor_changes.open_by_letter(session, actor, token)
    assert factor_changes.of(session, actor).letter_at is None
    session.expire_all()
    with pytest.raises(links.Spent):
        factor_changes.open_by_letter(session, actor, token)
    here = acting(session, session.get_one(type(make.person(session)), actor.person_id))
    with pytest.raises(Refused):
        factor_changes.begin_app(session, here)


def test_the_link_is_good_for_half_an_hour_and_leads_to_no_password(session):
    actor = acting(session)
    factor_changes.ask_letter(session, actor)
    letter, token = letter_to(session, actor.email)
    assert letter.private and "30 minuti" in letter.text
    with pytest.raises(links.Spent):
        links.use(token, "quattro-gatti-neri", "", "telefono")
    late = replace(actor, now=actor.now + timedelta(minutes=link_letters.FACTOR_MINUTES))
    with pytest.raises(links.Spent):
        factor_changes.open_by_letter(session, late, token)


def test_no_other_letters_link_opens_it(session, now):
    actor = acting(session)
    person = session.get_one(type(make.person(session)), actor.person_id)
    link_letters.reset(session, person, now)
    with pytest.raises(links.Spent):
        factor_changes.open_by_letter(session, actor, letter_to(session, actor.email)[1])


def test_a_new_password_ends_the_letters(session, now):
    from people import password_changes

    actor = acting(session)
    factor_changes.ask_letter(session, actor)
    person = session.get_one(type(make.person(session)), actor.person_id)
    password_changes.keep(session, person, "another", now)
    used = select(OneTimeLink.used_at).where(OneTimeLink.purpose == "factor")
    assert session.scalars(used).one() == now


def test_letters_are_counted_and_follow_each_other_after_a_while(session):
    actor = acting(session)
    factor_changes.ask_letter(session, actor)
    with pytest.raises(Refused, match="già partita"):
        factor_changes.ask_letter(session, actor)
    later = actor
    with pytest.raises(TooMany):
        for _ in range(8):
            later = replace(later, now=later.now + timedelta(minutes=6))
            factor_changes.ask_letter(session, later)


def test_a_first_one_raises_the_session_ends_the_others_and_gives_codes_on_paper(session):
    actor = acting(session)
    person = session.get_one(type(make.person(session)), actor.person_id)
    make.actor(session, person, OFFICE)
    by_letter(session, actor)
    assert again(session, actor).resting == {OFFICE}
    form_key = again(session, actor).form_key
    _, added = add(session, actor)
    assert added.token is not None and len(added.recovery) == 10
    now_ = sign_ins.actor_of(session, added.token)
    assert now_ is not None and now_.session_id == actor.session_id
    assert now_.grants == {OFFICE} and now_.form_key == form_key
    assert now_.proved == Proof(2, ("password", "code"))
    mine = select(PersonSession.id).where(PersonSession.person_id == person.id)
    assert session.scalars(mine).all() == [actor.session_id]
    assert codes.accept(session, person.id, added.recovery[0], actor.now)
    assert told(session)[-1] == "Hai un secondo passo in più"
    assert done(session) == ["people.factor.added"]


def test_a_wrong_code_adds_nothing_and_the_page_can_be_shown_again(session):
    actor = acting(session)
    by_letter(session, actor)
    app = factor_changes.begin_app(session, actor)
    with pytest.raises(Invalid) as invalid, session.begin_nested():
        factor_changes.confirm_app(session, actor, app.sealed, "000")
    assert list(invalid.value.errors) == ["one-time-code"]
    assert factors.of(session, actor.person_id) == []
    found = factor_changes.begun_app(session, actor, app.sealed)
    assert found is not None and found.secret == app.secret


def test_who_begins_is_the_only_one_who_is_shown_the_secret_and_may_confirm_it(session):
    """Another session of the same person may be that of who stole the password."""
    actor = acting(session)
    by_letter(session, actor)
    app = factor_changes.begin_app(session, actor)
    person = session.get_one(type(make.person(session)), actor.person_id)
    thief = acting(session, person)
    assert factor_changes.begun_app(session, thief, app.sealed) is None
    with pytest.raises(Refused, match="da capo"):
        typed = code_at(app.secret, actor.now)
        factor_changes.confirm_app(session, thief, app.sealed, typed)
    other = factor_changes.begin_app(session, actor)
    assert other.secret != app.secret
    assert factor_changes.begun_app(session, actor, app.sealed) is None


def test_it_is_as_apps_read_it(session):
    actor = acting(session)
    by_letter(session, actor)
    app = factor_changes.begin_app(session, actor)
    assert app.uri.startswith("otpauth://totp/FareLegami:") and f"secret={app.secret}" in app.uri
    assert "issuer=FareLegami" in app.uri and "".join(app.groups) == app.secret


def with_one(session):
    """Somebody with an app, in a session that proved it just now."""
    person, known = with_app(session, clock.now(session) - timedelta(days=1))
    codes.new_recovery_codes(session, person.id, clock.now(session))
    return acting(session, person, proofs.BY_PASSWORD_AND_CODE), known


def test_whoever_has_one_needs_no_letter_but_a_fresh_proof_of_it(session):
    actor, _ = with_one(session)
    with pytest.raises(Refused, match="già"):
        factor_changes.ask_letter(session, actor)
    old = replace(actor, now=actor.now + timedelta(hours=1))
    below = replace(actor, proved=proofs.BY_PASSWORD)
    for stale in (old, below):
        with pytest.raises(Refused, match="conferma"):
            factor_changes.begin_app(session, stale)
    assert factor_changes.begin_app(session, actor)


def test_a_new_app_takes_the_place_of_the_old_one_and_the_paper_stays(session):
    actor, old = with_one(session)
    app, added = add(session, actor)
    assert added == (None, [])
    assert codes.recovery_left(session, actor.person_id) == 10
    later = actor.now + timedelta(minutes=2)
    assert codes.accept(session, actor.person_id, code_at(old, later), later) is None
    assert codes.accept(session, actor.person_id, code_at(app.secret, later), later)
    assert told(session) == ["Un secondo passo è cambiato"]


def test_the_last_one_stays_while_a_role_asks_for_it(session):
    actor, _ = with_one(session)
    roles.grant(session, None, actor.person_id, *OFFICE, actor.now)
    assert factor_changes.of(session, actor).asked
    with pytest.raises(Refused, match="l'ultimo"):
        factor_changes.take_away(session, actor, proofs.CODE)
    assert factors.of(session, actor.person_id) and told(session) == []
    factor_changes.take_away(session, replace(actor, trial=True), proofs.CODE)
    assert factors.of(session, actor.person_id) == []


def test_without_such_a_role_it_goes_with_the_codes_on_paper_and_its_owner_is_told(session):
    actor, _ = with_one(session)
    roles.grant(session, None, actor.person_id, roles.MEMBER, "household", 1, actor.now)
    factor_changes.take_away(session, actor, proofs.CODE)
    assert factors.of(session, actor.person_id) == []
    assert session.scalars(select(RecoveryCode)).all() == []
    assert told(session) == ["Un secondo passo è stato tolto"]
    assert done(session) == ["people.factor.removed"]
    with pytest.raises(NotFound):
        factor_changes.take_away(session, actor, proofs.CODE)


def test_new_codes_on_paper_are_made_only_as_the_page_showed_it(session):
    actor, _ = with_one(session)
    seen = shown.pack(factor_changes.of(session, actor).parts())
    made = factor_changes.renew_recovery(session, actor, seen)
    assert len(made) == 10 and told(session) == ["Codici di recupero nuovi"]
    later = replace(actor, now=actor.now + timedelta(seconds=1))
    with pytest.raises(shown.Changed):
        factor_changes.renew_recovery(session, replace(later, now=later.now), "")
    assert codes.accept(session, actor.person_id, made[0], actor.now)
    with pytest.raises(Refused, match="solo con un secondo passo"):
        factor_changes.renew_recovery(session, acting(session), "")


def test_an_operator_takes_all_of_somebody_away(session, now):
    actor, _ = with_one(session)
    assert factor_changes.forget(session, actor.email, now) == 1
    assert factors.of(session, actor.person_id) == []
    assert session.scalars(select(CodeGenerator)).all() == []
    assert session.scalars(select(RecoveryCode)).all() == []
    assert session.scalar(select(func.count()).select_from(PersonSession)) == 0
    assert told(session) == ["I tuoi secondi passi sono stati tolti"]
    assert done(session) == ["people.factors.forgotten"]


@pytest.mark.parametrize("who", ["nobody", "without"])
def test_where_there_is_nothing_to_take_the_operator_is_told(session, now, who):
    email = make.person(session).email if who == "without" else "nessuno@esempio.it"
    with pytest.raises(Refused):
        factor_changes.forget(session, email, now)


def test_a_session_that_was_ended_meanwhile_adds_nothing(session):
    actor = acting(session)
    by_letter(session, actor)
    app = factor_changes.begin_app(session, actor)
    sign_ins.sign_out_everywhere(session, actor.person_id, actor.person_id, actor.now)
    with pytest.raises(NotSignedIn):
        typed = code_at(app.secret, actor.now)
        factor_changes.confirm_app(session, actor, app.sealed, typed)


@pytest.fixture
def both(committed):
    """Two take the same last step away at once: what the second met, how often it was done."""

    def _both():
        with committed.sessions() as session:
            before = len(done(session))
            actor, _ = with_one(session)
            session.commit()

        def take():
            with committed.sessions() as session:
                factor_changes.take_away(session, actor, proofs.CODE)
                session.commit()

        with ThreadPoolExecutor(1) as pool, committed.sessions() as first:
            factor_changes.take_away(first, actor, proofs.CODE)
            second = pool.submit(take)
            until_blocked(committed.engine)
            first.commit()
            error = second.exception(30)
        with committed.sessions() as session:
            return type(error), len(done(session)) - before

    return _both


def test_of_two_who_take_it_away_in_one_moment_one_does(both):
    assert both() == (NotFound, 1)


def test_counting_without_holding_would_let_both(both, monkeypatch):
    """The control: both would count one that is there, and keep that they took it."""
    from people.tables.persons import Person

    monkeypatch.setattr(
        factor_changes, "held", lambda session, person_id: session.get_one(Person, person_id)
    )
    assert both() == (type(None), 2)
