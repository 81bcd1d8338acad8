"""The letter about a file that was sent unseen and does not open."""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from calls.applications import submissions
from calls.tables.applications import Application, Attachment, FileInspection, Submission
from calls.texts import published
from kit import letters
from kit.errors import Message, NotFound
from kit.sentences import apart, recall
from kit.settings import settings
from people import persons
from people.tables.persons import Person

FILE = "calls.file_notice"
letters.register(FILE, Message("File di una domanda che non si aprono"))


def write(session: Session, attachment_id: int) -> None:
    """Write to the applicant that a file of what they sent does not open, and what follows; once.

    Raises NotFound unless it was sent and refused.
    """
    found = session.execute(_FOUND, {"attachment_id": attachment_id}).one_or_none()
    refusal = None if found is None else recall(found.refusal)
    if found is None or refusal is None:
        raise NotFound
    call = published.of_version(session, found.Submission.call_version_id)
    number = submissions.protocol(found.Submission)
    person = found.Person
    letters.write(
        session,
        kind=FILE,
        to=persons.reader(person),
        subject=Message("Un file della tua domanda {number} non si apre", number=number),
        text=Message(
            "Ciao {name},\n\nquando è arrivata la tua domanda per «{title}», protocollo {number}, "
            "stavamo ancora guardando se il file «{file}» si apre. Ora lo sappiamo: non si apre.\n"
            "Il motivo: {why}\n\n"
            "Non devi fare niente adesso: la domanda è arrivata in tempo e resta com'è, con la "
            "sua ricevuta, e non si può più cambiare. Quali file non si aprono l'ufficio lo vede "
            "dopo l'apertura delle domande, che si fa dopo il termine: allora decide se chiederti "
            "di sistemarlo (soccorso istruttorio, art. 6 della legge 241/1990). Tieni pronto un "
            "file che si apre.\n\n"
            "La tua domanda:\n{own}\n\nPer domande: {contact}\n\nFareLegami\n",
            name=person.name,
            title=call.title,
            number=number,
            file=found.filename,
            why=apart(refusal)[0],
            own=f"{settings().public_url}/applications/{found.application_id}",
            contact=call.content.contact,
        ),
        key=f"{FILE}:{attachment_id}",
    )


_FOUND = (
    select(
        Attachment.filename, Attachment.application_id, FileInspection.refusal, Submission, Person
    )
    .join(FileInspection, FileInspection.attachment_id == Attachment.id)
    .join(Submission, Submission.application_id == Attachment.application_id)
    .join(Application, Application.id == Attachment.application_id)
    .join(Person, Person.id == Application.person_id)
    .where(Attachment.id == bindparam("attachment_id"))
)
