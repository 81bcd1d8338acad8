"""What the calls house prints: what each document says and the file that goes with it."""

import json
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from calls.applications import inspections, submissions
from calls.applications.rules import standing
from calls.applications.rules.application_sections import FIRM_KINDS
from calls.commission import progress, trials
from calls.rankings import published_rankings
from calls.rankings.rules import ranking_words
from calls.tables.applications import Application, Submission
from calls.tables.rankings import Ranking
from calls.texts import published
from calls.texts.published import Published
from calls.texts.rules import call_words
from calls.texts.rules.call_content import Criterion
from calls.texts.rules.standing import Said
from kit import letters, witness
from kit.errors import Message, NotFound
from kit.paper import pdf
from kit.paper.documents import Document
from kit.paper.prints import Print
from kit.words.text import render
from people import persons, proof_words
from people.tables.persons import Person

RECEIPT = "calls.receipt"
letters.register(RECEIPT, Message("Ricevute delle domande"))


@dataclass(frozen=True)
class Protocol:
    """Number and instant as the head of a document shows them."""

    number: str
    at: datetime


def receipt(session: Session, submission_id: int) -> Print:
    """Prepare the receipt of a submission (DR-12); the sent content travels inside it."""
    submission = session.get(Submission, submission_id)
    if submission is None:
        raise NotFound
    call = published.of_version(session, submission.call_version_id)
    application = session.get_one(Application, submission.application_id)
    person = session.get_one(Person, application.person_id)
    sent = json.loads(submission.content)
    number = submissions.protocol(submission)
    of_sent = inspections.of_application(session, application.id)
    context = {
        "protocol": Protocol(number, submission.received_at),
        "witness": witness.head(session),
        "submission": submission,
        "fingerprint": submissions.fingerprint(submission),
        "sent_with": proof_words.in_words(submission.means) if submission.means else None,
        "call": call,
        "said": _sent(application, call),
        "sent": sent,
        "unseen": {
            file.sha256: said
            for file in of_sent
            if (said := file.at_sending(submission.received_at)) is not None
        },
        "person_name": person.name,
        "firm_kind": dict(FIRM_KINDS)[sent["fields"]["firm_kind"]],
    }
    content = pdf.Attachment(
        "domanda.json", "Contenuto della domanda inviata", submission.content, "Source"
    )
    return Print(
        "calls/documents/receipt.html",
        context,
        submission.received_at,
        (content,),
        locale=person.locale,
    )


def _sent(application: Application, call: Published) -> Said:
    """Say how an application stood when it was sent: what a receipt says stays true."""
    assert application.submitted_at is not None  # noqa: S101 - it has a submission
    then = replace(call, opened=None, ranked_at=None)
    return standing.of(application, then, application.submitted_at)


def post_receipt(session: Session, receipt_: Document, submission_id: int) -> None:
    """Write to the applicant with the ready receipt attached, once."""
    submission = session.get_one(Submission, submission_id)
    application = session.get_one(Application, submission.application_id)
    person = session.get_one(Person, application.person_id)
    call = published.of_version(session, submission.call_version_id)
    number = submissions.protocol(submission)
    subject = Message("Ricevuta della tua domanda, protocollo {number}", number=number)
    letter = Message(
        "Ciao {name},\n\nabbiamo ricevuto la tua domanda per «{title}».\n"
        "Il numero di protocollo è {number}.\n\n{standing}\n\n"
        "La ricevuta è allegata: conservala.\n\nFareLegami\n",
        name=person.name,
        title=call.title,
        number=number,
        standing=_sent(application, call).sentence,
    )
    letters.write(
        session,
        kind=RECEIPT,
        to=persons.reader(person),
        subject=subject,
        text=letter,
        attachments=[receipt_.id],
        key=f"calls.receipt:{submission_id}",
    )


def call_text(session: Session, call_version_id: int) -> Print:
    """Prepare the printed text of a published version, with its JSON inside."""
    call = published.of_version(session, call_version_id)
    content = pdf.Attachment(
        "bando.json",
        "Contenuto del bando pubblicato",
        published.plain(session, call_version_id),
        "Source",
    )
    context = {
        "call": call,
        "words": call_words,
        "protocol": None,
        "witness": witness.head(session),
        "grid": [_criterion_row(line) for line in call.content.criteria],
        "rubrics": {
            line.code: [(call_words.number(mark.mark), mark.text) for mark in line.rubric]
            for line in call.content.criteria
        },
    }
    # As long as its fields allow, every section at its longest: more than a letter takes.
    return Print(
        "calls/documents/text.html", context, call.published_at, (content,), limits=pdf.LIST
    )


def ranking(session: Session, ranking_id: int) -> Print:
    """Prepare a published ranking as a table, with the two files to verify it inside."""
    row = session.get(Ranking, ranking_id)
    if row is None:
        raise NotFound
    bundle = pdf.Attachment(
        "graduatoria.json", "Graduatoria da verificare", row.content.encode(), "Data"
    )
    text = published.plain(session, row.call_version_id)
    call = pdf.Attachment("bando.json", "Contenuto del bando pubblicato", text, "Source")
    context = {
        "call": published.of_version(session, row.call_version_id),
        "ranking": published_rankings.of_row(session, row),
        "protocol": None,
        "witness": witness.head(session),
        "words": ranking_words,
        "commission": progress.names(session, row.call_id),
        "told": trials.of_call(session, row.call_id).told,
    }
    return Print(
        "calls/documents/ranking.html", context, row.published_at, (bundle, call), limits=pdf.LIST
    )


def _criterion_row(criterion: Criterion) -> tuple[str, str, str, str]:
    minimum = call_words.minimum(criterion)
    return (
        f"{criterion.code}. {criterion.name}",
        call_words.number(criterion.weight),
        call_words.number(criterion.maximum),
        render(minimum) if minimum else "-",
    )
