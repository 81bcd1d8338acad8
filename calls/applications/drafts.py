"""Applications: a young person drafts field by field and sends once, in time."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, defer

from calls.applications.rules import application_sections, business_plan, completeness
from calls.applications.rules.completeness import Lack, Task
from calls.tables.applications import Application, ApplicationField, Attachment, Submission
from calls.tables.texts import CallVersion
from calls.texts import published
from calls.texts.published import Published
from calls.texts.rules import deadline
from kit import audit
from kit.errors import Invalid, Message, NotFound, Refused
from people.actors import Actor

LONGEST_VALUE = 20_000


@dataclass(frozen=True)
class Draft:
    """An application with everything its pages show; the values as they were typed."""

    application: Application
    call: Published
    values: Mapping[str, str]
    attachments: Sequence[Attachment]
    submission: Submission | None

    @property
    def sent(self) -> bool:
        """Whether it was sent: then nothing changes any more."""
        return self.application.state == "submitted"

    @property
    def missing(self) -> tuple[Lack, ...]:
        """What still stops the sending, in words."""
        return completeness.missing(self.call.content, self.values)

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The pages and how far each is."""
        return completeness.tasks(self.call.content, self.values)

    @property
    def plan(self) -> business_plan.Plan:
        """The business plan as far as it is typed."""
        return business_plan.read(self.values)

    @property
    def highest_grant(self) -> int:
        """The most the plan may ask from this call, in cents."""
        return business_plan.highest_grant(self.call.content, self.plan)

    @property
    def worries(self) -> tuple[business_plan.Worry, ...]:
        """What does not add up in the plan, blocking things first."""
        return business_plan.worries(self.call.content, self.values)


def start(session: Session, actor: Actor, call_id: int, now: datetime) -> Application:
    """Begin the actor's application to an open call, or find the one already begun (DR-10).

    Raises NotFound for a call that is not published, Refused before it opens and after
    its deadline.
    """
    call = published.of_call(session, call_id)
    mine = find(session, actor, call_id)
    if mine is not None:
        return mine
    where = deadline.state(now, call.opens_at, call.deadline_at)
    if where == "awaited":
        raise Refused("Il bando non è ancora aperto: torna quando si apre.")
    if where == "closed":
        raise Refused("Il termine di questo bando è scaduto: non si possono iniziare domande.")
    made = session.execute(
        insert(Application)
        .values(
            call_id=call_id,
            call_version_id=call.version_id,
            person_id=actor.person_id,
            state="draft",
            salt=secrets.token_bytes(16),
            created_at=now,
            saved_at=now,
        )
        .on_conflict_do_nothing()
        .returning(Application.id)
    ).scalar()
    if made is not None:
        audit.record(session, actor, "started", audit.of(Application, made), now)
    found = find(session, actor, call_id)
    assert found is not None  # noqa: S101 - made above, or by a parallel request before
    return found


def mine(session: Session, actor: Actor) -> list[tuple[Application, Published]]:
    """The actor's own applications with their calls, the newest first."""
    rows = session.execute(
        select(Application, CallVersion)
        .join(CallVersion, CallVersion.id == Application.call_version_id)
        .where(Application.person_id == actor.person_id)
        .order_by(Application.id.desc())
    )
    return [(application, published.read(version)) for application, version in rows]


def own(session: Session, actor: Actor, application_id: int) -> Draft:
    """Open one of the actor's own applications; NotFound for everybody else's."""
    application, call = _row(session, actor, application_id, hold=False)
    return _draft(session, application, call)


