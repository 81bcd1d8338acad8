"""The receipt and the printed call: what they say, in both archival standards."""

import pytest

from calls.applications import attachments, inspections, submissions
from calls.papers import call_text, ranking, receipt
from calls.rankings import rankings
from kit import seals, witness
from kit.errors import Message
from kit.http import templates
from kit.http.forms import Upload
from kit.words.text import locale
from tests import make
from tests.calls import commissions
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
    assert "Inviatacon" in flat and "passwordecodice" in flat
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
    from people.tables.persons import Person

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


def carries(html, held):
    return f">{held.line}</span>" in html and "il comando «litestar verify-audit»" in html


def test_call_receipt_and_ranking_carry_the_head_of_the_audit_chain_in_words(session, now):
    call, actor = world.call(session), make.actor(session)
    application_id = world.draft(session, call, actor)
    submission = submissions.submit(session, actor, application_id, now)
    found = commissions.world(session)
    commissions.send_all(session, found)
    commissions.try_ranking(session, found)
    ranked = rankings.publish(session, found.office, found.call_id, found.office.now)
    seals.seal(session)
    held = witness.head(session)
    assert held is not None
    printed = [
        call_text(session, call.version_id),
        receipt(session, submission.id),
        ranking(session, ranked.id),
    ]
    for each in printed:
        assert carries(templates.render(each.template, **each.context), held), each.template


def test_the_line_on_paper_is_read_as_it_stands_there(session):
    call = world.call(session)
    seals.seal(session)
    pdf = call_text(session, call.version_id).draw()
    check_both_standards(pdf)
    behind = words(pdf).split("Riga di controllo del registro delle azioni")[1]
    assert witness.read(behind.split("FareLegami")[0]) == witness.head(session)
