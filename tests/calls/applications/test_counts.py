"""How many applications a call has."""

from datetime import timedelta

import pytest

from calls.applications import counts, submissions
from calls.applications.counts import ApplicationCounts
from kit import db
from kit.errors import Refused
from tests import make
from tests.calls import make as world


def test_drafts_sent_and_late_are_counted_for_one_call(session, connection, now):
    call, other = world.call(session), world.call(session)
    assert counts.of_call(session, call.call_id) == ApplicationCounts(0, 0, 0)
    world.sent(session, other, now)
    world.sent(session, call, now)
    actor = make.actor(session)
    application_id = world.draft(session, call, actor)
    session.commit()
    late = call.deadline_at + timedelta(seconds=1)
    with pytest.raises(Refused), db.transaction() as request:
        submissions.submit(request, actor, application_id, late)
    assert counts.of_call(session, call.call_id) == ApplicationCounts(1, 1, 1)
