"""A draft whose deadline has passed: read everywhere, changed nowhere, nothing typed is lost."""

import re
import secrets
from datetime import timedelta
from time import monotonic

import pytest
from sqlalchemy import func, select

from calls.applications import attachments, drafts
from calls.pages import answers
from calls.tables.applications import ApplicationField, Attachment
from kit.audit import AuditEvent
from kit.http import gate
from kit.http.forms import Upload
from kit.shown import mark
from people.tables.persons import Person
from tests import make
from tests.calls import make as world
from tests.calls.browsing import changed
from tests.calls.examples import local
from tests.calls.pages.test_attachments import pdf

HTMX = {"HX-Request": "true"}
PAST = "la domanda non è stata inviata, e la bozza si può solo rileggere"
STAYS = "la bozza non si può più cambiare"


class Mine:
    """A draft of the signed-in person, its file, and what is kept of both."""

    def __init__(self, session, client, actor, id_):
        self.session, self.client, self.actor, self.id = session, client, actor, id_
        self.home = f"/applications/{id_}"
        self.file = drafts.own(session, actor, id_).attachments[0]

    def kept(self):
        self.session.expire_all()
        of_fields = select(ApplicationField.name, ApplicationField.value)
        return (
            sorted(tuple(row) for row in self.session.execute(of_fields)),
            list(self.session.scalars(select(Attachment.filename))),
            self.session.scalar(select(func.count()).select_from(AuditEvent)),
        )


@pytest.fixture
def late(session, client, sign_in, now):
    """A draft whose call took applications until a minute ago."""
    actor, early = make.actor(session), now - timedelta(hours=1)
    call = world.call(session, early, deadline_at=local(now - timedelta(minutes=1)))
    id_ = world.draft(session, call, actor, early, source_own="circa mille", idea_new="")
    upload = Upload("preventivo.pdf", "application/pdf", pdf())
    attachments.add(session, actor, id_, upload, early)
    session.commit()
    sign_in(client, session.get(Person, actor.person_id))
    return Mine(session, client, actor, id_)


SECTIONS = ("proponent", "requirements", "idea", "market", "investments", "funding", "economics")


@pytest.mark.parametrize(
    "page", ["", "/check", "/attachments", *(f"/sections/{s}" for s in SECTIONS)]
)
def test_no_page_of_a_draft_past_its_deadline_offers_to_change_it(client, late, page):
    text = client.get(late.home + page).text
    assert PAST in text
    assert f'action="{late.home}' not in text, "nothing to press"
    for word in ("Salva e continua", "Togli", "Carica il file", "hx-post"):
        assert word not in text.partition("<main")[2]


def test_what_was_written_can_be_read_on_its_page_as_it_was_typed(client, late):
    assert "circa mille" in client.get(f"{late.home}/sections/funding").text
    assert "Ruota libera" in client.get(f"{late.home}/sections/proponent").text
    assert "(niente)" in client.get(f"{late.home}/sections/idea").text
    assert "preventivo.pdf" in client.get(f"{late.home}/attachments").text


def test_what_was_written_can_be_taken_along_as_a_text(session, client, late):
    assert f'href="{late.home}/copy"' in client.get(late.home).text
    answer = client.get(f"{late.home}/copy")
    assert answer.headers["content-disposition"].startswith("attachment")
    for said in ("Ruota libera", "circa mille", "preventivo.pdf", "Soldi tuoi e dei soci"):
        assert said in answer.text
    draft = drafts.own(session, late.actor, late.id)
    assert answers.is_late(draft) and answers.said_of(draft).stage == "late"


def test_a_copy_is_its_authors_alone(session, client, late, sign_in):
    sign_in(client, make.person(session, "Curioso"))
    assert client.get(f"{late.home}/copy").status_code == 404


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_a_field_saved_after_the_deadline_is_refused_and_given_back(client, late, headers):
    before = late.kept()
    form = {"idea_what": "Scritto dopo <il> termine.", "shown-idea_what": ""}
    answer = client.post(f"{late.home}/sections/idea/idea_what", data=form, headers=headers)
    assert answer.status_code == 409
    assert STAYS in answer.text and "Scritto dopo &lt;il&gt; termine." in answer.text
    assert late.kept() == before


def test_a_page_saved_after_the_deadline_is_refused_and_given_back(client, late):
    before = late.kept()
    form = {"idea_what": "Dopo.", "idea_new": "Anche questo.", "investment-9-what": "Una riga"}
    answer = client.post(f"{late.home}/sections/idea", data=form)
    assert answer.status_code == 409
    assert STAYS in answer.text and "Anche questo." in answer.text and "Dopo." in answer.text
    assert PAST in answer.text and "<form" not in answer.text.partition("<main")[2]
    assert late.kept() == before