def set_fields(
    session: Session,
    actor: Actor,
    application_id: int,
    values: Mapping[str, str],
    now: datetime,
) -> Draft:
    """Save what was typed into some fields, whatever it says; unknown names are ignored.

    Only values that differ are written, so that two pages open at once do not undo each
    other. The draft returned knows no files. Raises Refused once the application is sent,
    Invalid for an absurd length.
    """
    draft = locked(session, actor, application_id, with_files=False)
    known = application_sections.names(draft.call.content)
    changed = {
        name: typed
        for name, value in values.items()
        if name in known
        and (typed := value.replace("\r\n", "\n").strip()) != draft.values.get(name, "")
    }
    for name, typed in changed.items():
        if len(typed) > LONGEST_VALUE:
            raise Invalid({name: Message("Il testo è troppo lungo: al massimo 20.000 caratteri.")})
    if not changed:
        return draft
    _write(session, draft.application, changed, now)
    facts = {"fields": fingerprints(draft.application.salt, changed)}
    audit.record(session, actor, "saved", audit.of(Application, application_id), now, after=facts)
    return Draft(
        draft.application,
        draft.call,
        {**draft.values, **changed},
        draft.attachments,
        draft.submission,
    )


def locked(
    session: Session, actor: Actor, application_id: int, *, with_files: bool = True
) -> Draft:
    """Hold the actor's own draft until the transaction ends, and read it after that.

    Raises NotFound for everybody else's, Refused once it is sent.
    """
    application, call = _row(session, actor, application_id, hold=True)
    if application.state != "draft":
        raise Refused("La domanda è già stata inviata: non si può più cambiare.")
    return _draft(session, application, call, with_files=with_files)


def lock(session: Session, actor: Actor, application_id: int) -> Application:
    """Hold the row of the actor's own application, sent or not; NotFound for others."""
    return _row(session, actor, application_id, hold=True)[0]


def _row(
    session: Session, actor: Actor, application_id: int, *, hold: bool
) -> tuple[Application, Published]:
    """Read an application with its version in one statement; the text only when unknown."""
    query = (
        select(Application, CallVersion)
        .join(CallVersion, CallVersion.id == Application.call_version_id)
        .where(Application.id == application_id, Application.person_id == actor.person_id)
        .options(defer(CallVersion.content))
        .execution_options(populate_existing=True)
    )
    if hold:
        query = query.with_for_update(of=Application, key_share=True)
    row = session.execute(query).first()
    if row is None:
        raise NotFound
    application, version = row
    return application, published.read(version)


def fingerprints(salt: bytes, values: Mapping[str, str]) -> dict[str, str]:
    """What the audit may know of drafts: the field's name and a salted hash of its value.

    The salt lives with the application: once that is erased, nobody can test a guess.
    """
    return {
        name: hmac.new(salt, f"{name}\n{value}".encode(), hashlib.sha256).hexdigest()
        for name, value in sorted(values.items())
    }


def find(session: Session, actor: Actor, call_id: int) -> Application | None:
    """The actor's application to a call, if there is one."""
    return session.scalars(
        select(Application).where(
            Application.call_id == call_id, Application.person_id == actor.person_id
        )
    ).first()


def _draft(
    session: Session, application: Application, call: Published, *, with_files: bool = True
) -> Draft:
    fields = session.execute(
        select(ApplicationField.name, ApplicationField.value).where(
            ApplicationField.application_id == application.id
        )
    )
    values = {name: value for name, value in fields}
    attachments: Sequence[Attachment] = ()
    if with_files:
        attachments = session.scalars(
            select(Attachment)
            .where(Attachment.application_id == application.id)
            .order_by(Attachment.id)
        ).all()
    submission = None
    if application.state == "submitted":
        submission = session.scalars(
            select(Submission).where(Submission.application_id == application.id)
        ).one()
    return Draft(application, call, values, attachments, submission)


def _write(
    session: Session, application: Application, changed: Mapping[str, str], now: datetime
) -> None:
    statement = insert(ApplicationField).values(
        [
            {"application_id": application.id, "name": name, "value": typed, "saved_at": now}
            for name, typed in sorted(changed.items())
        ]
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["application_id", "name"],
            set_={"value": statement.excluded.value, "saved_at": statement.excluded.saved_at},
        )
    )
    session.execute(
        update(Application).where(Application.id == application.id).values(saved_at=now)
    )
