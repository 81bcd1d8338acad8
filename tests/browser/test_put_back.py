"""What a device kept is put back over what its page showed: nothing saved later is undone."""

import json

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from calls.tables.texts import Call
from calls.texts import drafts
from kit import clock, db
from tests.browser.conftest import Watched
from tests.browser.test_tabs_of_calls import (  # noqa: F401 - fixtures
    ASKED,
    Draft,
    clash,
    draft,
    mark,
    marks_of,
    saved,
    sheet,
    tabs,
    typed,
)
from tests.calls import make
from tests.calls.examples import call_values
from tests.waiting import until

pytestmark = pytest.mark.browser
STORE = "localStorage['farelegami-kept'] || ''"
UNSENT = "window.addEventListener('online', e => e.stopImmediatePropagation(), true)"
ON_THE_PHONE = "Scritto sul telefono, senza linea."
ON_THE_COMPUTER = "Scritto dopo, al computer."


def keep_offline(tab: Watched, name: str) -> None:
    """Wait until the device keeps what was typed into a field; it is never sent from there."""
    until(lambda: name in tab.page.evaluate(STORE), "the device to keep it")
    tab.page.evaluate(UNSENT)


def come_back(tab: Watched, path: str) -> None:
    """The phone is laid away with its page, has a line again, and opens it once more."""
    context = tab.page.context
    tab.page.close()
    tab.page = context.new_page()
    tab.page.on("dialog", lambda dialog: dialog.accept())
    context.set_offline(False)
    tab.complaints.clear()  # of the missing line
    tab.goto(path)


def put_back(tab: Watched) -> None:
    offer = tab.page.get_by_role("group", name="Scritto su questo dispositivo")
    offer.get_by_role("button", name="Rimetti").click()


def without_bases(tab: Watched) -> None:
    """The device holds what it kept before it kept marks too."""
    found = json.loads(tab.page.evaluate(STORE))
    things = {key: thing for key, thing in found["things"].items() if not key.startswith("base ")}
    assert len(things) < len(found["things"])
    kept = json.dumps({**found, "things": things})
    tab.page.evaluate("kept => localStorage.setItem('farelegami-kept', kept)", kept)


@pytest.mark.parametrize("old_store", [False, True])
def test_an_answer_of_the_phone_asks_about_the_later_one(
    tabs,  # noqa: F811
    draft: Draft,  # noqa: F811
    committed,
    old_store,
):
    (phone,) = tabs(draft.page, draft.person_id, width=360)
    phone.page.context.set_offline(True)
    typed(phone, "idea_what", ON_THE_PHONE)
    keep_offline(phone, "idea_what")
    (computer,) = tabs(draft.page, draft.person_id)
    typed(computer, "idea_what", ON_THE_COMPUTER)
    saved(computer, "idea_what")
    if old_store:
        without_bases(phone)
    come_back(phone, draft.page)
    put_back(phone)
    clash(phone, "idea_what", ON_THE_COMPUTER, ON_THE_PHONE)
    assert draft.values(committed)["idea_what"] == ON_THE_COMPUTER
    phone.check("put back, and asked about")
    phone.page.get_by_role("button", name="Tieni quello che hai scritto").click()
    saved(phone, "idea_what")
    assert draft.values(committed)["idea_what"] == ON_THE_PHONE


def test_an_answer_of_the_phone_is_put_back_where_nothing_was_saved_later(
    tabs,  # noqa: F811
    draft: Draft,  # noqa: F811
    committed,
):
    (phone,) = tabs(draft.page, draft.person_id, width=360)
    phone.page.context.set_offline(True)
    typed(phone, "idea_what", ON_THE_PHONE)
    keep_offline(phone, "idea_what")
    come_back(phone, draft.page)
    put_back(phone)
    saved(phone, "idea_what")
    assert draft.values(committed)["idea_what"] == ON_THE_PHONE


def test_a_mark_of_the_phone_asks_about_the_later_one(tabs, committed, sheet):  # noqa: F811
    me, key, path = sheet
    (phone,) = tabs(path, me, width=360)
    phone.page.context.set_offline(True)
    mark(phone, "A", "10").check(force=True)
    keep_offline(phone, "mark-A")
    (computer,) = tabs(path, me)
    mark(computer, "A", "4").check(force=True)
    typed(computer, "motivation-A", "Idea già vista.")
    until(lambda: marks_of(committed, key).get("A") == ("4", "Idea già vista."), "both saved")
    come_back(phone, path)
    put_back(phone)
    beside = phone.page.locator("#k-mark-A")
    expect(beside).to_contain_text(ASKED)
    expect(beside.locator("blockquote")).to_have_text("4")
    assert marks_of(committed, key)["A"] == ("4", "Idea già vista.")
    phone.check("a mark put back, and asked about")
    beside.get_by_role("button", name="Tieni quello che hai scritto").click()
    expect(beside.locator("blockquote")).to_have_count(0)
    until(lambda: marks_of(committed, key)["A"] == ("10", "Idea già vista."), "it to be saved")


