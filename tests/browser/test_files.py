"""The files of an application: long names on a small screen, one thing said of the chosen file."""

import pytest
from playwright.sync_api import expect

from kit import clock, db
from people import proofs, sign_ins
from tests import make as people
from tests.calls import make as calls
from tests.calls.pages.test_attachments import pdf

pytestmark = pytest.mark.browser

LONG = f"{'Curriculum_vitae_europeo_con_tutti_gli_allegati_' * 2}firmato.pdf"


@pytest.fixture
def attachments(site, committed, browse):
    """The page of a draft's files, before its author, on a screen of a width."""
    db.configure(committed.engine)

    def _attachments(width):
        with db.transaction() as session:
            actor = people.actor(session, people.person(session, "Sara Zanotti"))
            home = f"/applications/{calls.draft(session, calls.call(session), actor)}"
            token = sign_ins.open_session(
                session, actor.person_id, "test", clock.now(session), proofs.BY_PASSWORD_AND_CODE
            )
        watched = browse(width)
        cookie = {"name": "session", "value": token, "url": site.url}
        watched.page.context.add_cookies([cookie])
        watched.goto(f"{home}/attachments")
        return watched

    return _attachments


def choose(page, name, content):
    page.set_input_files(
        "#f-file", {"name": name, "mimeType": "application/pdf", "buffer": content}
    )


@pytest.mark.parametrize("width", [360, 1280])
def test_a_button_that_names_a_long_file_stays_in_its_card(attachments, width):
    hers = attachments(width)
    choose(hers.page, LONG, pdf())
    hers.follow(hers.page.get_by_role("button", name="Carica il file"))
    button = hers.page.get_by_role("button", name=f"Togli {LONG}")
    card = button.locator("xpath=ancestor::tr")
    inside, around = button.bounding_box(), card.bounding_box()
    assert inside["x"] >= around["x"]
    assert inside["x"] + inside["width"] <= around["x"] + around["width"]
    hers.check(f"a long name at {width}")
    hers.goto(hers.page.url.removeprefix(hers.base).replace("/attachments", "/check"))
    hers.check(f"the check of a file at {width}")


def test_of_the_file_that_is_chosen_now_one_thing_is_said(attachments):
    hers = attachments(360)
    page = hers.page
    choose(page, "foto.pdf", b"\xff\xd8\xff" + b"x" * 99)
    page.get_by_role("button", name="Carica il file").click()
    page.locator("#e-file").wait_for()
    expect(page.locator("#form-errors")).to_contain_text("fotografia")
    choose(page, "big.pdf", b"%PDF" + b"x" * (11 * 2**20))
    page.get_by_text("«big.pdf» pesa 11").wait_for()
    expect(page.get_by_text("Questa è una fotografia")).to_have_count(0)
    expect(page.locator("#form-errors")).to_have_count(0)
    assert page.get_attribute("#f-file", "aria-invalid") == "true"
    choose(page, "piccolo.pdf", pdf())
    assert page.get_attribute("#f-file", "aria-invalid") is None
    described = page.get_attribute("#f-file", "aria-describedby").split()
    assert all(page.locator(f"#{id_}").count() == 1 for id_ in described)
    hers.check("another file")