def test_a_row_begun_after_the_deadline_is_refused(client, late):
    before = late.kept()
    form = {"investment-8-what": "Un'altra spesa", "investment-8-amount": "100"}
    answer = client.post(f"{late.home}/sections/investments", data=form)
    assert answer.status_code == 409 and "Un&#39;altra spesa" in answer.text
    assert late.kept() == before


def test_the_button_pressed_after_the_deadline_with_nothing_changed_says_why(client, late):
    answer = client.post(f"{late.home}/sections/idea", data={})
    assert answer.status_code == 409 and STAYS in answer.text


def test_a_file_that_comes_after_the_deadline_is_named_and_not_kept(client, late):
    before = late.kept()
    answer = client.post(
        f"{late.home}/attachments",
        data={"key": secrets.token_urlsafe()},
        files={"file": ("tardi.pdf", pdf("Tardi"), "application/pdf")},
    )
    assert answer.status_code == 409
    assert "Questo file non è aggiunto: «tardi.pdf»." in answer.text
    assert late.kept() == before
    none = client.post(f"{late.home}/attachments", data={"key": secrets.token_urlsafe()})
    assert none.status_code == 409 and STAYS in none.text


def test_a_file_is_not_taken_out_after_the_deadline(client, late):
    before = late.kept()
    answer = client.post(f"{late.home}/attachments/{late.file.id}/remove")
    assert answer.status_code == 409
    assert "I suoi file restano dove sono." in answer.text
    assert late.kept() == before


@pytest.fixture
def waited(monkeypatch):
    """Every request was whole two minutes before it comes to its turn."""
    monkeypatch.setattr(gate, "monotonic", lambda: monotonic() - 120)


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_a_field_that_came_in_time_and_waited_past_the_deadline_is_saved(
    session, client, late, waited, headers
):
    saved = drafts.own(session, late.actor, late.id).values["idea_what"]
    form = {"idea_what": "In tempo.", "shown-idea_what": mark(saved)}
    path = f"{late.home}/sections/idea/idea_what"
    answer = client.post(path, data=form, headers=headers)
    assert answer.status_code == 200 and STAYS not in answer.text
    assert drafts.own(session, late.actor, late.id).values["idea_what"] == "In tempo."


def test_a_page_that_came_in_time_keeps_what_fits_and_gives_back_what_does_not(
    session, client, late, waited
):
    form = {"idea_new": "In tempo.", "idea_what": "x" * 20_001}
    saved = drafts.own(session, late.actor, late.id).values["idea_what"]
    answer = client.post(
        f"{late.home}/sections/idea", data={**form, "shown-idea_what": mark(saved)}
    )
    assert answer.status_code == 422 and "x" * 20_001 in answer.text
    values = drafts.own(session, late.actor, late.id).values
    assert values["idea_new"] == "In tempo." and values["idea_what"] == saved


def test_a_file_that_came_in_time_is_added_and_taken_out(session, client, late, waited):
    answer = client.post(
        f"{late.home}/attachments",
        data={"key": secrets.token_urlsafe()},
        files={"file": ("in-tempo.pdf", pdf("In tempo"), "application/pdf")},
    )
    assert answer.status_code == 200
    client.post(f"{late.home}/attachments/{late.file.id}/remove")
    names = [file.filename for file in drafts.own(session, late.actor, late.id).attachments]
    assert names == ["in-tempo.pdf"]


def test_an_application_may_be_written_until_the_deadline(session, client, sign_in, now):
    actor = make.actor(session)
    call = world.call(session, deadline_at=local(now + timedelta(minutes=1)))
    id_ = world.draft(session, call, actor)
    session.commit()
    sign_in(client, session.get(Person, actor.person_id))
    path = f"/applications/{id_}/sections/idea"
    form = changed(client.get(path).text, path, {"idea_what": "In tempo."})
    assert client.post(path, data=form, follow_redirects=False).status_code == 303
    assert drafts.own(session, actor, id_).values["idea_what"] == "In tempo."
    upload = Upload("in-tempo.pdf", "application/pdf", pdf())
    kept = attachments.add(session, actor, id_, upload, now)
    assert attachments.remove(session, actor, id_, kept.id, now) == kept


@pytest.mark.parametrize(
    "told",
    [
        ("municipality", "019036", "Cremona"),
        ("municipality", "elsewhere", "Fuori provincia"),
    ],
)
def test_what_a_device_keeps_of_a_choice_can_be_told_in_its_words(client, late, told):
    """A script that shows it reads them from the page (`drafts.js`)."""
    page = client.get(f"{late.home}/sections/proponent").text
    span = r'<span data-choice-of="([^"]*)" data-choice="([^"]*)" hidden>([^<]*)</span>'
    found = re.findall(span, page)
    assert told in found
    assert {name for name, _, _ in found} >= {"municipality", "firm_kind"}
    assert all(words and words != sent for _, sent, words in found)


def test_a_day_is_read_again_as_people_write_it(client, late):
    page = client.get(f"{late.home}/sections/proponent").text
    assert "03/05/1998" in page and "1998-05-03" not in page
