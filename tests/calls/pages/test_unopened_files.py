"""A file of an opened application that does not open: what office and commission see and get."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from calls.applications import attachments, drafts, inspections, submissions
from calls.commission import declarations
from calls.commission.declarations import Declared
from calls.commission.standings import ApplicationKey
from calls.envelopes import openings
from kit.errors import Message
from kit.http.forms import Upload
from kit.sentences import advised
from people.tables.persons import Person
from tests import make
from tests.calls import commissions
from tests.calls.examples import application_values

WHY = advised(
    Message("Il PDF è protetto da una password."), Message("Salvalo senza e carica quello.")
)


@pytest.fixture
def sent(session, now):
    """An opened application whose one file was sent before anybody had looked through it."""
    found = commissions.world(session, applications=0, evaluators=1, opened=False)
    early = found.content.deadline_at - timedelta(days=1)
    actor = make.actor(session)
    id_ = drafts.start(session, actor, found.call_id, early).id
    drafts.set_fields(session, actor, id_, application_values(), early)
    upload = Upload("visura.pdf", "application/pdf", b"%PDF-1")
    file = attachments.add(session, actor, id_, upload, early)
    submissions.submit(session, actor, id_, early)
    openings.open_envelopes(session, found.office, found.call_id, now)
    found.keys.append(ApplicationKey(found.call_id, id_))
    declarations.declare(session, found.evaluators[0], found.keys[0], Declared("none"), now)
    return found, file


def end(session, now, file, how):
    if how == "unknown":
        session.execute(text("delete from procrastinate_jobs"))
        inspections.give_up(session, now)
    elif how != "waiting":
        inspections.settle(session, file.id, WHY if how == "refused" else None)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("refused", "Questo file non si apre: Il PDF è protetto da una password."),
        ("waiting", "Stiamo ancora guardando se questo file si apre."),
        ("unknown", "aprilo con prudenza"),
        ("opens", ""),
    ],
)
def test_the_office_sees_on_its_desk_what_is_to_be_looked_at(
    session, client, sign_in, now, sent, how, words
):
    found, file = sent
    end(session, now, file, how)
    sign_in(client, session.get(Person, found.office.person_id))
    desk = client.get(f"/office/calls/{found.call_id}/evaluation").text
    assert ("Allegati da guardare" in desk) is bool(words)
    assert words in desk and "carica quello" not in desk
    assert ("visura.pdf" in desk and "art. 6 della legge 241/1990" in desk) is bool(words)


@pytest.mark.parametrize(
    ("how", "words", "status"),
    [
        ("refused", "Questo file non si apre: Il PDF è protetto", 409),
        ("waiting", "Stiamo ancora guardando", 409),
        ("unknown", "aprilo con prudenza", 200),
        ("opens", "", 200),
    ],
)
def test_the_commission_reads_it_and_is_not_given_what_does_not_open(
    session, client, sign_in, now, sent, how, words, status
):
    found, file = sent
    end(session, now, file, how)
    sign_in(client, session.get(Person, found.evaluators[0].person_id))
    here = f"/calls/{found.call_id}/evaluations/{found.keys[0].application_id}"
    page = client.get(here).text
    assert "visura.pdf" in page and words in page and "carica quello" not in page
    assert (f'href="{here}/attachments/1"' in page) is (status == 200)
    given = client.get(f"{here}/attachments/1")
    assert given.status_code == status
    assert given.content == b"%PDF-1" if status == 200 else words in given.text


def test_before_the_opening_the_office_is_told_of_no_file(session, client, sign_in, now):
    found = commissions.world(session, opened=False)
    sign_in(client, session.get(Person, found.office.person_id))
    assert (
        "Allegati da guardare" not in client.get(f"/office/calls/{found.call_id}/evaluation").text
    )
