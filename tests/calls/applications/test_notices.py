"""The letter about a file that was sent and does not open."""

import pytest
from sqlalchemy import select, update

from calls.applications import attachments, inspections, notices, submissions
from kit.errors import Message, NotFound
from kit.http.forms import Upload
from kit.mail import Mail
from kit.sentences import advised
from people.tables.persons import Person
from tests import make
from tests.calls import make as world
from tests.jobs import run_all

WHY = advised(
    Message("Il PDF è protetto da una password."),
    Message("Salvane una copia senza password e carica quella."),
)


@pytest.fixture
def sent(session, now):
    """A file that was sent before it was looked through, and whose it is."""
    actor = make.actor(session)
    application_id = world.draft(session, world.call(session), actor)
    upload = Upload("visura.pdf", "application/pdf", b"%PDF-1")
    file = attachments.add(session, actor, application_id, upload, now)
    return actor, file, submissions.submit(session, actor, application_id, now)


def letters(session, actor):
    of_files = Mail.kind == notices.FILE
    return session.scalars(select(Mail).where(Mail.to == actor.email, of_files)).all()


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("it", ("non si apre", "soccorso istruttorio, art. 6", "dopo l'apertura")),
        ("en", ("does not open", "art. 6", "after the opening")),
    ],
)
def test_its_author_reads_what_happened_why_and_what_follows(session, sent, locale, words):
    actor, file, submission = sent
    session.execute(update(Person).where(Person.id == actor.person_id).values(locale=locale))
    inspections.settle(session, file.id, WHY)
    run_all(session)
    (letter,) = letters(session, actor)
    assert submissions.protocol(submission) in letter.subject
    assert "«visura.pdf»" in letter.text or "“visura.pdf”" in letter.text
    for said in words:
        assert said in letter.text
    assert "carica" not in letter.text and "upload" not in letter.text, "nothing can be brought"
    notices.write(session, file.id)
    assert len(letters(session, actor)) == 1, "it is written once"


def test_nothing_is_written_about_a_file_that_opens(session, sent):
    actor, file, _ = sent
    inspections.settle(session, file.id, None)
    with pytest.raises(NotFound):
        notices.write(session, file.id)
    assert letters(session, actor) == []
