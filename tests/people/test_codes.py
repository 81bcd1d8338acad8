"""Codes of an app and codes on paper: what is taken, that it is taken once, and how it is kept."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select, update

from kit import clock, secret
from kit.settings import Secret, settings
from people import codes, proofs
from people.tables.factors import CodeGenerator, RecoveryCode
from tests import make
from tests.waiting import until_blocked

STEP = timedelta(seconds=30)


def code_at(known, instant):
    return pyotp.TOTP(known).at(instant)


def with_app(session, now, person=None):
    """Somebody with an app whose codes count, and its secret; the code of `now` is used up."""
    person = person or make.person(session)
    known = codes.begin(session, person.id, now)
    assert codes.confirm(session, person.id, code_at(known, now), now)
    return person, known


def test_an_app_counts_once_a_code_of_it_was_typed(session, now):
    anna = make.person(session)
    known = codes.begin(session, anna.id, now)
    assert not codes.has(session, anna.id)
    assert codes.accept(session, anna.id, code_at(known, now), now) is None
    assert not codes.confirm(session, anna.id, "000000", now - timedelta(days=3650))
    assert codes.begun(session, anna.id, now) == known
    assert codes.confirm(session, anna.id, code_at(known, now), now)
    found = codes.app(session, anna.id)
    assert codes.has(session, anna.id) and found is not None and found.confirmed_at == now
    assert codes.begun(session, anna.id, now) is None


def test_the_codes_are_those_of_rfc_6238(session, now):
    """Appendix B: the secret is "12345678901234567890", at 59 s the code ends in 287082."""
    anna, _ = with_app(session, now)
    at_59 = now.fromtimestamp(59, now.tzinfo)
    sealed = codes._seal(anna.id, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
    session.execute(update(CodeGenerator).values(secret=sealed, last_step=0))
    assert codes.accept(session, anna.id, "287082", at_59) == proofs.CODE


@pytest.mark.parametrize(
    ("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_clock_may_go_wrong_by_one_step(session, now, steps, taken):
    anna, known = with_app(session, now - timedelta(days=1))
    typed = code_at(known, now + steps * STEP)
    assert codes.accept(session, anna.id, typed, now) == (proofs.CODE if taken else None)


def test_a_code_is_good_once_and_none_of_before_it_is(session, now):
    anna, known = with_app(session, now)
    assert codes.accept(session, anna.id, code_at(known, now), now) is None
    later = now + 2 * STEP
    assert codes.accept(session, anna.id, code_at(known, later), later) == proofs.CODE
    assert codes.accept(session, anna.id, code_at(known, later), later) is None
    assert codes.accept(session, anna.id, code_at(known, later - STEP), later) is None


@pytest.mark.parametrize("write", ["{0} {1}", " {0}-{1} ", "{0}{1}"])
def test_blanks_and_hyphens_do_not_count(session, now, write):
    anna, known = with_app(session, now - timedelta(days=1))
    code = code_at(known, now)
    assert codes.accept(session, anna.id, write.format(code[:3], code[3:]), now) == proofs.CODE


@pytest.mark.parametrize("typed", ["", " ", "-", "12345", "1234567", "é", "0" * 16, "x" * 5000])
def test_anything_else_is_no_code(session, now, typed):
    anna, _ = with_app(session, now)
    codes.new_recovery_codes(session, anna.id, now)
    assert codes.accept(session, anna.id, typed, now) is None


def test_nobody_elses_code_is_taken(session, now):
    anna, known = with_app(session, now - timedelta(days=1))
    bruno, _ = with_app(session, now - timedelta(days=1))
    papers = codes.new_recovery_codes(session, anna.id, now)
    assert codes.accept(session, bruno.id, code_at(known, now), now) is None
    assert codes.accept(session, bruno.id, papers[0], now) is None


def test_a_new_app_replaces_the_one_before_only_when_it_counts(session, now):
    anna, old = with_app(session, now - timedelta(days=1))
    codes.begin(session, anna.id, now)
    new = codes.begin(session, anna.id, now)
    assert codes.accept(session, anna.id, code_at(old, now), now) == proofs.CODE
    assert codes.confirm(session, anna.id, code_at(new, now), now)
    later = now + 2 * STEP
    assert codes.accept(session, anna.id, code_at(old, later), later) is None
    assert codes.accept(session, anna.id, code_at(new, later), later) == proofs.CODE
    assert len(session.scalars(select(CodeGenerator.id)).all()) == 1


def test_what_nobody_confirms_in_an_hour_is_good_no_more_and_forgotten(session, now):
    anna = make.person(session)
    known = codes.begin(session, anna.id, now)
    with_app(session, now)
    late = now + codes.BEGUN_FOR + timedelta(seconds=1)
    assert codes.begun(session, anna.id, late) is None
    assert not codes.confirm(session, anna.id, code_at(known, late), late)
    codes.forget_begun(session, now + codes.BEGUN_FOR)
    assert len(session.scalars(select(CodeGenerator.id)).all()) == 2
    codes.forget_begun(session, late)
    assert session.scalars(select(CodeGenerator.person_id)).all() != [anna.id]
    assert len(session.scalars(select(CodeGenerator.id)).all()) == 1


def test_codes_on_paper_are_ten_each_good_once_and_end_with_the_next_ones(session, now):
    anna, _ = with_app(session, now)
    old = codes.new_recovery_codes(session, anna.id, now)
    assert len(set(old)) == 10 and all(len(code) == 19 for code in old)
    assert codes.recovery_left(session, anna.id) == 10
    # Read from paper: small letters, no hyphens, and signs that look alike.
    typed = old[0].lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert codes.accept(session, anna.id, typed, now) == proofs.RECOVERY_CODE
    assert codes.accept(session, anna.id, old[0], now) is None
    assert codes.recovery_left(session, anna.id) == 9
    new = codes.new_recovery_codes(session, anna.id, now)
    assert codes.accept(session, anna.id, old[1], now) is None
    assert codes.accept(session, anna.id, new[1], now) == proofs.RECOVERY_CODE


def test_nothing_that_lets_somebody_in_stands_in_the_tables(session, now):
    anna, known = with_app(session, now)
    made = codes.new_recovery_codes(session, anna.id, now)
    sealed = session.scalars(select(CodeGenerator.secret)).one()
    assert known not in sealed
    assert secret.unseal(codes._LABEL, sealed, str(anna.id).encode()).decode() == known
    with pytest.raises(secret.NotOurs):
        secret.unseal(codes._LABEL, sealed, str(anna.id + 1).encode())
    kept = session.scalars(select(RecoveryCode.hash)).all()
    assert not any(code.encode() in bytes(each) for code in made for each in kept)


def renewed(monkeypatch, now_secret, before):
    both = {"secret_key": Secret(now_secret), "secret_key_before": before}
    monkeypatch.setattr(secret, "settings", lambda: replace(settings(), **both))


def test_a_code_works_after_the_servers_secret_is_new_and_from_then_on_without_the_old(
    session, now, monkeypatch
):
    anna, known = with_app(session, now - timedelta(days=1))
    renewed(monkeypatch, "n" * 64, settings().secret_key)
    assert codes.accept(session, anna.id, code_at(known, now), now) == proofs.CODE
    session.expire_all()
    renewed(monkeypatch, "n" * 64, None)
    later = now + 2 * STEP
    assert codes.accept(session, anna.id, code_at(known, later), later) == proofs.CODE


def test_where_the_servers_secret_is_lost_the_codes_on_paper_are_left(session, now, monkeypatch):
    anna, known = with_app(session, now - timedelta(days=1))
    papers = codes.new_recovery_codes(session, anna.id, now)
    renewed(monkeypatch, "n" * 64, None)
    assert codes.accept(session, anna.id, code_at(known, now), now) is None
    assert codes.accept(session, anna.id, papers[3], now) == proofs.RECOVERY_CODE


@pytest.fixture
def used_twice(committed):
    """Send the same code twice in one moment; give what either answer was."""

    def _used_twice(kind):
        with committed.sessions() as session:
            now = clock.now(session)
            anna, known = with_app(session, now - timedelta(days=1))
            papers = codes.new_recovery_codes(session, anna.id, now)
            person_id, typed = anna.id, papers[0] if kind == "paper" else code_at(known, now)
            session.commit()

        def use():
            with committed.sessions() as session:
                answer = codes.accept(session, person_id, typed, now)
                session.commit()
                return answer

        with ThreadPoolExecutor(1) as pool, committed.sessions() as first:
            answers = [codes.accept(first, person_id, typed, now)]
            second = pool.submit(use)
            until_blocked(committed.engine)
            first.commit()
            return [*answers, second.result(30)]

    return _used_twice


@pytest.mark.parametrize(("kind", "taken"), [("app", proofs.CODE), ("paper", proofs.RECOVERY_CODE)])
def test_of_two_who_use_a_code_in_one_moment_one_is_let_in(used_twice, kind, taken):
    assert used_twice(kind) == [taken, None]


def test_looking_first_and_writing_then_would_let_both_in(used_twice, monkeypatch):
    """The control: were one of these refused, the test above would prove nothing."""

    def looked_then_written(session, person_id, code, _now):
        mine = RecoveryCode.person_id == person_id, RecoveryCode.hash == codes._hash(code)
        free = session.scalar(select(RecoveryCode.id).where(*mine, RecoveryCode.used_at.is_(None)))
        session.execute(update(RecoveryCode).where(*mine).values(used_at=_now))
        return free is not None

    def step_then_written(session, person_id, code, now):
        found = session.scalars(select(CodeGenerator).where(*codes._confirmed(person_id))).one()
        step = codes._step(codes._unseal(found), code, now)
        free = found.last_step < step
        mine = CodeGenerator.id == found.id
        session.execute(update(CodeGenerator).where(mine).values(last_step=step))
        return free

    monkeypatch.setattr(codes, "_use_recovery", looked_then_written)
    monkeypatch.setattr(codes, "_use_step", step_then_written)
    assert used_twice("paper") == [proofs.RECOVERY_CODE] * 2
    assert used_twice("app") == [proofs.CODE] * 2
