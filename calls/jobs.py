"""Jobs of the calls house: files looked through, documents drawn and kept, and letters."""

from datetime import datetime

from sqlalchemy.orm import Session

import calls.texts.drafts  # noqa: F401 - names what roles are held of
from calls import papers
from calls.applications import inspections
from calls.applications import notices as file_notices
from calls.rankings import notices
from kit import jobs
from kit.db import Transaction
from kit.errors import Message
from kit.jobs import effect, task
from kit.paper import documents
from kit.paper.prints import Print


@effect(
    "calls.receipt",
    queue="documents",
    named=Message("La ricevuta di una domanda"),
    ended=documents.ended,
)
def receipt(transaction: Transaction, document_id: int, submission_id: int) -> None:
    """Draw the receipt of a submission, keep it and post it to the applicant, once."""
    documents.make(
        transaction,
        document_id,
        lambda session: papers.receipt(session, submission_id),
        Print.draw,
        lambda session, made: papers.post_receipt(session, made, submission_id),
    )


@effect(
    "calls.text",
    queue="documents",
    named=Message("Il testo stampato di un bando"),
    ended=documents.ended,
)
def call_text(transaction: Transaction, document_id: int, call_version_id: int) -> None:
    """Draw the text of a published call."""
    documents.make(
        transaction,
        document_id,
        lambda session: papers.call_text(session, call_version_id),
        Print.draw,
    )


@effect(
    "calls.ranking",
    queue="documents",
    named=Message("Il PDF di una graduatoria"),
    ended=documents.ended,
)
def ranking(transaction: Transaction, document_id: int, ranking_id: int) -> None:
    """Draw a published ranking."""
    documents.make(
        transaction,
        document_id,
        lambda session: papers.ranking(session, ranking_id),
        Print.draw,
    )


@task(
    "calls.ranking_notices",
    queue="mail",
    named=Message("Le lettere che dicono la graduatoria a chi ha partecipato"),
)
def ranking_notices(session: Session, now: datetime, ranking_id: int) -> None:
    """Tell everybody who applied that the ranking is out, and how they stand in it."""
    notices.write(session, ranking_id, now)


@effect(
    "calls.inspection",
    queue="inspections",
    named=Message("Il controllo di un allegato"),
    ended=inspections.ended,
)
def file_inspection(transaction: Transaction, attachment_id: int) -> None:
    """Look through a file of an application, to an end."""
    inspections.look_through(transaction, attachment_id)


@task(
    "calls.file_notice",
    queue="mail",
    named=Message("La lettera a chi ha inviato un allegato che non si apre"),
)
def file_notice(session: Session, now: datetime, attachment_id: int) -> None:
    """Tell an applicant that a file of what was sent does not open."""
    file_notices.write(session, attachment_id)


@jobs.periodic(
    "calls.give_up_inspections",
    cron="*/10 * * * *",
    named=Message("Dire quali allegati nessuno ha guardato"),
)
def give_up_inspections(session: Session, now: datetime) -> None:
    """Bring to an end the files whose job ended without a word."""
    inspections.give_up(session, now)
