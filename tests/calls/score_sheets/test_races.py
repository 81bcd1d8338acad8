"""Two at once: sending meets publishing, a conflict meets a sending, two tabs meet each other."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from calls import checks
from calls.commission import declarations, evaluators, standings
from calls.commission.declarations import Declared
from calls.rankings import rankings
from calls.score_sheets import score_sheets, sent_score_sheets
from calls.score_sheets.score_sheets import TypedScore
from kit import clock, db
from kit.errors import NotFound, PersonError, Refused
from people.tables.persons import Person
from tests.calls import commissions
from tests.waiting import until_blocked

ROUNDS = 6


def together(*acts: Callable[[], object]) -> list[Any]:
    """Start acts at the same moment, each in its own transaction; give results or refusals."""
    barrier = threading.Barrier(len(acts))
    answers: list[Any] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            answers[place] = act()
        except PersonError as error:
            answers[place] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def leave(session, office, call_id, person_id, now):
    """Take somebody off the commission, for a reason."""
    return evaluators.dismiss(session, office, call_id, person_id, now, reason=commissions.WHY)


@pytest.fixture
def nearly_done(committed):
    """A call in which only one evaluator's sheet on one application is missing."""
    db.configure(committed.engine)
    with db.transaction() as session:
        found = commissions.world(session, applications=1, evaluators=3)
        first, second, third = found.evaluators
        commissions.send(session, second, found.keys[0], "8 8 8")
        commissions.send(session, third, found.keys[0], "8 8 8")
        commissions.mark(session, first, found.keys[0], "10 10 10")
    return found


def do(act: Callable[..., object], *arguments: object) -> Callable[[], object]:
    def run() -> object:
        with db.transaction() as session:
            return act(session, *arguments, clock.now(session))

    return run


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_sheet_sent_while_the_ranking_is_published_is_in_it_or_refused(nearly_done, _round):
    found, key, me = nearly_done, nearly_done.keys[0], nearly_done.evaluators[0]
    sent, published = together(
        do(sent_score_sheets.send, me, key), do(rankings.publish, found.office, found.call_id)
    )
    if isinstance(published, Refused):  # it came first and one sheet was missing
        assert isinstance(sent, sent_score_sheets.SentScoreSheet)
        published = do(rankings.publish, found.office, found.call_id)()
    assert '"10","8","8"' in published.content.replace('"8","8","10"', '"10","8","8"')
    with db.transaction() as session:
        assert [line for line in checks.violations(session) if not line.startswith("C5")] == []


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_conflict_declared_while_sending_never_leaves_the_sheet_in_the_total(nearly_done, _round):
    key, me = nearly_done.keys[0], nearly_done.evaluators[0]
    sent, declared = together(
        do(sent_score_sheets.send, me, key), do(declarations.declare, me, key, Declared("family"))
    )
    assert isinstance(sent, sent_score_sheets.SentScoreSheet | NotFound)
    assert declared is False
    with db.transaction() as session:
        row = session.execute(
            text("select sheets, total_sum from opened_application where application_id = :id"),
            {"id": key.application_id},
        ).one()
        assert tuple(row) == (2, 104)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_sheet_sent_from_two_tabs_counts_once(nearly_done, _round):
    key, me = nearly_done.keys[0], nearly_done.evaluators[0]
    answers = together(*[do(sent_score_sheets.send, me, key)] * 4)
    assert sum(isinstance(answer, sent_score_sheets.SentScoreSheet) for answer in answers) == 1
    assert sum(isinstance(answer, Refused) for answer in answers) == 3
    with db.transaction() as session:
        sheets = session.scalar(
            text("select sheets from opened_application where application_id = :id"),
            {"id": key.application_id},
        )
        assert sheets == 3


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_sheet_sent_while_its_evaluator_is_dismissed_is_in_before_or_refused(nearly_done, _round):
    found, key, me = nearly_done, nearly_done.keys[0], nearly_done.evaluators[0]
    sent, dismissed = together(
        do(sent_score_sheets.send, me, key),
        do(leave, found.office, found.call_id, me.person_id),
    )
    assert isinstance(dismissed, Person)
    with db.transaction() as session:
        (act,) = session.execute(
            text(
                "select (after ->> 'sheets')::int from audit_event where action ="
                " 'calls.evaluator.dismissed' and subject_id = :id"
            ),
            {"id": found.call_id},
        ).one()
        # The act says how many sheets were there: one that came after it would be in no act.
        assert act == (0 if isinstance(sent, NotFound) else 1)
        assert [line for line in checks.violations(session) if not line.startswith("C5")] == []


