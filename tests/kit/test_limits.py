"""Allowances: how many at once, when the next, and what many who come together get of one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from kit import clock, jobs, limits
from kit.errors import Message, TooMany
from kit.limits import Limit, LimitUse, Use
from tests.waiting import until_blocked

FEW = Limit("test.few", 3, timedelta(minutes=30))
MANY = Limit("test.many", 10, timedelta(minutes=30))
SECOND = timedelta(seconds=1)
WAIT = Message("Aspetta.")


def passes(session, now, *uses):
    try:
        with session.begin_nested():
            limits.take(session, uses, now, WAIT)
    except TooMany:
        return False
    return True


def test_so_many_pass_at_once_and_then_one_for_every_share_of_the_time(session, now):
    use = Use(FEW, "anna")
    assert [passes(session, now, use) for _ in range(5)] == [True] * 3 + [False] * 2
    assert not passes(session, now + FEW.share - SECOND, use)
    assert passes(session, now + FEW.share, use)
    assert not passes(session, now + FEW.share, use)
    later = now + FEW.share + FEW.within
    assert [passes(session, later, use) for _ in range(4)] == [True] * 3 + [False]


def test_who_waits_is_told_how_long_in_the_words_of_the_caller(session, now):
    for _ in range(FEW.most):
        limits.take(session, [Use(FEW, "anna")], now, WAIT)
    with pytest.raises(TooMany, match="Aspetta") as refused:
        limits.take(session, [Use(FEW, "anna")], now + timedelta(minutes=4), WAIT)
    assert refused.value.retry_after_s == 6 * 60


def test_each_key_and_each_limit_has_an_allowance_of_its_own(session, now):
    for _ in range(FEW.most):
        assert passes(session, now, Use(FEW, "anna"))
    assert passes(session, now, Use(FEW, "bruno"))
    assert passes(session, now, Use(MANY, "anna"))


def test_where_one_is_used_up_the_others_keep_what_they_have(session, now):
    for _ in range(MANY.most + 5):
        passes(session, now, Use(FEW, "anna"), Use(MANY, "rete"))
    left = [passes(session, now, Use(MANY, "rete")) for _ in range(MANY.most)]
    assert left.count(True) == MANY.most - FEW.most


def test_what_was_no_try_is_given_back(session, now):
    uses = [Use(FEW, "anna"), Use(MANY, "rete")]
    for _ in range(10):
        limits.take(session, uses, now, WAIT)
        limits.give_back(session, uses)
    assert [passes(session, now, *uses) for _ in range(4)] == [True] * 3 + [False]


def test_nothing_is_kept_of_whom_it_is_counted_for_and_what_counts_no_more_is_forgotten(
    session, now
):
    limits.take(session, [Use(FEW, "anna@esempio.it")], now - timedelta(hours=1), WAIT)
    limits.take(session, [Use(MANY, "192.0.2.1")], now + SECOND, WAIT)
    rows = session.scalars(select(LimitUse)).all()
    assert not any("anna" in row.key or "192" in row.key for row in rows)
    assert jobs.tasks["kit.forget_limits"].cron == "37 * * * *"
    limits.forget_old(session, now)
    assert session.scalars(select(LimitUse.name)).all() == [MANY.name]


def try_once(committed, use):
    with committed.sessions() as session:
        limits.take(session, [use], clock.now(session), WAIT)
        session.commit()


def test_of_two_who_take_the_last_one_in_one_moment_one_is_refused(committed):
    use = Use(FEW, "insieme")
    for _ in range(FEW.most - 1):
        try_once(committed, use)
    with ThreadPoolExecutor(1) as pool, committed.sessions() as first:
        limits.take(first, [use], clock.now(first), WAIT)
        second = pool.submit(try_once, committed, use)
        until_blocked(committed.engine)
        first.commit()
        with pytest.raises(TooMany):
            second.result(30)


def test_also_where_nobody_has_used_any_of_it_yet(committed):
    once = Use(Limit("test.once", 1, timedelta(hours=1)), "insieme")
    with ThreadPoolExecutor(1) as pool, committed.sessions() as first:
        limits.take(first, [once], clock.now(first), WAIT)
        second = pool.submit(try_once, committed, once)
        until_blocked(committed.engine)
        first.commit()
        with pytest.raises(TooMany):
            second.result(30)


def test_counting_first_and_writing_then_would_let_both_through(committed, monkeypatch):
    """The control: were one of these refused, the two tests above would prove nothing."""

    def counted_then_written(session, use, now):
        here = select(func.count()).where(*limits._row(use), LimitUse.spent_until > now)
        if session.scalar(here):
            return timedelta(minutes=1)
        key = limits._mark(use)
        row = insert(LimitUse).values(name=use.limit.name, key=key, spent_until=now + SECOND)
        written.append(row.on_conflict_do_nothing())
        return None

    written: list = []
    monkeypatch.setattr(limits, "_take", counted_then_written)
    use = Use(Limit("test.control", 1, timedelta(hours=1)), "insieme")
    with committed.sessions() as first, committed.sessions() as second:
        for each in (first, second):
            limits.take(each, [use], clock.now(each), WAIT)
        for each, row in zip((first, second), written, strict=True):
            each.execute(row)
            each.commit()
    assert len(written) == 2


def test_many_at_once_get_exactly_what_there_is(committed):
    use = Use(MANY, "tutti")

    def attempt(_number):
        try:
            try_once(committed, use)
        except TooMany:
            return False
        return True

    with ThreadPoolExecutor(24) as pool:
        passed = list(pool.map(attempt, range(24)))
    assert passed.count(True) == MANY.most
