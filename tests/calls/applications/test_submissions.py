import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from calls.applications import drafts, submissions
from calls.tables.applications import LateAttempt, ProtocolCounter
from kit import db
from kit.audit import AuditEvent
from kit.canonical import encode, sha256
from kit.errors import Refused
from tests import make
from tests.calls import make as world


def test_a_complete_application_gets_its_protocol_number_and_hash(session, now):
    call, actor = world.call(session), make.actor(session)
    application_id = world.draft(session, call, actor)
    received_at = now + timedelta(seconds=1, microseconds=7)
    submission = submissions.submit(session, actor, application_id, received_at)
    assert submission.received_at == received_at
    assert sha256(submission.content) == submission.sha256
    sent = json.loads(submission.content)
    assert encode(sent) == submission.content
    assert sent["plan"]["requested"] == 600_000
    assert sent["fields"]["firm_name"] == "Ruota libera"
    assert sent["call"] == {"id": call.call_id, "version": 1, "sha256": call.sha256}
    assert sent["person"]["id"] == actor.person_id
    assert all(rule["met"] for rule in sent["eligibility"])
    assert drafts.own(session, actor, application_id).sent


def test_sending_again_gives_the_same_receipt(session, now):
    call, actor = world.call(session), make.actor(session)
    application_id = world.draft(session, call, actor)
    first = submissions.submit(session, actor, application_id, now)
    later = call.deadline_at + timedelta(days=1)
    assert submissions.submit(session, actor, application_id, later).id == first.id


def test_protocol_numbers_go_on_without_a_gap_and_begin_anew_each_year(session, now):
    year_end = datetime(2027, 12, 31, 22, 59, 59, tzinfo=UTC)  # 23:59:59 in Rome
    call = world.call(session, year_end)
    numbers = []
    for received_at in (year_end, year_end, year_end + timedelta(seconds=1)):
        actor = make.actor(session)
        application_id = world.draft(session, call, actor, received_at)
        sent = submissions.submit(session, actor, application_id, received_at)
        numbers.append(submissions.protocol(sent))
    assert numbers == ["2027/0000001", "2027/0000002", "2028/0000001"]
    counters = session.execute(select(ProtocolCounter.year, ProtocolCounter.last_number))
    assert {year: last for year, last in counters} == {2027: 2, 2028: 1}


@pytest.mark.parametrize(
    ("late", "accepted"),
    [(timedelta(0), True), (timedelta(milliseconds=999), True), (timedelta(seconds=1), False)],
)
def test_the_deadline_second_is_in_and_the_next_is_out(session, late, accepted):
    call, actor = world.call(session), make.actor(session)
    application_id = world.draft(session, call, actor)
    received_at = call.deadline_at + late
    if accepted:
        assert submissions.submit(session, actor, application_id, received_at).id
        return
    with pytest.raises(Refused, match="non può essere accettata") as refused:
        submissions.submit(session, actor, application_id, received_at)
    assert refused.value.remember is not None


def test_a_late_sending_is_remembered_and_the_draft_stays(session, connection, now):
    call, actor = world.call(session), make.actor(session)
    application_id = world.draft(session, call, actor)
    session.commit()
    received_at = call.deadline_at + timedelta(seconds=1)
    with pytest.raises(Refused), db.transaction() as request:
        submissions.submit(request, actor, application_id, received_at)
    attempt = session.scalars(select(LateAttempt)).one()
    assert (attempt.application_id, attempt.received_at) == (application_id, received_at)
    assert attempt.deadline_at == call.deadline_at
    draft = drafts.own(session, actor, application_id)
    assert not draft.sent
    assert draft.values["firm_name"] == "Ruota libera"
    assert session.scalars(
        select(AuditEvent.id).where(AuditEvent.action == "calls.application.came_late")
    ).one()
    assert session.scalar(text("select count(*) from submission")) == 0


def test_something_missing_stops_the_sending_in_words(session, now):
    call, actor = world.call(session), make.actor(session)
    application_id = world.draft(session, call, actor, source_own="1", idea_what="")
    with pytest.raises(Refused, match="manca 1 cosa, 1 è da correggere"):
        submissions.submit(session, actor, application_id, now)
