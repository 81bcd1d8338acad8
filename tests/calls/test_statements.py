"""How many SQL statements the applicant's hot actions run: constant, however much is typed."""

from contextlib import contextmanager

from sqlalchemy import event

from calls.applications import drafts, submissions
from calls.texts import published
from kit import clock
from tests import make
from tests.calls import make as world


@contextmanager
def counted(session):
    """Count the statements of a session's connection, without savepoints."""
    said: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        if "SAVEPOINT" not in statement:
            said.append(statement)

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    yield said
    event.remove(connection, "before_cursor_execute", note)


def test_saving_a_field_of_a_full_draft_costs_what_it_costs_at_the_start(session):
    call, actor = world.call(session), make.actor(session)
    now = clock.now(session)
    application_id = drafts.start(session, actor, call.call_id, now).id
    session.expunge_all()
    with counted(session) as first:
        drafts.set_fields(session, actor, application_id, {"firm_name": "A"}, now)
    world.draft(session, call, actor)
    session.expunge_all()
    with counted(session) as later:
        drafts.set_fields(session, actor, application_id, {"firm_name": "B"}, now)
    # One more for the actor makes five.
    assert len(first) == len(later) == 4


def test_a_send_takes_eight_statements(session):
    """One for the actor comes on top of waits, locks, read, written, audit, document, job."""
    call, actor = world.call(session), make.actor(session)
    application_id = world.draft(session, call, actor)
    now = clock.now(session)
    published.of_call(session, call.call_id)
    session.expunge_all()
    with counted(session) as said:
        submissions.submit(session, actor, application_id, now)
    assert len(said) == 7, said
    beginnings = [" ".join(line.split()[:3]).upper() for line in said]
    assert beginnings == [
        "SELECT SET_CONFIG('LOCK_TIMEOUT', '15S',",
        "WITH CALL_HELD AS",
        "SELECT APPLICATION.ID, APPLICATION.CALL_ID,",
        "WITH CLOSED AS",
        "INSERT INTO AUDIT_EVENT",
        "INSERT INTO DOCUMENT",
        "SELECT PROCRASTINATE_DEFER_JOBS_V1(ARRAY[ROW(%(QUEUE)S, %(TASK)S,",
    ]


def test_opening_an_application_of_ones_own_is_one_statement(session):
    call, actor = world.call(session), make.actor(session)
    application_id = world.draft(session, call, actor)
    session.expunge_all()
    with counted(session) as said:
        drafts.own(session, actor, application_id)
    assert len(said) == 1
