"""The receipt and the printed call: what they say, in both archival standards."""

import pytest

from calls.applications import attachments, inspections, submissions
from calls.papers import call_text, receipt
from kit.errors import Message
from kit.http.forms import Upload
from kit.words.text import locale
from tests import make
from tests.calls import make as world
from tests.calls.examples import local
from tests.kit.pdf_checks import check_both_standards, embedded, words


def test_the_receipt_names_number_instants_version_and_every_hash(session, now):
    call, actor = world.call(session), make.actor(session)
    application_id = world.draft(session, call, actor)
    submission = submissions.submit(session, actor, application_id, now)
    drawn = receipt(session, submission.id)
    pdf = drawn.draw()
    assert pdf == drawn.draw()
    check_both_standards(pdf)
    said = words(pdf)
    flat = "".join(said.split())
    assert submissions.protocol(submission) in said
    assert local(submission.received_at)[-8:] in said
    assert submission.received_at.strftime("%Y-%m-%d %H:%M:%S.%f UTC") in said
    assert submission.sha256 in flat
    assert submissions.fingerprint(submission) in flat
    assert call.sha256 in flat
    assert "Ruota libera" in said
    assert "Responsabiledelprocedimento:" in flat
    assert embedded(pdf) == {"domanda.json": submission.content}


def test_the_receipt_goes_on_saying_which_files_had_not_been_looked_through(session, now):
    """Whatever is found out later: it is drawn in the end, and says how the files stood."""
    actor = make.actor(session)
    application_id = world.draft(session, world.call(session), actor)
    added = [
        attachments.add(session, actor, application_id, Upload(f"{n!r}.pdf", "", b"%PDF-" + n), now)
        for n in (b"1", b"2")
    ]
    inspections.settle(session, added[0].id, None, now)
    submission = submissions.submit(session, actor, application_id, now)
    said = words(receipt(session, submission.id).draw())
    inspections.settle(session, added[1].id, Message("Non si apre."))
    later = words(receipt(session, submission.id).draw())
    assert said == later
    assert " ".join(said.split()).count("stavamo ancora guardando se questo file si apre") == 1


def test_the_printed_call_carries_its_grid_and_the_content_that_was_hashed(session):
    from kit.canonical import sha256

    call = world.call(session)
    pdf = call_text(session, call.version_id).draw()
    check_both_standards(pdf)
    said = words(pdf)
    for text in ("Finalità e risorse", "Idea e novità", "Eccellente", "sorteggio pubblico"):
        assert text in said
    assert sha256(embedded(pdf)["bando.json"]) == call.sha256


def test_the_receipt_speaks_the_language_of_its_reader(session, now):
    from people.tables import Person

    call = world.call(session)
    actor = make.actor(session, make.person(session, locale="en"))
    application_id = world.draft(session, call, actor)
    submission = submissions.submit(session, actor, application_id, now)
    assert session.get(Person, actor.person_id).locale == "en"
    drawn = receipt(session, submission.id)
    assert "Protocol number" in words(drawn.draw())
    assert locale.get() == "it"


@pytest.mark.parametrize("name", ["A" + "\u0301" * 40, "😀 <b>Ditta</b> {{7*7}}"])
def test_odd_letters_neither_stop_the_receipt_nor_break_its_standards(session, now, name):
    call, actor = world.call(session), make.actor(session)
    application_id = world.draft(session, call, actor, firm_name=name, idea_what=name * 20)
    submission = submissions.submit(session, actor, application_id, now)
    drawn = receipt(session, submission.id)
    pdf = drawn.draw()
    check_both_standards(pdf)
    assert embedded(pdf) == {"domanda.json": submission.content}
