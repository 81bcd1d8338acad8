"""Acts of a call wait for whoever holds the call; the races stand elsewhere.

An act that does not wait would read what is being changed. The control is the act itself: with
nobody holding the call it is done at once.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy.orm import Session

from calls.commission import declarations, evaluators
from calls.commission.declarations import Declared
from calls.envelopes import openings
from calls.rankings import trial
from calls.texts import drafts
from kit import clock
from kit.db import lock_exclusive
from tests import make
from tests.calls import commissions
from tests.calls.examples import call_values
from tests.waiting import until_blocked

Act = Callable[[Session], Any]
ACTS = (
    "edit a draft",
    "publish it",
    "appoint",
    "dismiss",
    "open the envelopes",
    "declare a conflict",
    "declare none",
    "try the ranking",
    "reopen the trial",
    "renounce",
)


@pytest.fixture
def acts(committed) -> dict[str, tuple[int, Act]]:
    """Each act with the id of the call it is about."""
    with committed.sessions() as session:
        now = clock.now(session)
        open_, sealed = commissions.world(session), commissions.world(session, opened=False)
        undeclared = commissions.world(session, declared=False)
        newcomer = make.person(session, name="Nina Nuova").email
        office = open_.office
        ready, tried = commissions.world(session), commissions.world(session)
        for each in (ready, tried):
            commissions.send_all(session, each)
        commissions.try_ranking(session, tried)
        draft = drafts.start(session, office, call_values(now), now).id
        session.commit()
    me, key, gone = undeclared.evaluators[0], undeclared.keys[0], open_.evaluators[1].person_id
    no, kin = Declared("none"), Declared("family")
    why, leaving = "Un verbale da rifare.", undeclared.evaluators[1]
    asked, mine = open_.call_id, undeclared.call_id
    return {
        "edit a draft": (draft, lambda s: drafts.edit(s, office, draft, {"title": "Due"}, now)),
        "publish it": (draft, lambda s: drafts.publish(s, office, draft, now)),
        "appoint": (asked, lambda s: evaluators.appoint(s, office, asked, newcomer, now)),
        "dismiss": (
            asked,
            lambda s: evaluators.dismiss(s, office, asked, gone, now, reason=commissions.WHY),
        ),
        "open the envelopes": (
            sealed.call_id,
            lambda s: openings.open_envelopes(s, sealed.office, sealed.call_id, now),
        ),
        "declare a conflict": (mine, lambda s: declarations.declare(s, me, key, kin, now)),
        "try the ranking": (
            ready.call_id,
            lambda s: trial.begin(s, ready.office, ready.call_id, now),
        ),
        "reopen the trial": (
            tried.call_id,
            lambda s: trial.reopen(s, tried.office, tried.call_id, why, now),
        ),
        "renounce": (mine, lambda s: evaluators.renounce(s, leaving, mine, now)),
        "declare none": (mine, lambda s: declarations.declare(s, me, key, no, now)),
    }


def run(committed, act: Act) -> None:
    with committed.sessions() as session:
        act(session)
        session.commit()


@pytest.mark.parametrize("name", ACTS)
def test_it_waits_for_whoever_holds_the_call(committed, acts, name):
    call_id, act = acts[name]
    with ThreadPoolExecutor(1) as pool, committed.sessions() as holder:
        lock_exclusive(holder, "call", call_id)
        waiting = pool.submit(run, committed, act)
        until_blocked(committed.engine)
        assert not waiting.done()
        holder.rollback()
        waiting.result(30)


@pytest.mark.parametrize("name", ACTS)
def test_with_nobody_there_it_is_done_at_once(committed, acts, name):
    run(committed, acts[name][1])
