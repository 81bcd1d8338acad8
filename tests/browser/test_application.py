"""The applicant's story in Chromium: from the call to the receipt, and where it can break."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from calls.applications import drafts
from kit import clock, db
from people import proofs, sign_ins
from tests import make
from tests.calls import make as world
from tests.calls.examples import application_values
from tests.served import Served

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("_committed_bound")]

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "EN-301-549"]
PAGES = ("proponent", "requirements", "idea", "market", "investments", "funding", "economics")


@dataclass
class Applicant:
    """A signed-in person in a browser; `said` is what the console said."""

    page: Page
    site: Served
    said: list[str]
    actor: Any
    call_id: int

    def check(self) -> None:
        """Nothing wider than the screen, nothing for axe to find."""
        page = self.page
        assert page.viewport_size is not None
        width = page.viewport_size["width"]
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
        if page.evaluate("typeof axe") == "undefined":
            page.evaluate(AXE.read_text())
        found = page.evaluate(f"axe.run(document, {{runOnly: {RULES}}})")
        assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == [], page.url


@pytest.fixture
def applicant(site, chromium, request) -> Iterator[Applicant]:
    width, javascript = request.param
    with db.transaction() as session:
        call = world.call(session)
        person = make.person(session, "Giulia Ferrari")
        actor = make.actor(session, person)
        token = sign_ins.open_session(
            session, person.id, "browser", clock.now(session), proofs.BY_PASSWORD_AND_CODE
        )
    context = chromium.new_context(
        viewport={"width": width, "height": 740}, java_script_enabled=javascript, locale="it-IT"
    )
    context.add_cookies([{"name": "session", "value": token, "url": site.url}])
    page, said = context.new_page(), []
    page.set_default_timeout(15_000)
    expect.set_options(timeout=15_000)
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    yield Applicant(page, site, said, actor, call.call_id)
    context.close()
    assert said == []


def write(page: Page, name: str, value: str) -> None:
    """Answer one field the way its control wants it."""
    field = page.locator(f"#f-{name}")
    kind = field.evaluate("e => e.tagName + ':' + e.type") if field.count() else ""
    if kind.startswith("SELECT"):
        field.select_option(value)
    elif kind.endswith("checkbox"):
        field.check()
    else:
        field.fill(value)


def answer(page: Page, names: list[str]) -> None:
    values = application_values()
    for name in names:
        if name in values:
            write(page, name, values[name])


def names_on(page: Page) -> list[str]:
    every = page.locator("main [name]").all()
    names = [field.get_attribute("name") for field in every]
    return [name for name in dict.fromkeys(names) if name in application_values()]


@pytest.mark.parametrize("applicant", [(360, True), (1280, False)], indirect=True)
def test_an_applicant_walks_from_the_call_to_the_receipt(applicant: Applicant) -> None:
    page = applicant.page
    assert page.viewport_size is not None
    scripted = page.viewport_size["width"] == 360
    page.goto(f"{applicant.site.url}/calls/{applicant.call_id}")
    if scripted:
        applicant.check()
    with page.expect_navigation():
        page.get_by_role("button", name="Prepara la domanda").click()
    home = page.url
    if scripted:
        applicant.check()
    for code in PAGES:
        page.goto(f"{home}/sections/{code}")
        answer(page, names_on(page))
        if scripted:
            applicant.check()
        with page.expect_navigation(url=re.compile(rf"/(?!{code}$)[^/]+$")):
            page.get_by_role("button", name="Salva e continua").click()
    if scripted:
        applicant.check()
    page.goto(f"{home}/check")
    expect(page.get_by_text("La domanda è completa")).to_be_visible()
    if scripted:
        applicant.check()
    with page.expect_navigation():
        page.get_by_role("button", name="Invia la domanda").click()
    expect(page.get_by_role("heading", name="La tua domanda è arrivata")).to_be_visible()
    expect(page.get_by_text("Numero di protocollo")).to_be_visible()
    if scripted:
        applicant.check()


@pytest.mark.parametrize("applicant", [(1280, True)], indirect=True)
def test_each_field_saves_itself_and_a_reload_finds_it(applicant: Applicant) -> None:
    page = applicant.page
    page.goto(f"{applicant.site.url}/calls/{applicant.call_id}")
    with page.expect_navigation():
        page.get_by_role("button", name="Prepara la domanda").click()
    home = page.url
    page.goto(f"{home}/sections/investments")
    write(page, "investment-1-what", "Torni")
    write(page, "investment-1-category", "machines")
    write(page, "investment-1-amount", "9.000")
    page.keyboard.press("Tab")
    expect(page.locator("#results")).to_contain_text("5.400,00")
    expect(page.locator("#bar-total")).to_contain_text("5.400,00")
    saved = page.locator("[data-line]", has=page.locator("#f-investment-1-amount"))
    expect(saved.locator("[data-saved]")).to_contain_text("salvato")
    page.reload()
    expect(page.locator("#f-investment-1-amount")).to_have_value("9.000")
    with db.transaction() as session:
        application_id = int(home.rsplit("/", 1)[1])
        values = drafts.own(session, applicant.actor, application_id).values
    assert values["investment-1-what"] == "Torni"


@pytest.mark.parametrize("applicant", [(1280, True)], indirect=True)
def test_a_lost_connection_is_said_and_what_was_typed_is_sent_again(applicant: Applicant) -> None:
    page = applicant.page
    page.goto(f"{applicant.site.url}/calls/{applicant.call_id}")
    with page.expect_navigation():
        page.get_by_role("button", name="Prepara la domanda").click()
    page.goto(f"{page.url}/sections/idea")
    page.context.set_offline(True)
    write(page, "idea_what", "Una ciclofficina")
    page.keyboard.press("Tab")
    line = page.locator("[data-line]", has=page.locator("#f-idea_what")).locator("[data-saved]")
    expect(line).to_contain_text("Non salvato")
    page.context.set_offline(False)
    expect(line).to_contain_text("salvato")
    page.reload()
    expect(page.locator("#f-idea_what")).to_have_value("Una ciclofficina")
    applicant.said.clear()  # the browser itself reports the requests it could not send
