"""Jobs of the calls house: documents are drawn outside a transaction, then kept."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy.orm import Session

from calls import papers as prints
from kit import clock, jobs, mail
from kit.paper import documents
from kit.words.text import gettext, locale

Transaction = Callable[[], AbstractContextManager[Session]]


@jobs.effect("calls.receipt")
def receipt(transaction: Transaction, document_id: int, submission_id: int) -> None:
    """Draw the receipt of a submission, keep it and post it to the applicant, once."""
    with transaction() as session:
        if prints.is_ready(session, document_id):
            return
        drawn, letter = prints.receipt(session, submission_id)
    content = drawn.draw()
    with transaction() as session:
        documents.finish(session, document_id, content, clock.now(session))
        token = locale.set(letter.locale)
        try:
            number = drawn.context["protocol"].number
            mail.queue(
                session,
                to=letter.to,
                subject=gettext("Ricevuta della tua domanda, protocollo {number}").format(
                    number=number
                ),
                text=_receipt_letter(letter.name, drawn.context["call"].title, number),
                attachments=[document_id],
                key=f"calls.receipt:{submission_id}",
            )
        finally:
            locale.reset(token)


def _receipt_letter(name: str, title: str, number: str) -> str:
    return gettext(
        "Ciao {name},\n\nabbiamo ricevuto la tua domanda per «{title}».\n"
        "Il numero di protocollo è {number}.\n\nLa ricevuta è allegata: conservala.\n\nFareLegami\n"
    ).format(name=name, title=title, number=number)


@jobs.effect("calls.text")
def call_text(transaction: Transaction, document_id: int, call_version_id: int) -> None:
    """Draw the text of a published call."""
    with transaction() as session:
        if prints.is_ready(session, document_id):
            return
        drawn = prints.call_text(session, call_version_id)
    content = drawn.draw()
    with transaction() as session:
        documents.finish(session, document_id, content, clock.now(session))


@jobs.effect("calls.ranking")
def ranking(transaction: Transaction, document_id: int, ranking_id: int) -> None:
    """Draw a published ranking."""
    with transaction() as session:
        if prints.is_ready(session, document_id):
            return
        drawn = prints.ranking(session, ranking_id)
    content = drawn.draw()
    with transaction() as session:
        documents.finish(session, document_id, content, clock.now(session))
