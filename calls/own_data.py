"""What the calls keep about a person, in words (`kit.own_data`)."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from calls import own_acts
from calls.tables.applications import (
    Application,
    ApplicationField,
    Attachment,
    FileInspection,
    LateAttempt,
    RefusedFile,
    Submission,
    UploadDay,
)
from calls.tables.envelopes import OpenedApplication
from kit.audit import AuditEvent
from kit.errors import Message
from kit.own_data import ACTS, OwnTable, Whose, columns, own
from kit.paper.documents import Document

_TO_JUDGE = Message("per valutare la domanda")
_OF_OFFICE = Message("per poter ricostruire chi ha fatto che cosa")
_DRAFT = Message("della bozza finché la tieni; di quello che hai inviato come atto del bando")
_WHEN, _FILE, _CALL, _SIZE = (
    Message("quando"),
    Message("file"),
    Message("bando"),
    Message("grandezza"),
)


def applications_of(whose: Whose) -> Select[int]:
    """Find a person's own applications."""
    return select(Application.id).where(Application.person_id == whose.person_id)


def _attachments_of(whose: Whose) -> Select[int]:
    return select(Attachment.id).where(Attachment.application_id.in_(applications_of(whose)))


def _submissions_of(whose: Whose) -> Select[int]:
    return select(Submission.id).where(Submission.application_id.in_(applications_of(whose)))


def _within(table: Any) -> Any:
    """Say that a row is a person's by the application it belongs to."""
    return lambda whose: table.application_id.in_(applications_of(whose))


def receipts_of(whose: Whose) -> ColumnElement[bool]:
    """The documents of a person's own applications."""
    return and_(
        Document.subject_kind == "submission", Document.subject_id.in_(_submissions_of(whose))
    )


APPLYING = (
    OwnTable(
        Application,
        Message("Le tue domande"),
        _TO_JUDGE,
        _DRAFT,
        ("person_id",),
        own(Application, "person_id"),
        (
            own_acts.call_of(Application),
            *columns(
                Application,
                state=Message("stato"),
                created_at=Message("cominciata"),
                saved_at=Message("salvata"),
                submitted_at=Message("inviata"),
            ),
        ),
    ),
    OwnTable(
        ApplicationField,
        Message("Che cosa hai scritto nelle domande"),
        _TO_JUDGE,
        _DRAFT,
        ("application_id",),
        _within(ApplicationField),
        columns(
            ApplicationField,
            application_id=Message("domanda"),
            name=Message("campo"),
            value=Message("testo"),
            saved_at=Message("salvato"),
        ),
    ),
    OwnTable(
        Attachment,
        Message("I tuoi allegati"),
        _TO_JUDGE,
        _DRAFT,
        ("application_id",),
        _within(Attachment),
        columns(Attachment, filename=_FILE, size=_SIZE, uploaded_at=_WHEN),
    ),
    OwnTable(
        FileInspection,
        Message("Come abbiamo controllato gli allegati"),
        Message("perché un file dannoso non arrivi a chi legge"),
        _DRAFT,
        ("attachment_id",),
        lambda whose: FileInspection.attachment_id.in_(_attachments_of(whose)),
        columns(FileInspection, asked_at=_WHEN, state=Message("stato")),
    ),
    OwnTable(
        RefusedFile,
        Message("File che non abbiamo tenuto"),
        Message("per dirti perché"),
        _DRAFT,
        ("application_id",),
        _within(RefusedFile),
        columns(RefusedFile, filename=_FILE, uploaded_at=_WHEN, refusal=Message("perché")),
    ),
    OwnTable(
        UploadDay,
        Message("Quanto hai caricato in un giorno"),
        Message("perché ci sia posto per tutti"),
        Message("finché non carichi in un altro giorno; resta un numero, senza nome"),
        ("person_id",),
        own(UploadDay, "person_id"),
        columns(UploadDay, day=Message("giorno"), stored=Message("byte")),
    ),
    OwnTable(
        Submission,
        Message("Quello che hai inviato"),
        _TO_JUDGE,
        ACTS,
        ("application_id",),
        _within(Submission),
        columns(
            Submission,
            protocol_year=Message("anno del protocollo"),
            protocol_number=Message("protocollo"),
            received_at=_WHEN,
            level=Message("livello di chi ha inviato, da 1 a 3"),
            means=Message("come era entrato"),
            sha256=Message("impronta"),
            content=Message("contenuto"),
        ),
    ),
    OwnTable(
        Document,
        Message("Le tue ricevute"),
        _TO_JUDGE,
        ACTS,
        ("subject_id",),
        receipts_of,
        columns(Document, filename=_FILE, ready_at=_WHEN),
    ),
    OwnTable(
        LateAttempt,
        Message("Invii arrivati tardi"),
        Message("per poterne rispondere"),
        ACTS,
        ("person_id", "application_id"),
        lambda whose: or_(
            LateAttempt.person_id == whose.person_id,
            LateAttempt.application_id.in_(applications_of(whose)),
        ),
        columns(LateAttempt, received_at=_WHEN, deadline_at=Message("termine")),
    ),
    OwnTable(
        OpenedApplication,
        Message("Le tue domande dopo l'apertura"),
        _TO_JUDGE,
        ACTS,
        ("application_id",),
        _within(OpenedApplication),
        columns(
            OpenedApplication,
            code=Message("codice"),
            firm=Message("impresa"),
            tax_code=Message("codice fiscale"),
            requested=Message("importo chiesto"),
        ),
    ),
)

CALLS = (*APPLYING, *own_acts.JUDGING, *own_acts.OFFICE)

READ_BY = (
    (
        "calls.application.read",
        Message("un commissario ha aperto la tua domanda o un allegato"),
        lambda whose: and_(
            AuditEvent.subject_kind == "application",
            AuditEvent.subject_id.in_(applications_of(whose)),
        ),
    ),
    (
        "kit.document.handed_out",
        Message("una ricevuta è stata consegnata"),
        lambda whose: and_(
            AuditEvent.subject_kind == "document",
            AuditEvent.subject_id.in_(select(Document.id).where(receipts_of(whose))),
        ),
    ),
)
"""What of a person's was looked at, where that is recorded: the act, in words, and which events."""

NOT_SHOWN = {"protocol_counter": Message("l'ultimo numero di protocollo di un anno")}
"""Tables of which nothing is shown, and why."""
