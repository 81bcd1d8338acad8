"""What comes while the server is busy, a field or a mark, stays and goes again by itself."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Watched
from tests.browser.test_tabs_of_calls import (  # noqa: F401 - fixtures
    Draft,
    draft,
    mark,
    marks_of,
    sheet,
    tabs,
    typed,
)

pytestmark = pytest.mark.browser
SAVED = re.compile("^salvato")
BUSY = "Non salvato: in questo momento siamo in tanti. Riprovo tra poco."
ANSWER = '<div class="fl-alert-body">In questo momento siamo in tanti.</div>'


def busy_once(tab: Watched, path: str) -> list[str]:
    """The server is busy for the first sending to an address; gives what came."""
    came: list[str] = []

    def answer(route: Any) -> None:
        came.append(route.request.post_data or "")
        if len(came) > 1:
            route.continue_()
            return
        route.fulfill(
            status=503, headers={"Retry-After": "1"}, content_type="text/html", body=ANSWER
        )

    tab.page.route(f"**{path}", answer)
    return came


def test_a_field_of_an_application_goes_again_by_itself(tabs, draft: Draft, committed):  # noqa: F811
    (tab,) = tabs(draft.page, draft.person_id, width=360)
    came = busy_once(tab, f"{draft.page}/idea_what")
    typed(tab, "idea_what", "Scritto in un momento difficile.")
    line = tab.page.locator("[data-line]", has=tab.page.locator("#f-idea_what"))
    expect(line.locator("[data-saved]")).to_have_text(BUSY)
    expect(line.locator("[data-saved]")).to_have_text(SAVED)
    assert draft.values(committed)["idea_what"] == "Scritto in un momento difficile."
    assert len(came) == 2


def test_a_mark_of_a_sheet_goes_again_by_itself(tabs, committed, sheet):  # noqa: F811
    me, key, path = sheet
    (tab,) = tabs(path, me, width=360)
    came = busy_once(tab, f"{path}/marks/A")
    mark(tab, "A", "8").check(force=True)
    expect(tab.page.locator("#criterion-A [data-saved]")).to_have_text(BUSY)
    expect(tab.page.locator("#criterion-A [data-saved]")).to_have_text(SAVED)
    assert marks_of(committed, key)["A"] == ("8", "")
    assert len(came) == 2
