"""An application as it stands in the tables: its row, values, files and call, read at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import msgspec
from sqlalchemy import Label, Select, SQLColumnExpression, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, aliased, defer

from calls.applications.rules import (
    application_parts,
    business_plan,
    completeness,
    inspections,
    lifecycle,
)
from calls.applications.rules.completeness import Lack, Task
from calls.applications.rules.sent_content import SentFile
from calls.commission import applicants
from calls.tables.applications import (
    Application,
    ApplicationField,
    Attachment,
    FileInspection,
    LateAttempt,
    RefusedFile,
    Submission,
)
from calls.tables.texts import CallVersion
from calls.texts import published
from calls.texts.published import Head, Published
from kit import db
from kit.errors import Message, NotFound
from people.actors import Actor

T = TypeVar("T")


class AttachedFile(NamedTuple):
    """A file of an application, as its pages show it; the bytes lie in `kit.files` by hash."""

    id: int
    filename: str
    size: int
    sha256: str
    state: str
    refusal: dict[str, Any] | None
    ended_at: datetime | None

    @property
    def waits(self) -> bool:
        """Whether a job has still to look through it."""
        return self.state == inspections.WAITING

    @property
    def said(self) -> Message:
        """What is known of it, in words."""
        return inspections.said(self.state, self.refusal)

    @property
    def advice(self) -> Message | None:
        """What that means where the draft may still be sent."""
        return inspections.advice(self.state, self.refusal)

    @property
    def found(self) -> Message | None:
        """Why whoever reads the application should not open it; None where it opens."""
        return inspections.found(self.state, self.refusal)

    @property
    def may_be_read(self) -> bool:
        """Whether the commission is given it."""
        return inspections.may_be_read(self.state)

    def at_sending(self, received_at: datetime) -> Message | None:
        """Say that it had not been looked through when the application came; else None."""
        return inspections.at_sending(self.state, self.ended_at, received_at)

    def since_sending(self, received_at: datetime) -> Message | None:
        """Say how it is now, where it had not been looked through when the application came."""
        return inspections.since_sending(self.state, self.refusal, self.ended_at, received_at)


class NotKept(NamedTuple):
    """A file that did not open and is not in the draft; its refusal as it is kept."""

    id: int
    filename: str
    sha256: str
    refusal: dict[str, Any]

    @property
    def said(self) -> Message:
        """Why not."""
        return inspections.said(inspections.REFUSED, self.refusal)

    @property
    def advice(self) -> Message | None:
        """What to do while another may be brought."""
        return inspections.advice(inspections.REFUSED, self.refusal)


@dataclass(frozen=True)
class ApplicationDraft:
    """An application with everything its pages show; the values as they were typed.

    `not_kept` are files that did not open, of which their author has not read yet. `read_at` is
    the database's clock when it was read. `judges` and `in_office` say whether the applicant is
    on the call's commission, which sending gives up, or in its office: then it may not be sent.
    `came_late` is when its first sending came that was refused for coming after the deadline.
    """

    application: Application
    call: Published
    values: Mapping[str, str]
    attachments: Sequence[AttachedFile]
    not_kept: Sequence[NotKept]
    submission: Submission | None
    read_at: datetime
    judges: bool = False
    in_office: bool = False
    came_late: datetime | None = None

    @property
    def sent(self) -> bool:
        """Whether it was sent: then nothing changes any more."""
        return lifecycle.is_sent(self.application.state)

    @property
    def barred(self) -> bool:
        """Whether its author may not send it."""
        return self.in_office

    @property
    def files(self) -> tuple[SentFile, ...]:
        """Its files as they are sent."""
        return tuple(SentFile(file.filename, file.size, file.sha256) for file in self.attachments)

    @property
    def parts(self) -> dict[str, str]:
        """What is read once more before it is sent, and has to be as it was (`kit.shown`)."""
        return application_parts.parts(self.call.content, self.values, self.files)

    @property
    def missing(self) -> tuple[Lack, ...]:
        """What still stops the sending, in words."""
        return completeness.missing(self.call.content, self.values)

    def lacking(self, section: str = "") -> Message | None:
        """Say what is missing and what is wrong, of one page or at all; None where nothing is."""
        lacks = [lack for lack in self.missing if section in ("", lack.section)]
        return completeness.told(lacks) if lacks else None

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


class _Row(NamedTuple):
    application: Application
    submission: Submission | None
    values: str | None
    files: str | None
    not_kept: str | None
    judges: bool
    in_office: bool
    came_late: datetime | None
    read_at: datetime
    head: Head


_APPLICATION = aliased(Application, name="application")
_SUBMISSION = aliased(Submission, name="submission")
# Fields as an object, files as rows of `AttachedFile`: decoded with their types in `read`.
_VALUES = (
    select(func.json_object_agg(ApplicationField.name, ApplicationField.value).cast(Text))
    .where(ApplicationField.application_id == _APPLICATION.id)
    .scalar_subquery()
)
# What is not known of a file counts as not looked through.
FILE = (
    Attachment.id,
    Attachment.filename,
    Attachment.size,
    Attachment.sha256,
    func.coalesce(FileInspection.state, inspections.UNKNOWN).label("state"),
    FileInspection.refusal,
    FileInspection.ended_at,
)
INSPECTED = FileInspection.attachment_id == Attachment.id
_FILES = (
    select(
        func.json_agg(
            aggregate_order_by(func.json_build_array(*FILE), Attachment.id),
        ).cast(Text)
    )
    .select_from(Attachment)
    .outerjoin(FileInspection, INSPECTED)
    .where(Attachment.application_id == _APPLICATION.id)
    .scalar_subquery()
)
_NOT_KEPT = (
    select(
        func.json_agg(
            aggregate_order_by(
                func.json_build_array(
                    RefusedFile.id, RefusedFile.filename, RefusedFile.sha256, RefusedFile.refusal
                ),
                RefusedFile.id,
            )
        ).cast(Text)
    )
    .where(RefusedFile.application_id == _APPLICATION.id)
    .scalar_subquery()
)


def came_late(application: SQLColumnExpression[int]) -> Label[datetime]:
    """When the first sending of an application came that was too late (or null), as a column."""
    return (
        select(func.min(LateAttempt.received_at))
        .where(LateAttempt.application_id == application)
        .scalar_subquery()
        .label("came_late")
    )


_READ = (
    select(
        _APPLICATION,
        _SUBMISSION,
        _VALUES.label("values"),
        _FILES.label("files"),
        _NOT_KEPT.label("not_kept"),
        *applicants.barred(_APPLICATION.call_id),
        came_late(_APPLICATION.id),
        func.clock_timestamp().label("read_at"),
        published.BESIDE,
    )
    .outerjoin(_SUBMISSION, _SUBMISSION.application_id == _APPLICATION.id)
    .where(
        _APPLICATION.id == bindparam("application_id"), _APPLICATION.person_id == bindparam("me")
    )
    .options(defer(_SUBMISSION.content))
    .execution_options(populate_existing=True)
)
# With the version of the call it was begun on.
AS_BEGUN = _READ.join(CallVersion, CallVersion.id == _APPLICATION.call_version_id)
# ... and with the version in force, which alone decides whether and what is sent.
IN_FORCE = _READ.join(
    CallVersion, (CallVersion.call_id == _APPLICATION.call_id) & published.IN_FORCE
)


def _listed(rows: str | None, kind: type[list[T]]) -> list[T]:
    return msgspec.json.decode(rows, type=kind) if rows else []


def read(
    session: Session, statement: Select[*tuple[Any, ...]], actor: Actor, application_id: int
) -> ApplicationDraft:
    """Read one of the actor's own applications. Raises NotFound for everybody else's."""
    values = {"application_id": application_id, "me": actor.person_id}
    row = db.row(session, _Row, statement, values)
    if row is None:
        raise NotFound
    return ApplicationDraft(
        application=row.application,
        call=published.of_heads(session, [row.head])[0],
        values=msgspec.json.decode(row.values, type=dict[str, str]) if row.values else {},
        attachments=_listed(row.files, list[AttachedFile]),
        not_kept=_listed(row.not_kept, list[NotKept]),
        submission=row.submission,
        read_at=row.read_at,
        judges=row.judges,
        in_office=row.in_office,
        came_late=row.came_late,
    )
