"""Who of a call may see what: the one place where the visibility of applications is decided.

Every list, count, page, download and export of the commission goes through these
conditions, so that a conflict takes an application away everywhere at once (DR-13, DR-17).
"""

from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, exists, select

from calls.tables.commission import ConflictDeclaration
from calls.tables.envelopes import OpenedApplication
from people import roles
from people.actors import Actor

NO_CONFLICT = "none"

# A person, or the parameter of a prepared statement that will hold one.
Evaluator = int | BindParameter[Any]


def is_office(actor: Actor, call_id: int) -> bool:
    """Whether the person works in the office of this call, or of all calls."""
    return actor.has(roles.OFFICE, "call", call_id) or actor.has(roles.OFFICE, "calls", 0)


def require_office(actor: Actor, call_id: int) -> None:
    """Raise NotFound for everybody who does not work in the office of this call."""
    if not is_office(actor, call_id):
        actor.require(roles.OFFICE, "call", call_id)


def require_evaluator(actor: Actor, call_id: int) -> None:
    """Raise NotFound for everybody who is not on the commission of this call."""
    actor.require(roles.EVALUATOR, "call", call_id)


def _declared(evaluator_id: Evaluator, *, conflict: bool) -> ColumnElement[bool]:
    kind = ConflictDeclaration.kind
    return exists(
        select(ConflictDeclaration.id).where(
            ConflictDeclaration.application_id == OpenedApplication.application_id,
            ConflictDeclaration.evaluator_id == evaluator_id,
            kind != NO_CONFLICT if conflict else kind == NO_CONFLICT,
        )
    )


def listed(evaluator_id: Evaluator) -> ColumnElement[bool]:
    """Opened applications an evaluator may know of: those without a conflict of theirs.

    A conflict is final: what was once declared to be one stays away.
    """
    return ~_declared(evaluator_id, conflict=True)


def readable(evaluator_id: Evaluator) -> ColumnElement[bool]:
    """Opened applications whose content an evaluator may read: "no conflict" was declared."""
    return and_(_declared(evaluator_id, conflict=False), listed(evaluator_id))


# The same as `listed` for a written statement that calls the application `a` and the
# evaluator `:me`.
STANDING = (
    "not exists (select 1 from conflict_declaration d where d.kind <> 'none'"
    " and d.evaluator_id = :me and d.application_id = a.application_id)"
)
