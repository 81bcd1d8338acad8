"""Jobs of the calls house: documents drawn outside a transaction and kept, and letters."""

from datetime import datetime

from sqlalchemy.orm import Session

from calls import papers
from calls.rankings import notices
from kit.db import Transaction
from kit.jobs import effect, task
from kit.paper import documents
from kit.paper.prints import Print


@effect("calls.receipt", queue="documents")
def receipt(transaction: Transaction, document_id: int, submission_id: int) -> None:
    """Draw the receipt of a submission, keep it and post it to the applicant, once."""
    documents.make(
        transaction,
        document_id,
        lambda session: papers.receipt(session, submission_id),
        Print.draw,
        lambda session, made: papers.post_receipt(session, made, submission_id),
    )


@effect("calls.text", queue="documents")
def call_text(transaction: Transaction, document_id: int, call_version_id: int) -> None:
    """Draw the text of a published call."""
    documents.make(
        transaction,
        document_id,
        lambda session: papers.call_text(session, call_version_id),
        Print.draw,
    )


@effect("calls.ranking", queue="documents")
def ranking(transaction: Transaction, document_id: int, ranking_id: int) -> None:
    """Draw a published ranking."""
    documents.make(
        transaction,
        document_id,
        lambda session: papers.ranking(session, ranking_id),
        Print.draw,
    )


@task("calls.ranking_notices", queue="mail")
def ranking_notices(session: Session, now: datetime, ranking_id: int) -> None:
    """Tell everybody who applied that the ranking is out, and how they stand in it."""
    notices.write(session, ranking_id, now)
