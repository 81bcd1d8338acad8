"""The text of a published call: whole on a wide screen and on paper, by chapters on a phone."""

import pytest
from playwright.sync_api import expect

from kit import clock, db
from tests.calls import make

pytestmark = pytest.mark.browser
FIRST, LAST = "#aims", "#ranking"


@pytest.fixture
def address(site, committed) -> str:
    db.configure(committed.engine)
    with db.transaction() as session:
        return f"/calls/{make.call(session, clock.now(session)).call_id}"


def body(tab, chapter: str):
    return tab.page.locator(f"{chapter} > .fl-chapter-body")


def test_a_phone_shows_the_chapters_folded_and_the_table_of_contents_opens_the_one_it_leads_to(
    browse, address
):
    tab = browse(width=360)
    tab.goto(address)
    expect(tab.page.locator("details[data-chapter]")).to_have_count(11)
    expect(tab.page.locator("details[data-chapter][open]")).to_have_count(0)
    tab.check("a call with its chapters folded")
    expect(tab.page.locator(".fl-contents")).to_be_hidden()  # the folded titles are a list
    tab.page.evaluate(f"location.hash = '{LAST}'")
    expect(body(tab, LAST)).to_be_visible()
    expect(tab.page.locator(LAST)).to_be_in_viewport()
    expect(tab.page.locator("details[data-chapter][open]")).to_have_count(1)
    tab.check("a call with one chapter open")
    tab.page.locator(f"{LAST} > summary").press("Enter")
    expect(body(tab, LAST)).to_be_hidden()
    tab.page.set_viewport_size({"width": 1280, "height": 800})
    expect(body(tab, FIRST)).to_be_visible()
    expect(tab.page.locator(".fl-contents")).to_be_visible()


def test_an_address_with_a_chapter_opens_it_on_a_phone(browse, address):
    tab = browse(width=360)
    tab.goto(f"{address}{LAST}")
    expect(body(tab, LAST)).to_be_visible()
    expect(tab.page.locator(LAST)).to_be_in_viewport()
    expect(body(tab, FIRST)).to_be_hidden()
    tab.page.evaluate("location.hash = 'aims'")
    expect(body(tab, FIRST)).to_be_visible()


def test_paper_has_all_chapters_whatever_is_folded(browse, address):
    tab = browse(width=360)
    tab.goto(address)
    expect(body(tab, FIRST)).to_be_hidden()
    folded = "main details:not([open])"
    tab.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(tab.page.locator(folded)).to_have_count(0)
    tab.page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(tab.page.locator("details[data-chapter][open]")).to_have_count(0)


def test_a_wide_screen_has_all_chapters_open_and_so_has_a_phone_turned_wide(browse, address):
    tab = browse(width=1280)
    tab.goto(address)
    expect(tab.page.locator("details[data-chapter]:not([open])")).to_have_count(0)
    tab.check("a call on a wide screen")
    small = browse(width=360)
    small.goto(address)
    expect(body(small, FIRST)).to_be_hidden()
    small.page.set_viewport_size({"width": 820, "height": 360})
    expect(small.page.locator("details[data-chapter]:not([open])")).to_have_count(0)


def test_without_scripts_a_phone_reads_everything_and_folds_by_hand(browse, address):
    tab = browse(width=360, scripted=False)
    tab.goto(f"{address}{LAST}")
    expect(tab.page.locator("details[data-chapter]:not([open])")).to_have_count(0)
    tab.page.locator(f"{FIRST} > summary").click()
    expect(body(tab, FIRST)).to_be_hidden()
