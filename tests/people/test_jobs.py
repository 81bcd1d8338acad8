"""The timer of the people house: what has ended is forgotten, what counts stays."""

import inspect
from datetime import timedelta

from sqlalchemy import select

from kit import jobs
from people import proofs, sign_ins
from people.jobs import tidy
from people.tables.links import LinkRequest, SignInFailure
from people.tables.sessions import PersonSession
from tests import make

SECOND = timedelta(seconds=1)


def test_it_runs_every_hour_among_the_timers():
    task = jobs.tasks["people.tidy"]
    assert inspect.unwrap(task.body) is tidy  # what it locks is heard in tests (lock_order)
    assert (task.queue, task.cron) == ("timers", "7 * * * *")


def test_sessions_that_ended_long_ago_are_forgotten_and_others_stay(session, now):
    anna, long_ago = make.person(session), now - sign_ins.REMEMBERED
    ended = {
        "expired": {"expires_at": long_ago - SECOND},
        "idle": {"last_seen_at": long_ago - sign_ins.IDLE - SECOND},
        "just remembered": {"last_seen_at": long_ago - sign_ins.IDLE, "expires_at": long_ago},
        "just ended": {"last_seen_at": now - sign_ins.IDLE - SECOND},
        "open": {},
    }
    for device, values in ended.items():
        token = sign_ins.open_session(session, anna.id, device, now, proofs.BY_PASSWORD_AND_CODE)
        row = session.query(PersonSession).filter_by(token_hash=sign_ins.token_hash(token)).one()
        for name, value in values.items():
            setattr(row, name, value)
    session.flush()
    tidy(session, now)
    left = session.scalars(select(PersonSession.device).order_by(PersonSession.id)).all()
    assert left == ["just remembered", "just ended", "open"]


def test_nothing_stays_of_what_the_release_before_counted(session, now):
    session.add(SignInFailure(account_hash=b"x" * 32, address="192.0.2.1", at=now))
    session.add(LinkRequest(email_hash=b"x" * 32, address="192.0.2.1", at=now))
    session.flush()
    for _ in range(2):  # a second run finds nothing more
        tidy(session, now)
        for left in (SignInFailure, LinkRequest):
            assert session.scalars(select(left)).all() == []