def test_with_the_role_the_request_began_with_a_sheet_comes_after_the_dismissal(nearly_done):
    """The control: what the actor carries still says evaluator once the dismissal stands."""
    found, key, me = nearly_done, nearly_done.keys[0], nearly_done.evaluators[0]
    do(leave, found.office, found.call_id, me.person_id)()
    assert me.has("evaluator", "call", found.call_id)
    with pytest.raises(NotFound):
        do(sent_score_sheets.send, me, key)()


# From here on what is checked of the whole database no longer holds: controls have broken it.


def test_without_the_call_lock_the_conflict_and_the_sending_do_collide(
    committed, nearly_done, monkeypatch
):
    """The control: interleaved by hand, locks off, the conflict takes away what is not there.

    It is declared while the sending is not committed: it still sees a draft, waits for the
    evaluator's own progress, and would count one sheet less as begun than none.
    """
    monkeypatch.setattr(standings, "lock_within", lambda *_: None)
    monkeypatch.setattr(standings, "lock_exclusive", lambda *_: None)
    key, me = nearly_done.keys[0], nearly_done.evaluators[0]
    declare = do(declarations.declare, me, key, Declared("family"))
    with ThreadPoolExecutor(1) as pool:
        with db.transaction() as sending:
            sent_score_sheets.send(sending, me, key, clock.now(sending))
            declaring = pool.submit(declare)
            until_blocked(committed.engine)
        with pytest.raises(IntegrityError, match="begun_not_negative"):
            declaring.result()


def saving(me, key, **marks: str) -> Callable[[Session], object]:
    """Save some marks, in a transaction that somebody else ends."""
    typed = {code: TypedScore(mark, "Ci ho ripensato.") for code, mark in marks.items()}

    def act(session: Session) -> object:
        return score_sheets.save(session, me, key, typed, clock.now(session))

    return act


def kept(session, key, me) -> tuple[dict[str, str], dict[str, str]]:
    """What the sheet repeats of its marks, and what its scores say."""
    row = session.execute(
        text(
            "select s.marks, (select jsonb_object_agg(criterion, trim_scale(mark)::text)"
            " from score where score_sheet_id = s.id) from score_sheet s"
            " where application_id = :id and evaluator_id = :me"
        ),
        {"id": key.application_id, "me": me.person_id},
    ).one()
    return row[0], row[1]


@pytest.mark.parametrize("locked", [True, False])
def test_a_mark_saved_while_the_sending_waits_is_in_it(committed, nearly_done, monkeypatch, locked):
    """The control, with the lock off: what is sent repeats a mark that no longer stands."""
    if not locked:
        monkeypatch.setattr(standings, "lock_within", lambda *_: None)
    key, me = nearly_done.keys[0], nearly_done.evaluators[0]
    with ThreadPoolExecutor(1) as pool:
        with db.transaction() as first:
            saving(me, key, A="0")(first)
            sending = pool.submit(do(sent_score_sheets.send, me, key))
            until_blocked(committed.engine)
        sending.result()
    with db.transaction() as session:
        sent, written = kept(session, key, me)
    assert written["A"] == "0"
    assert (sent == written) is locked


@pytest.mark.parametrize("locked", [True, False])
def test_two_pages_that_begin_one_sheet_follow_each_other(committed, monkeypatch, locked):
    """Before there is a row to hold. The control reads beside the first and sees nothing."""
    if not locked:
        monkeypatch.setattr(standings, "lock_within", lambda *_: None)
    db.configure(committed.engine)
    with db.transaction() as session:
        found = commissions.world(session, applications=1, evaluators=1)
    me, key = found.evaluators[0], found.keys[0]

    def read() -> dict[str, str]:
        with db.transaction() as session:
            return score_sheets.held(session, me, key).fields

    with ThreadPoolExecutor(1) as pool:
        with db.transaction() as first:
            saving(me, key, A="10")(first)
            reading = pool.submit(read)
            if locked:
                until_blocked(committed.engine)
            else:
                assert reading.result()["mark-A"] == ""
        assert reading.result()["mark-A"] == ("10" if locked else "")
