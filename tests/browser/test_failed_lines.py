"""Where the server cannot answer, a line keeps its fields and marks, and what was typed."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select, text, update

from kit import clock, db
from kit.http import templates
from market.tables.bookings import BookingLine
from market.tables.orders import GroupOrder, Offer
from people import proofs, sign_ins
from tests import make as people
from tests.browser.conftest import Watched
from tests.calls import commissions
from tests.calls import make as calls
from tests.market import make as market

pytestmark = pytest.mark.browser

HOLD = text("select 1 from household where id = :id for update")
SAVE = "Salva la prenotazione"
LINES = {
    "calls/applications/_field.html",
    "calls/score_sheets/sheet.html",
    "market/bookings/_line.html",
}
"""The templates of what sends itself: each has its page in the walk below."""
FRAGMENT = (503, 500, 429, 413, 409, 404, 403, 401, 400)
SAID = '<div class="fl-alert"><div class="fl-alert-body"><p>Siamo in tanti.</p></div></div>'
AT_THE_DOOR = (
    "<!doctype html><main><h1>FareLegami</h1><p>In questo momento siamo in tanti.</p></main>"
)
NAMES = (
    "() => [...document.querySelectorAll('main [name], main [id], main [data-line]')].map("
    "each => [each.tagName, each.id, each.name ?? '', each.type ?? ''].join(' '))"
)


@dataclass
class Booked:
    """A booking of one kilogram of apples, in the browser of its member."""

    watched: Watched
    household_id: int
    product_id: int

    @property
    def field(self) -> str:
        return f"#f-wanted-{self.product_id}"

    def state(self):
        return self.watched.page.locator(f"#line-{self.product_id} [data-saved]")

    def type(self, quantity: str) -> None:
        self.watched.page.fill(self.field, quantity)
        self.watched.page.press(self.field, "Tab")

    def lines(self):
        offers = select(Offer.id).where(Offer.product_id == self.product_id)
        return BookingLine.offer_id.in_(offers)

    def wanted(self) -> int | None:
        with db.transaction() as session:
            return session.scalar(select(BookingLine.wanted).where(self.lines()))

    @contextmanager
    def held(self) -> Iterator[None]:
        """Meanwhile somebody holds the household: whoever waits for it is told to come back."""
        with db.transaction() as session:
            session.execute(HOLD, {"id": self.household_id})
            yield

    def fail(self, quantity: str) -> None:
        with self.held():
            self.type(quantity)
            expect(self.state()).to_have_attribute("data-state", "failed")
            expect(self.state()).to_contain_text("siamo in tanti")

    def save(self) -> None:
        self.watched.follow(self.watched.page.get_by_role("button", name=SAVE))


@pytest.fixture
def enter(site, committed, browse):
    """Come in as a person at 360 px."""
    db.configure(committed.engine)

    def _enter(person_id: int, path: str) -> Watched:
        with db.transaction() as session:
            token = sign_ins.open_session(
                session, person_id, "test", clock.now(session), proofs.BY_PASSWORD_AND_CODE
            )
        watched = browse(360)
        watched.page.context.add_cookies([{"name": "session", "value": token, "url": site.url}])
        watched.page.on("dialog", lambda dialog: dialog.accept())
        watched.goto(path)
        return watched

    return _enter


@pytest.fixture
def booked(enter, committed) -> Booked:
    db.configure(committed.engine)
    with db.transaction() as session:
        at = market.world(session)
        apples = market.product(session, at, "Mele", step=500, category="Frutta")
        family = market.household(session, at)
        path = f"/group-orders/{market.opened(session, at)}/booking"
        member = market.member(session, family)
    found = Booked(enter(member.person_id, path), family.id, apples.id)
    found.type("1")
    expect(found.state()).to_have_attribute("data-state", "saved")
    found.watched.goto(path)
    return found


def test_what_was_typed_while_the_server_was_busy_is_saved_by_the_button(booked):
    booked.fail("2")
    assert booked.watched.page.locator(f"[name=shown-wanted-{booked.product_id}]").count() == 1
    booked.save()
    expect(booked.watched.page.get_by_text("La prenotazione è salvata")).to_be_visible()
    assert booked.wanted() == 2000


def test_what_somebody_saved_meanwhile_is_asked_about_and_not_undone(booked):
    booked.fail("2")
    with db.transaction() as session:
        session.execute(update(BookingLine).where(booked.lines()).values(wanted=0, at_most=0))
    booked.save()
    page = booked.watched.page
    expect(page.locator("#error-" + str(booked.product_id))).to_contain_text("Intanto")
    assert booked.wanted() == 0 and page.input_value(booked.field) == "2"


def test_nobody_is_told_to_try_again_once_the_hour_has_passed(booked):
    with db.transaction() as session:
        order = select(Offer.group_order_id).where(Offer.product_id == booked.product_id)
        past = {"closes_at": clock.now(session) - timedelta(minutes=1)}
        session.execute(update(GroupOrder).where(GroupOrder.id.in_(order)).values(past))
    booked.type("2")
    expect(booked.state()).to_have_attribute("data-state", "failed")
    expect(booked.state()).to_contain_text("Non salvato")
    expect(booked.state()).not_to_contain_text("riprova")
    assert booked.wanted() == 1000


def test_a_line_that_failed_takes_the_next_quantity(booked):
    booked.fail("3")
    booked.type("4")
    expect(booked.state()).to_have_attribute("data-state", "saved")
    assert booked.wanted() == 4000
    assert booked.watched.page.locator(booked.field).count() == 1


def test_a_line_that_failed_goes_again_by_itself(booked):
    booked.fail("2,5")
    expect(booked.state()).to_have_attribute("data-state", "saved", timeout=15_000)
    assert booked.wanted() == 2500


# --- Every line, every answer -----------------------------------------------------------------


def test_every_template_that_sends_itself_is_walked_below():
    folder = Path(templates.__file__).parents[2] / "templates"
    found = {
        str(file.relative_to(folder))
        for file in folder.rglob("*.html")
        if re.search(
            r"""hx-post(=|["']\s*:)""", re.sub(r"{#.*?#}", "", file.read_text(), flags=re.S)
        )
    }
    assert found == LINES