def test_what_was_sent_on_leaving_meets_what_was_saved_later(
    tabs,  # noqa: F811
    draft: Draft,  # noqa: F811
    committed,
):
    (phone,) = tabs(draft.page, draft.person_id, width=360)
    phone.page.on("dialog", lambda dialog: dialog.accept())
    phone.page.route(f"**{draft.page}/idea_what", lambda route: route.abort())
    typed(phone, "idea_what", ON_THE_PHONE)
    until(lambda: "idea_what" in phone.page.evaluate(STORE), "the device to keep it")
    (computer,) = tabs(draft.page, draft.person_id)
    typed(computer, "idea_what", ON_THE_COMPUTER)
    saved(computer, "idea_what")
    phone.page.unroute_all()
    phone.page.reload()  # sends it on the way, and once more by itself
    clash(phone, "idea_what", ON_THE_COMPUTER, ON_THE_PHONE)
    assert draft.values(committed)["idea_what"] == ON_THE_COMPUTER


def test_a_draft_of_a_call_put_back_asks_about_what_a_colleague_saved(tabs, committed):  # noqa: F811
    db.configure(committed.engine)
    with db.transaction() as session:
        now = clock.now(session)
        one, two = make.office(session), make.office(session)
        call_id = drafts.start(session, one, call_values(now), now).id
    path = f"/office/calls/{call_id}/edit"
    (phone,) = tabs(path, one.person_id, width=360)
    phone.page.fill("#f-section-aims", "Le finalità della prima, mai inviate.")
    keep_offline(phone, "section-aims")
    (computer,) = tabs(path, two.person_id)
    computer.page.fill("#f-section-aims", "Le finalità della seconda.")
    computer.follow(computer.page.get_by_role("button", name="Salva la bozza"))
    come_back(phone, path)
    put_back(phone)
    phone.follow(phone.page.get_by_role("button", name="Salva la bozza"))
    clash(
        phone,
        "section-aims",
        "Le finalità della seconda.",
        "Le finalità della prima, mai inviate.",
    )
    phone.check("a draft put back, and asked about")
    with committed.sessions() as session:
        call = session.scalars(select(Call).where(Call.id == call_id)).one()
        kept = drafts.draft_values(call)
    assert kept["section-aims"] == "Le finalità della seconda."


def test_who_leaves_a_draft_without_saving_is_neither_asked_nor_offered_it(tabs, committed):  # noqa: F811
    db.configure(committed.engine)
    with db.transaction() as session:
        one = make.office(session)
    (tab,) = tabs("/office/calls/new", one.person_id, width=360)
    asked: list[str] = []
    tab.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    tab.page.fill("#f-title", "Da lasciare")
    keep_offline(tab, "title")
    tab.follow(tab.page.get_by_role("link", name="Lascia senza salvare"))
    assert asked == []
    tab.goto("/office/calls/new")
    expect(tab.page.locator("#f-title")).to_have_value("")
    expect(tab.page.get_by_role("group", name="Scritto su questo dispositivo")).to_have_count(0)


def test_the_summary_of_errors_goes_with_what_it_named(tabs, draft: Draft):  # noqa: F811
    path = f"/applications/{draft.id}/sections/investments"
    (tab,) = tabs(path, draft.person_id, width=360)
    before = tab.page.locator("#f-investment-1-amount").input_value()
    for typed_ in ("trentamila", "1e5"):
        typed(tab, "investment-1-amount", typed_)
        line = tab.page.locator("[data-line]", has=tab.page.locator("#f-investment-1-amount"))
        expect(line.locator("[data-wrong]")).to_contain_text("Scrivi un importo")
        expect(line.locator("[data-saved]")).to_have_attribute("data-state", "wrong")
    tab.follow(tab.page.get_by_role("button", name="Salva e continua"))
    summary = tab.page.locator("#form-errors")
    expect(summary).to_contain_text("C'è 1 cosa da sistemare.")
    typed(tab, "investment-1-amount", before)
    expect(summary).to_have_count(0)
