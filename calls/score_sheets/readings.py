"""Who opened which application, and when: recorded before its content is shown."""

from sqlalchemy.orm import Session

from calls.commission.standings import ApplicationKey
from calls.tables.applications import Application
from kit import audit
from people.actors import Actor


def note(
    session: Session, actor: Actor, key: ApplicationKey, *, attachment: int | None = None
) -> None:
    """Record that an evaluator opens an application, or one of its attachments by its place."""
    facts = {} if attachment is None else {"attachment": attachment}
    opened = audit.of(Application, key.application_id)
    audit.record(session, actor, "read", opened, actor.now, after=facts)
