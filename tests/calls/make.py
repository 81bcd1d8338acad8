"""A small call: an office that publishes, applicants who draft and send."""

from datetime import datetime

from sqlalchemy.orm import Session

import calls.jobs  # noqa: F401 - registers the jobs that use cases queue
from calls.applications import drafts, submissions
from calls.tables.applications import Submission
from calls.texts import drafts as calls_
from calls.texts import published
from calls.texts.published import Published
from kit import clock
from people import roles
from people.actors import Actor
from tests import make
from tests.calls.examples import application_values, call_values


def office(session: Session) -> Actor:
    """Somebody of the office, for all calls."""
    return make.actor(session, make.person(session, "Marta Ghisolfi"), (roles.OFFICE, "calls", 0))


def call(session: Session, now: datetime | None = None, **changes: str) -> Published:
    """A published call that opened yesterday and closes in 24 days."""
    now = now or clock.now(session)
    author = office(session)
    drafted = calls_.start(session, author, call_values(now, **changes), now)
    calls_.publish(session, author, drafted.id, now)
    return published.of_call(session, drafted.id)


def draft(
    session: Session, call: Published, actor: Actor, now: datetime | None = None, **changes: str
) -> int:
    """A complete draft of an actor; the id of the application."""
    now = now or clock.now(session)
    application = drafts.start(session, actor, call.call_id, now)
    drafts.set_fields(session, actor, application.id, application_values(**changes), now)
    return application.id


def sent(
    session: Session, call: Published, now: datetime | None = None, **changes: str
) -> Submission:
    """An application sent by a new person."""
    now = now or clock.now(session)
    actor = make.actor(session, make.person(session, "Giulia Ferrari"))
    return submissions.submit(session, actor, draft(session, call, actor, now, **changes), now)
