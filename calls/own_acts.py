"""What the calls keep about who judges applications and who runs calls (`kit.own_data`)."""

from typing import Any

from sqlalchemy import Select, select

from calls.tables.commission import (
    ConflictDeclaration,
    Dismissal,
    EvaluatorProgress,
    WithheldApplication,
)
from calls.tables.envelopes import DoubleDecision, Opening
from calls.tables.rankings import Ranking
from calls.tables.score_sheets import Score, ScoreSheet
from calls.tables.texts import Call, CallVersion
from kit.errors import Message
from kit.own_data import ACTS, OwnField, OwnTable, Whose, columns, own

_TO_JUDGE = Message("per valutare la domanda")
_OF_OFFICE = Message("per poter ricostruire chi ha fatto che cosa")
_WHEN, _CALL = Message("quando"), Message("bando")


def _sheets_of(whose: Whose) -> Select[int]:
    return select(ScoreSheet.id).where(ScoreSheet.evaluator_id == whose.person_id)


def call_of(table: Any) -> OwnField:
    """Show the call that a row belongs to."""
    query = select(Call.title).where(Call.id == table.call_id)
    return OwnField("call", _CALL, query.correlate(table).scalar_subquery())


JUDGING = (
    OwnTable(
        ConflictDeclaration,
        Message("Le tue dichiarazioni sui conflitti di interessi"),
        Message("perché nessuno giudichi chi conosce"),
        ACTS,
        ("evaluator_id",),
        own(ConflictDeclaration, "evaluator_id"),
        columns(
            ConflictDeclaration, declared_at=_WHEN, kind=Message("quale"), note=Message("nota")
        ),
    ),
    OwnTable(
        ScoreSheet,
        Message("Le tue schede di valutazione"),
        _TO_JUDGE,
        ACTS,
        ("evaluator_id",),
        own(ScoreSheet, "evaluator_id"),
        columns(
            ScoreSheet,
            application_id=Message("domanda"),
            state=Message("stato"),
            total=Message("punti"),
            saved_at=Message("salvata"),
            sent_at=Message("inviata"),
        ),
    ),
    OwnTable(
        Score,
        Message("I punti che hai dato"),
        _TO_JUDGE,
        ACTS,
        ("score_sheet_id",),
        lambda whose: Score.score_sheet_id.in_(_sheets_of(whose)),
        columns(
            Score,
            criterion=Message("criterio"),
            mark=Message("punti"),
            motivation=Message("motivazione"),
        ),
    ),
    OwnTable(
        EvaluatorProgress,
        Message("A che punto sei con le schede"),
        Message("per dire all'ufficio quante ne mancano"),
        ACTS,
        ("evaluator_id",),
        own(EvaluatorProgress, "evaluator_id"),
        (
            call_of(EvaluatorProgress),
            *columns(EvaluatorProgress, begun=Message("cominciate"), sent=Message("inviate")),
        ),
    ),
    OwnTable(
        WithheldApplication,
        Message("Domande che non ti abbiamo mostrato"),
        Message("perché sei in commissione da dopo che si videro i punti"),
        ACTS,
        ("evaluator_id",),
        own(WithheldApplication, "evaluator_id"),
        columns(WithheldApplication, application_id=Message("domanda")),
    ),
    OwnTable(
        Dismissal,
        Message("Commissioni che hai lasciato"),
        _OF_OFFICE,
        ACTS,
        ("person_id",),
        own(Dismissal, "person_id"),
        (call_of(Dismissal), *columns(Dismissal, dismissed_at=_WHEN)),
    ),
)


def _act(table: Any, by: str, what: Message, *shows: OwnField) -> OwnTable:
    """Say of an act of an office that it names who did it."""
    return OwnTable(table, what, _OF_OFFICE, ACTS, (by,), own(table, by), shows)


OFFICE = (
    _act(
        Call,
        "created_by",
        Message("Bandi che hai scritto"),
        *columns(Call, created_at=_WHEN, title=_CALL),
    ),
    _act(
        CallVersion,
        "published_by",
        Message("Bandi che hai pubblicato"),
        *columns(CallVersion, published_at=_WHEN, title=_CALL),
    ),
    _act(
        Opening,
        "opened_by",
        Message("Buste che hai aperto"),
        call_of(Opening),
        *columns(Opening, opened_at=_WHEN),
    ),
    _act(
        DoubleDecision,
        "decided_by",
        Message("Domande doppie su cui hai deciso"),
        *columns(DoubleDecision, decided_at=_WHEN, reason=Message("perché")),
    ),
    _act(
        Ranking,
        "published_by",
        Message("Graduatorie che hai pubblicato"),
        call_of(Ranking),
        *columns(Ranking, published_at=_WHEN),
    ),
    _act(
        Dismissal,
        "dismissed_by",
        Message("Commissari che hai tolto"),
        call_of(Dismissal),
        *columns(Dismissal, dismissed_at=_WHEN),
    ),
)
