"""What stands in the way of somebody who goes for good, and what goes of the calls with them."""

import secrets
from collections.abc import Sequence

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from calls.applications.rules import lifecycle
from calls.own_data import applications_of
from calls.tables.applications import (
    Application,
    ApplicationField,
    Attachment,
    LateAttempt,
    RefusedFile,
)
from calls.tables.rankings import Ranking
from calls.tables.texts import Call
from kit.errors import Message
from kit.own_data import Whose
from people.roles import EVALUATOR, OFFICE, Role
from people.tables.roles import RoleGrant

_RUNNING = Message("la tua domanda al bando «{call}» è in corso: aspetta la graduatoria")
_JUDGING = Message(
    "sei nella commissione del bando «{call}», che non ha ancora la graduatoria: prima lascia "
    "la commissione"
)
_OFFICE = Message("sei l'unica persona dell'ufficio per il bando «{call}»: prima nomina qualcuno")
_ALL_CALLS = Message("sei l'unica persona dell'ufficio bandi: prima nomina qualcun altro")
_RANKED = exists().where(Ranking.call_id == Call.id)


def obstacles(session: Session, whose: Whose, alone: Sequence[Role]) -> list[Message]:
    """Say what of the calls keeps a person from going; `alone` are the roles only they hold."""
    sent = exists().where(
        Application.call_id == Call.id,
        Application.person_id == whose.person_id,
        Application.state == lifecycle.SUBMITTED,
    )
    judges = exists().where(
        RoleGrant.person_id == whose.person_id,
        RoleGrant.role == EVALUATOR,
        RoleGrant.scope_kind == "call",
        RoleGrant.scope_id == Call.id,
    )
    found = []
    for words, clause in ((_RUNNING, sent), (_JUDGING, judges)):
        titles = select(Call.title).where(clause, ~_RANKED).order_by(Call.id)
        found += [Message(words.text, call=title) for title in session.scalars(titles)]
    for role, kind, id_ in alone:
        if role == OFFICE and kind == "calls":
            found.append(_ALL_CALLS)
        elif role == OFFICE:
            found.append(Message(_OFFICE.text, call=session.get_one(Call, id_).title))
    return found


def has_applied(session: Session, person_id: int) -> bool:
    """Whether somebody ever began an application."""
    mine = select(Application.id).where(Application.person_id == person_id)
    return session.scalar(mine.limit(1)) is not None


def leave(session: Session, whose: Whose) -> None:
    """Drop the drafts of somebody who goes, with their words and files; what was sent stays.

    Where an attempt after the deadline is kept the draft stays as an empty row: its salt is a
    new one, so that no fingerprint in the audit can be tried against a guess.
    """
    drafts = select(Application.id).where(
        Application.id.in_(applications_of(whose)), Application.state == lifecycle.DRAFT
    )
    ids = session.scalars(drafts.order_by(Application.id).with_for_update()).all()
    for table in (Attachment, RefusedFile, ApplicationField):
        session.execute(delete(table).where(table.application_id.in_(ids)))
    late = exists().where(LateAttempt.application_id == Application.id)
    session.execute(delete(Application).where(Application.id.in_(ids), ~late))
    salted = update(Application).where(Application.id.in_(ids))
    session.execute(salted.values(salt=secrets.token_bytes(16)))
