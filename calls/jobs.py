"""Jobs of the calls house: each draws one document outside a transaction and keeps it."""

from calls import papers
from kit.db import Transaction
from kit.jobs import effect
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
