"""Where an application stands for one evaluator: what may be done with it, read under a lock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import BigInteger, Text, bindparam, cast, exists, func, select
from sqlalchemy.orm import Session

from calls.commission import access, applicants, parties
from calls.commission.rules import conflicts as ties
from calls.commission.rules import lifecycle
from calls.tables.applications import Application
from calls.tables.commission import ConflictDeclaration
from calls.tables.envelopes import OpenedApplication
from calls.tables.rankings import Ranking
from calls.tables.score_sheets import Score, ScoreSheet
from calls.tables.texts import CallVersion
from kit import db
from kit.db import lock_exclusive, lock_within
from kit.errors import NotFound
from people.actors import Actor


@dataclass(frozen=True)
class ApplicationKey:
    """An application in its call, as the address of its pages names it."""

    call_id: int
    application_id: int


class OwnScoreSheet(NamedTuple):
    """An evaluator's sheet on an application, as it stands under the lock of `locked`.

    `scores` has mark (as text, None while it is missing) and motivation of each criterion.
    """

    id: int
    sent: bool
    total: Decimal | None
    saved_at: datetime
    scores: Mapping[str, tuple[str | None, str]]


@dataclass(frozen=True)
class Standing:
    """Where an application stands for one evaluator, read after the lock.

    `note` is that of the newest declaration; `sheet` is the evaluator's own.
    """

    declared: bool
    note: str | None
    version_id: int
    version_sha256: str
    salt: bytes
    sheet: OwnScoreSheet | None


def locked(session: Session, actor: Actor, key: ApplicationKey, *, alone: bool = False) -> Standing:
    """Hold the call and one's own sheet, and read what may be done with them (two statements).

    The call is shared, so that evaluators do not wait for each other, and the sheet held alone,
    so that two pages of one evaluator follow each other, also before there is a sheet. `alone`
    holds the whole call, for what changes who may see, and for who declares a conflict. Raises
    NotFound unless the person is (still) on the commission, the envelopes are open and no
    conflict was declared; Refused when the ranking is already published, and for whoever is tied
    to the application in a way that is known and does not come to declare it.
    """
    access.require_evaluator(actor, key.call_id)
    if alone:
        # A conflict is final: who declared one holds up nobody, not for a moment.
        known = {"application_id": key.application_id, "call_id": key.call_id}
        if session.scalar(_VISIBLE, known | {"me": actor.person_id}) is None:
            raise NotFound
        lock_exclusive(session, "call", key.call_id)
    else:
        own = (f"score_sheet of {actor.person_id}", key.application_id)
        lock_within(session, ("call", key.call_id), own)
    values = {
        "application_id": key.application_id,
        "call_id": key.call_id,
        "me": actor.person_id,
    }
    row = db.row(session, _State, _STATE, values)
    if row is None:
        raise NotFound
    lifecycle.check_may_evaluate(ranked=row.ranked)
    if not alone:
        me = parties.party(actor.person_id, row.my_codes, row.my_homes)
        applicant = parties.party(row.person_id, [row.tax_code], row.homes)
        ties.check_free(ties.tie(me, applicant, double=row.double))
    sheet = None
    if row.sheet_id is not None and row.saved_at is not None:
        sheet = OwnScoreSheet(
            row.sheet_id, bool(row.sent), row.total, row.saved_at, row.scores or {}
        )
    return Standing(row.declared, row.note, row.version_id, row.sha256, row.salt, sheet)


class _State(NamedTuple):
    declared: bool
    note: str | None
    salt: bytes
    person_id: int
    tax_code: str
    homes: Sequence[int] | None
    my_homes: Sequence[int] | None
    my_codes: Sequence[str] | None
    double: bool
    version_id: int
    sha256: str
    ranked: bool
    sheet_id: int | None
    sent: bool | None
    total: Decimal | None
    saved_at: datetime | None
    scores: Mapping[str, tuple[str | None, str]] | None


OPENED_CALL = OpenedApplication.call_id
ME = bindparam("me", type_=BigInteger)
_VISIBLE = select(OpenedApplication.application_id).where(
    OpenedApplication.application_id == bindparam("application_id"),
    bindparam("call_id") == OPENED_CALL,
    access.visible(ME),
)
# Of the newest declaration: where one is a conflict, nothing is found at all.
NOTE = (
    select(ConflictDeclaration.note)
    .where(
        ConflictDeclaration.evaluator_id == ME,
        ConflictDeclaration.application_id == OpenedApplication.application_id,
    )
    .order_by(ConflictDeclaration.id.desc())
    .limit(1)
    .scalar_subquery()
)
# Criterion to [mark as text or null, motivation].
SCORES = (
    select(
        func.jsonb_object_agg(
            Score.criterion,
            func.jsonb_build_array(cast(func.trim_scale(Score.mark), Text), Score.motivation),
        )
    )
    .where(Score.score_sheet_id == ScoreSheet.id)
    .scalar_subquery()
)
SENT = ScoreSheet.sent_at.is_not(None)
OWN = (ScoreSheet.application_id == OpenedApplication.application_id) & (
    ScoreSheet.evaluator_id == ME
)
_STATE = (
    select(
        access.readable(ME).label("declared"),
        NOTE.label("note"),
        Application.salt,
        Application.person_id,
        OpenedApplication.tax_code,
        parties.households(Application.person_id).label("homes"),
        parties.households(ME).label("my_homes"),
        parties.tax_codes(ME).label("my_codes"),
        parties.double(ME).label("double"),
        CallVersion.id.label("version_id"),
        CallVersion.sha256,
        exists(select(Ranking.id).where(Ranking.call_id == OPENED_CALL)).label("ranked"),
        ScoreSheet.id.label("sheet_id"),
        SENT.label("sent"),
        ScoreSheet.total,
        ScoreSheet.saved_at,
        SCORES.label("scores"),
    )
    .select_from(OpenedApplication)
    .join(Application, Application.id == OpenedApplication.application_id)
    .join(CallVersion, CallVersion.call_id == OPENED_CALL)
    .outerjoin(ScoreSheet, OWN)
    .where(
        OpenedApplication.application_id == bindparam("application_id"),
        bindparam("call_id") == OPENED_CALL,
        access.visible(ME),
        applicants.barred(OPENED_CALL)[0],
    )
    .order_by(CallVersion.number.desc())
    .limit(1)
)
