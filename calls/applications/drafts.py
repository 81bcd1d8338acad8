"""Applications: a young person drafts field by field and sends once, in time."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from calls.applications import contents, offices
from calls.applications.contents import ApplicationDraft
from calls.applications.rules import (
    application_sections,
    lifecycle,
)
from calls.commission import applicants
from calls.tables.applications import Application, ApplicationField
from calls.tables.envelopes import OpenedApplication
from calls.tables.texts import CallVersion
from calls.texts import published
from calls.texts.published import Head, Published
from calls.texts.rules import lifecycle as call_lifecycle
from kit import audit, db
from kit.errors import Invalid, Message, NotFound
from people.actors import Actor

LONGEST_VALUE = 20_000


def start(session: Session, actor: Actor, call_id: int, now: datetime) -> Application:
    """Begin the actor's application to an open call, or find the one already begun (DR-10).

    Raises NotFound for a call that is not published, Refused before it opens, after its
    deadline, and for who is on its commission or in its office. An appointment that is under
    way is waited for.
    """
    call = published.of_call(session, call_id)
    mine = find(session, actor, call_id)
    if mine is not None:
        return mine
    call_lifecycle.check_takes_applications(now, call.opens_at, call.deadline_at)
    db.lock_shared(session, "call", call_id)
    offices.check_not_of_office(session, actor, call_id)
    applicants.check_may_apply(session, actor, call_id)
    made = session.execute(
        insert(Application)
        .values(
            call_id=call_id,
            call_version_id=call.version_id,
            person_id=actor.person_id,
            state=lifecycle.DRAFT,
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


class OwnApplication(NamedTuple):
    """One of a person's own applications, with the version of the call it was begun on.

    `code` is what lists and rankings call it, None until it is opened. `barred` says that its
    author works in the office of the call: then it may not be sent. `came_late` is when its first
    sending came that was refused for coming after the deadline.
    """

    application: Application
    call: Published
    code: str | None
    barred: bool
    came_late: datetime | None


def mine(session: Session, actor: Actor) -> list[OwnApplication]:
    """The actor's own applications with their calls, the newest first."""
    rows = db.rows(session, _Mine, _MINE, {"me": actor.person_id})
    calls = published.of_heads(session, [row.head for row in rows])
    return [
        OwnApplication(row.application, call, row.code, row.in_office, row.came_late)
        for row, call in zip(rows, calls, strict=True)
    ]


class _Mine(NamedTuple):
    application: Application
    code: str | None
    in_office: bool
    came_late: datetime | None
    head: Head


_OWN = aliased(Application, name="application")
_MINE = (
    select(
        _OWN,
        OpenedApplication.code,
        applicants.barred(_OWN.call_id)[1],
        contents.came_late(_OWN.id),
        published.BESIDE,
    )
    .join(CallVersion, CallVersion.id == _OWN.call_version_id)
    .outerjoin(OpenedApplication, OpenedApplication.application_id == _OWN.id)
    .where(_OWN.person_id == bindparam("me"))
    .order_by(_OWN.id.desc())
)


def own(session: Session, actor: Actor, application_id: int) -> ApplicationDraft:
    """Open one of the actor's own applications with the version of the call it was begun on.

    One statement. Raises NotFound for everybody else's.
    """
    return contents.read(session, contents.AS_BEGUN, actor, application_id)


def set_fields(
    session: Session,
    actor: Actor,
    application_id: int,
    values: Mapping[str, str],
    received_at: datetime,
    *,
    held: ApplicationDraft | None = None,
) -> ApplicationDraft:
    """Save what was typed into some fields, whatever it says; unknown names are ignored.

    `held` is the draft as `locked` gave it in this transaction, to a page that has compared
    it with what it had shown; else it is held here. Only values that differ are written.
    Raises Refused once the application is sent and for what came after the deadline, Invalid
    for an absurd length.
    """
    if long := too_long(values):
        raise Invalid(long)
    draft = held if held is not None else locked(session, actor, application_id, received_at)
    known = application_sections.names(draft.call.content)
    changed = {
        name: typed
        for name, value in values.items()
        if name in known
        and (typed := value.replace("\r\n", "\n").strip()) != draft.values.get(name, "")
    }
    if not changed:
        return draft
    _write(session, draft.application, changed, received_at)
    facts = {"fields": fingerprints(draft.application.salt, changed)}
    draft_ = audit.of(Application, application_id)
    audit.record(session, actor, "saved", draft_, received_at, after=facts)
    return replace(draft, values={**draft.values, **changed})


def too_long(values: Mapping[str, str]) -> dict[str, Message]:
    """Say which texts are longer than a draft keeps: field name to sentence."""
    return {
        name: Message(
            "Il testo è troppo lungo: {length} caratteri, il massimo è {max_length}.",
            length=length,
            max_length=LONGEST_VALUE,
        )
        for name, value in values.items()
        if (length := len(value.replace("\r\n", "\n").strip())) > LONGEST_VALUE
    }


def locked(
    session: Session, actor: Actor, application_id: int, received_at: datetime
) -> ApplicationDraft:
    """Hold the actor's own draft until the transaction ends, and read it after that.

    Two statements: one that waits for the row and reads in the same breath would see the
    fields as they were before the wait. `received_at` is when the request was whole, as of a
    sending (`submissions.submit`): what came in time is kept, however long it waits. Raises
    NotFound for everybody else's, Refused once it is sent and for what came after the deadline.
    """
    values = {"application_id": application_id, "me": actor.person_id}
    if session.scalar(_HELD, values) is None:
        raise NotFound
    draft = own(session, actor, application_id)
    lifecycle.check_may_edit(draft.application.state, draft.call, received_at)
    return draft


_HELD = (
    select(Application.id)
    .where(Application.id == bindparam("application_id"), Application.person_id == bindparam("me"))
    .with_for_update(key_share=True)
)


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


def _write(
    session: Session, application: Application, changed: Mapping[str, str], at: datetime
) -> None:
    """Keep what was typed and when the application was last saved, in one statement."""
    rows = [
        {"application_id": application.id, "name": name, "value": typed, "saved_at": at}
        for name, typed in sorted(changed.items())
    ]
    typed_in = insert(_FIELDS).values(rows)
    kept = typed_in.on_conflict_do_update(
        index_elements=["application_id", "name"],
        set_={"value": typed_in.excluded.value, "saved_at": typed_in.excluded.saved_at},
    )
    session.execute(
        update(_APPLICATIONS)
        .where(_APPLICATIONS.c.id == application.id)
        .values(saved_at=at)
        .add_cte(kept.cte("kept"))
    )


_FIELDS = db.Base.metadata.tables[ApplicationField.__tablename__]
_APPLICATIONS = db.Base.metadata.tables[Application.__tablename__]
