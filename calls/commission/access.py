"""Who of a call may see what: the one place where the visibility of applications is decided.

`visible` is the only spelling of it: every list, count, page, download and export of the
commission goes through it, and so does every total, so that a conflict takes an application
away everywhere at once (DR-13, DR-17).
"""

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, select

from calls.tables.applications import Application
from calls.tables.commission import ConflictDeclaration, Dismissal, WithheldApplication
from calls.tables.envelopes import OpenedApplication
from people import roles
from people.actors import Actor

NO_CONFLICT = "none"

# A person's id, the parameter of a written statement that will hold one, or a column of it.
Reader = int | SQLColumnExpression[int]


def require_office(actor: Actor, call_id: int) -> None:
    """Raise NotFound for everybody who does not work in the office of this call."""
    if not actor.has(roles.OFFICE, "calls", 0):
        actor.require(roles.OFFICE, "call", call_id)


def require_evaluator(actor: Actor, call_id: int) -> None:
    """Raise NotFound for everybody who is not on the commission of this call."""
    actor.require(roles.EVALUATOR, "call", call_id)


def visible(
    reader: Reader, application: SQLColumnExpression[int] = OpenedApplication.application_id
) -> ColumnElement[bool]:
    """The applications an evaluator may know of: without a conflict of theirs, not kept from them.

    A conflict is final: what was once declared to be one stays away. Who was appointed after a
    trial knows only of what was short of judges. Reader and application may be columns: the
    sheets that count are those whose evaluator may know the application.
    """
    withheld = (
        select(WithheldApplication.application_id)
        .where(
            WithheldApplication.evaluator_id == reader,
            WithheldApplication.application_id == application,
        )
        .correlate_except(WithheldApplication)
        .exists()
    )
    return and_(free(reader, application), ~withheld)


def free(
    reader: Reader, application: SQLColumnExpression[int] = OpenedApplication.application_id
) -> ColumnElement[bool]:
    """The applications with which an evaluator has no conflict."""
    return ~_declared(reader, application, ConflictDeclaration.kind != NO_CONFLICT)


def readable(
    reader: Reader, application: SQLColumnExpression[int] = OpenedApplication.application_id
) -> ColumnElement[bool]:
    """The applications whose content an evaluator may read: "no conflict" was declared."""
    denied = _declared(reader, application, ConflictDeclaration.kind == NO_CONFLICT)
    return and_(denied, visible(reader, application))


def counting(
    evaluator: SQLColumnExpression[int], application: SQLColumnExpression[int]
) -> ColumnElement[bool]:
    """Whether a sheet sent by an evaluator on an application counts.

    Never one of somebody in conflict; of who was dismissed, as the call's rule said then.
    """
    left = (
        select(Dismissal.id)
        .join(Application, Application.call_id == Dismissal.call_id)
        .where(
            Application.id == application,
            Dismissal.person_id == evaluator,
            Dismissal.ended_at.is_(None),
            Dismissal.sheets_count.is_(False),
        )
        .correlate_except(Dismissal, Application)
        .exists()
    )
    return and_(visible(evaluator, application), ~left)


def _declared(
    reader: Reader, application: SQLColumnExpression[int], kind: ColumnElement[bool]
) -> ColumnElement[bool]:
    # Tied to the tables around it: the columns of the outer statement are never its own.
    return (
        select(ConflictDeclaration.id)
        .where(
            ConflictDeclaration.evaluator_id == reader,
            ConflictDeclaration.application_id == application,
            kind,
        )
        .correlate_except(ConflictDeclaration)
        .exists()
    )