def a_booking(session) -> tuple[int, str]:
    at = market.world(session)
    market.product(session, at, "Mele", step=500, category="Frutta")
    family = market.household(session, at)
    path = f"/group-orders/{market.opened(session, at)}/booking"
    return market.member(session, family).person_id, path


def a_section(session) -> tuple[int, str]:
    call = calls.call(session)
    actor = people.actor(session, people.person(session, "Giulia Ferrari"))
    draft = calls.draft(session, call, actor, None)
    return actor.person_id, f"/applications/{draft}/sections/requirements"


def a_sheet(session) -> tuple[int, str]:
    found = commissions.world(session, applications=1)
    path = f"/calls/{found.call_id}/evaluations/{found.keys[0].application_id}"
    return found.evaluators[0].person_id, path


def fail_at(page: Page, index: int, status: int, body: str) -> None:
    """Change what stands in a line, and let its sending be answered like this."""

    def answer(route: Route) -> None:
        route.fulfill(status=status, body=body, content_type="text/html; charset=utf-8")

    source = page.locator("main [hx-post]").nth(index)
    line = source.locator("xpath=ancestor-or-self::*[@data-line]")
    page.route(
        "**/*", lambda route: answer(route) if route.request.method == "POST" else route.continue_()
    )
    source.evaluate(
        """source => {
          const inside = source.querySelectorAll('input, textarea, select')
          const fields = source.name ? [source] : [...inside]
          const field = fields.find(each => each.type !== 'hidden' && !each.checked) ?? fields[0]
          if (['checkbox', 'radio'].includes(field.type)) field.checked = !field.checked
          else if (field.tagName === 'SELECT')
            field.selectedIndex = field.options.length - 1 - field.selectedIndex
          else field.value = field.type === 'date' ? '2001-02-03' : field.value + '1'
          const changed = name => new Event(name, {bubbles: true})
          for (const name of ['input', 'change']) field.dispatchEvent(changed(name))
        }"""
    )
    expect(line.locator("[data-saved]")).to_have_attribute("data-state", "failed")
    expect(line.locator("[data-saved]")).to_contain_text("Non salvato")
    page.unroute("**/*")


@pytest.mark.parametrize("world", [a_booking, a_section, a_sheet])
def test_no_answer_of_an_error_takes_a_field_or_a_mark_away(enter, committed, world):
    db.configure(committed.engine)
    with db.transaction() as session:
        person_id, path = world(session)
    page = enter(person_id, path).page
    before = page.evaluate(NAMES)
    sources = page.locator("main [hx-post]").count()
    assert sources
    answers = [(status, SAID) for status in FRAGMENT]
    answers += [(503, AT_THE_DOOR), (502, ""), (200, AT_THE_DOOR)]
    for index, (status, body) in enumerate(answers):
        fail_at(page, index % sources, status, body)
        assert page.evaluate(NAMES) == before, (status, body)


def test_the_button_waits_for_the_line_as_the_row_does(booked):
    page = booked.watched.page
    page.context.set_offline(True)
    page.get_by_role("button", name=SAVE).click()
    expect(booked.state()).to_have_text("Manca la linea, ma qui non c'è niente da salvare.")
    page.fill(booked.field, "7")
    page.get_by_role("button", name=SAVE).click()
    expect(booked.state()).to_contain_text("manca la linea. Riprovo appena torna.")
    assert page.url.startswith(booked.watched.base) and page.input_value(booked.field) == "7"
    page.context.set_offline(False)
    expect(booked.state()).to_have_attribute("data-state", "saved")
    assert booked.wanted() == 7000
