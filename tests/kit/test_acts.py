"""An act under a key is done once, however often and from wherever it is sent."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import event, select, text

from kit import acts, clock, db, jobs
from kit.acts import ActOnce
from kit.errors import Refused
from tests.waiting import until_blocked

KIND = "kit.test.done"


class Counted:
    """An act that says how often it was done, and waits for something in between."""

    def __init__(self, wait: Callable[[], object] = lambda: None) -> None:
        self.times = 0
        self.wait = wait

    def __call__(self) -> dict:
        self.times += 1
        self.wait()
        return {"n": self.times}


def test_the_second_time_gives_the_first_result(session, now):
    act = Counted()
    first = acts.once(session, 7, "a", KIND, now=now, act=act)
    again = acts.once(session, 7, "a", KIND, now=now, act=act)
    assert first == again == {"n": 1}
    assert act.times == 1


def test_the_first_answer_is_the_one_that_is_given_again(session, now):
    first = acts.once(session, 7, "a", KIND, now=now, act=lambda: {"lines": (1, 2)})
    again = acts.once(session, 7, "a", KIND, now=now, act=lambda: {})
    assert first == again == {"lines": [1, 2]}


def test_an_empty_result_is_a_result(session, now):
    act = Counted()
    assert acts.once(session, 7, "a", KIND, now=now, act=lambda: {}) == {}
    assert acts.once(session, 7, "a", KIND, now=now, act=act) == {}
    assert act.times == 0


def test_two_persons_may_pick_the_same_key(session, now):
    act = Counted()
    for who in (7, 8, None):
        acts.once(session, who, "a", KIND, now=now, act=act)
    assert act.times == 3
    assert acts.once(session, None, "a", KIND, now=now, act=act) == {"n": 3}


def test_a_key_that_served_another_act_is_refused(session, now):
    acts.once(session, 7, "a", KIND, now=now, act=Counted())
    act = Counted()
    with pytest.raises(Refused, match="un'altra azione"):
        acts.once(session, 7, "a", "kit.test.undone", now=now, act=act)
    assert act.times == 0


@pytest.mark.parametrize("key", ["", "x" * 201, "a\0b", "a\nb", "\ud800"])
def test_what_is_no_key_is_refused_before_the_database_sees_it(session, now, key):
    act = Counted()
    with pytest.raises(Refused, match="contrassegno valido"):
        acts.once(session, 7, key, KIND, now=now, act=act)
    assert act.times == 0
    acts.once(session, 7, "x" * 200, KIND, now=now, act=act)


def refuse() -> dict:
    raise Refused("no")


def refuse_after_a_failed_statement(session):
    def act() -> dict:
        try:
            session.execute(text("select 1 / 0"))
        except Exception:
            raise Refused("no") from None
        raise AssertionError

    return act


def test_a_refused_act_may_be_tried_again_even_if_the_rest_is_kept(session, now):
    with pytest.raises(Refused, match="no"):
        acts.once(session, 7, "a", KIND, now=now, act=refuse)
    assert session.scalars(select(ActOnce)).all() == []
    assert acts.once(session, 7, "a", KIND, now=now, act=Counted()) == {"n": 1}


def test_a_refusal_after_a_broken_statement_is_still_that_refusal(session, now):
    with pytest.raises(Refused, match="no"):
        acts.once(session, 7, "a", KIND, now=now, act=refuse_after_a_failed_statement(session))


def test_an_act_that_asks_for_itself_is_a_bug(session, now):
    def act() -> dict:
        return acts.once(session, 7, "a", KIND, now=now, act=act)

    with pytest.raises(RuntimeError, match="asks for itself"):
        act()


def test_an_act_costs_two_statements_and_so_does_asking_again(session, engine, now):
    for _ in range(2):
        seen: list[str] = []

        def note(_c, _cursor, statement, *_rest, seen=seen):
            seen.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        acts.once(session, 7, "a", KIND, now=now, act=lambda: {})
        event.remove(engine, "before_cursor_execute", note)
        assert len(seen) == 2, seen


def test_acts_are_forgotten_after_ninety_days(session, now):
    for days, key in ((91, "old"), (89, "young")):
        acts.once(session, 7, key, KIND, now=now - timedelta(days=days), act=lambda: {})
    acts.forget_old(session, now)
    assert session.scalars(select(ActOnce.key)).all() == ["young"]


def test_a_timer_forgets_them(session, now):
    acts.once(session, 7, "old", KIND, now=now - timedelta(days=91), act=lambda: {})
    session.commit()
    jobs.run("kit.forget_acts", {})
    assert session.scalars(select(ActOnce.key)).all() == []


def test_the_application_cannot_rewrite_whose_act_it_was(session, now):
    acts.once(session, 7, "a", KIND, now=now, act=lambda: {})
    ((may,),) = session.execute(
        text(
            "select has_table_privilege('act_once', 'update')"
            " or has_column_privilege('act_once', 'person_id', 'update')"
        )
    )
    assert may is False


def both_at_once(key: str, act) -> list:
    """Two connections with the same key at the same instant; their results or exceptions."""
    barrier = threading.Barrier(2)

    def one(_number):
        barrier.wait()
        try:
            with db.transaction() as session:
                return acts.once(session, 7, key, KIND, now=clock.now(session), act=act)
        except Exception as error:
            return error

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, range(2)))


@pytest.mark.usefixtures("_committed_bound")
def test_two_at_once_do_it_once_and_read_the_same(committed):
    act = Counted(lambda: until_blocked(committed.engine))
    assert both_at_once("race", act) == [{"n": 1}, {"n": 1}]
    assert act.times == 1


@pytest.mark.usefixtures("_committed_bound")
def test_without_the_claim_two_at_once_do_it_twice(monkeypatch):
    """The control: who only looks whether it was done, and notes it afterwards, does it twice."""

    def look(session, who, key, _kind, _now):
        return session.get(ActOnce, (who, key)) is None

    monkeypatch.setattr(acts, "_claim", look)
    both = threading.Barrier(2)
    act = Counted(lambda: both.wait(10))
    both_at_once("unguarded", act)
    assert act.times == 2


@pytest.mark.usefixtures("_committed_bound")
def test_who_waited_for_one_that_failed_does_it_instead(committed):
    done: list[int] = []

    def act() -> dict:
        done.append(len(done))
        if len(done) == 1:
            until_blocked(committed.engine)
            raise Refused("no")
        return {"n": len(done)}

    refused, kept = sorted(both_at_once("failed", act), key=lambda x: isinstance(x, dict))
    assert isinstance(refused, Refused)
    assert kept == {"n": 2}
