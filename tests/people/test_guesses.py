"""Guessing at passwords: what is counted, and that it is counted before anybody looks."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import String, cast, select

from kit import clock, limits
from kit.audit import AuditEvent
from kit.errors import Message, Refused, TooMany
from kit.limits import Use
from kit.mail import Mail
from people import guesses, known_devices, password_changes, passwords, sign_ins
from people.known_devices import Caller
from tests import make

PASSWORD, WRONG = "tre-cavalli-bianchi", "sbagliata-davvero"
HERE = Caller("192.0.2.1")
REFUSED = "people.password.refused"


@pytest.fixture
def anna(session):
    return make.person(session, password_hash=passwords.hash_password(PASSWORD))


def spend(session, use, at, left=0):
    """Guesses of the past, without the cost of hashing for each."""
    for _ in range(use.limit.most - left):
        limits.take(session, [use], at, Message(""))


def device_of(session, person, now):
    return known_devices.remember(session, person.id, "", now)


def stranger(email, network=HERE.network):
    """What a stranger at a network uses up who guesses at an account."""
    return {
        "pair": Use(guesses.PAIR, f"{network} {email}"),
        "network": Use(guesses.NETWORK, network),
        "account": Use(guesses.ACCOUNT, email),
    }


@pytest.mark.parametrize("counted", ["pair", "network", "account"])
def test_after_too_many_failures_the_right_password_waits_too(session, anna, now, counted):
    use = stranger(anna.email)[counted]
    spend(session, use, now, left=1)
    with pytest.raises(Refused):
        sign_ins.sign_in(anna.email, WRONG, HERE, "telefono")
    with pytest.raises(TooMany, match="nuova password") as refused:
        sign_ins.sign_in(anna.email, PASSWORD, HERE, "telefono")
    assert refused.value.status == 429
    assert 0 < refused.value.retry_after_s <= use.limit.share.total_seconds()


def test_failures_of_others_and_of_a_while_ago_do_not_count(session, anna, now):
    for use in stranger("altra@esempio.it", "198.51.100.9").values():
        spend(session, use, now)
    for use in stranger(anna.email).values():
        spend(session, use, now - use.limit.within - timedelta(seconds=1))
    assert sign_ins.sign_in(anna.email, PASSWORD, HERE, "telefono")


def test_what_is_done_at_another_network_stops_nobody_here(session, anna, now):
    for name in ("pair", "network"):
        spend(session, stranger(anna.email, "198.51.100.9")[name], now)
    assert sign_ins.sign_in(anna.email, PASSWORD, HERE, "telefono")


@pytest.mark.parametrize("way", ["browser", "session"])
def test_the_owner_has_an_allowance_that_nobody_else_uses_up(session, anna, now, way):
    known = device_of(session, anna, now) if way == "browser" else ""
    owner = Caller(HERE.network, known, anna.email if way == "session" else "")
    for use in stranger(anna.email).values():
        spend(session, use, now)
    assert sign_ins.sign_in(anna.email, PASSWORD, owner, "telefono")
    for _ in range(guesses.OWN.most):
        guesses.begin(session, anna.email, owner, clock.now(session))
    with pytest.raises(TooMany):
        sign_ins.sign_in(anna.email, PASSWORD, owner, "telefono")


def test_a_browser_known_to_somebody_is_a_stranger_to_everybody_else(session, anna, now):
    known = device_of(session, make.person(session), now)
    spend(session, stranger(anna.email)["pair"], now)
    for device in (known, "x" * 43, known[:-1]):
        with pytest.raises(TooMany):
            sign_ins.sign_in(anna.email, PASSWORD, Caller(HERE.network, device), "telefono")


def test_who_signs_in_has_guessed_nothing(session, anna):
    for _ in range(guesses.PAIR.most + 2):
        assert sign_ins.sign_in(anna.email, PASSWORD, HERE, "telefono")


def refused(session):
    """What the audit keeps of wrong passwords."""
    found = select(AuditEvent.actor_id, AuditEvent.subject_id, AuditEvent.after)
    return [tuple(row) for row in session.execute(found.where(AuditEvent.action == REFUSED))]


def test_a_wrong_password_stays_in_the_audit_though_the_request_is_refused(client, session, anna):
    session.commit()
    for email in (anna.email, "nessuno@esempio.it", WRONG + "@esempio.it"):
        fields = {"email": email, "password": WRONG}
        assert client.post("/sign-in", data=fields).status_code == 422
    network = {"network": "testclient"}
    nobody = (None, guesses.NOBODY, network)
    assert refused(session) == [(None, anna.id, network), nobody, nobody]
    kept = session.scalars(select(cast(AuditEvent.after, String))).all()
    assert not any(WRONG in (row or "") for row in kept)


def test_so_does_a_wrong_old_password_and_the_right_one_leaves_none(session, anna):
    actor = make.actor(session, anna)
    with pytest.raises(Refused):
        password_changes.change(actor, WRONG, "quattro-gatti-neri", HERE, "telefono")
    password_changes.change(actor, PASSWORD, "quattro-gatti-neri", HERE, "telefono")
    sign_ins.sign_in(anna.email, "quattro-gatti-neri", HERE, "telefono")
    assert refused(session) == [(None, anna.id, {"network": HERE.network})]


def test_what_is_not_looked_at_fills_no_log(session, anna, now):
    spend(session, stranger(anna.email)["pair"], now)
    for _ in range(3):
        with pytest.raises(TooMany):
            sign_ins.sign_in(anna.email, WRONG, HERE, "telefono")
    assert refused(session) == []


@pytest.mark.usefixtures("_committed_bound")
def test_of_many_guesses_in_one_moment_no_more_are_looked_at_than_one_after_the_other(committed):
    """Were they counted by what has failed already, all of these would be looked at."""
    with committed.sessions() as session:
        email = make.person(session, password_hash=passwords.hash_password(PASSWORD)).email
        session.commit()

    def guess(_number):
        try:
            sign_ins.sign_in(email, WRONG, HERE, "telefono")
        except (Refused, TooMany) as error:
            return type(error)

    with ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(guess, range(24)))
    assert answers.count(Refused) == guesses.PAIR.most
    assert answers.count(TooMany) == 24 - guesses.PAIR.most


# --- Codes: after the right password, or inside ------------------------------------------------


def tries(session, person, now, caller=HERE, typed="000000"):
    """How many codes are looked at before one has to wait."""
    for n in range(60):
        try:
            guesses.begin_code(session, person.email, typed, caller, now)
        except TooMany:
            return n
    return None


def test_ten_codes_are_looked_at_in_a_quarter_of_an_hour_and_thirty_in_a_week(session, anna, now):
    assert tries(session, anna, now) == guesses.CODE.most == 10
    each = [tries(session, anna, now + n * guesses.QUARTER) for n in (1, 2, 3)]
    assert each == [10, 10, 0] and guesses.CODE_A_WEEK.most == 30
    assert tries(session, anna, now + guesses.CODE_A_WEEK.within) == 10


def test_codes_count_apart_from_passwords_from_those_on_paper_and_from_others(session, anna, now):
    assert tries(session, anna, now) == 10
    assert guesses.begin(session, anna.email, HERE, now)
    assert tries(session, anna, now, typed="aaaa-bbbb-cccc-dddd") == 10
    assert tries(session, make.person(session), now) == 10


@pytest.mark.parametrize("way", ["browser", "session"])
def test_whoever_stole_the_password_uses_up_nothing_of_the_owner(session, anna, now, way):
    known = device_of(session, anna, now) if way == "browser" else ""
    owner = Caller(HERE.network, known, anna.email if way == "session" else "")
    assert tries(session, anna, now) == 10
    assert tries(session, anna, now, owner) == 10


def test_the_owner_is_told_of_the_fifth_wrong_code_of_a_day_once(session, anna, now):
    letters = []
    for _ in range(8):
        guesses.note_code(session, anna.id, HERE, now)
        letters.append(len(session.scalars(select(Mail)).all()))
    assert letters == [0, 0, 0, 0, 1, 1, 1, 1]
    kept = select(AuditEvent.after).where(AuditEvent.action == "people.code.refused")
    assert session.scalars(kept).all() == [{"network": HERE.network}] * 8


def test_a_code_is_no_guess_at_a_password_in_the_audit(session, anna, now):
    guesses.note_code(session, anna.id, HERE, now)
    assert refused(session) == []
