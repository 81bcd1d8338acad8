"""A real Chromium before the served application, watching for what must never appear."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page
from sqlalchemy import create_engine, delete

from kit import db
from kit.assets.build import TEST_DIST
from people.tables.persons import Trial
from tests import browsers, make
from tests.conftest import Committed, database
from tests.served import Served, serving

RULES = ["EN-301-549", "best-practice", "wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
# A bar that stays at the edge of the screen lies over whatever stands behind it at the moment of
# the check, and one scroll brings that out: the bars are laid where they belong meanwhile.
LAID_DOWN = """() => { window.laid = [...document.querySelectorAll('body *')].filter(each =>
    ['sticky', 'fixed'].includes(getComputedStyle(each).position))
    window.laid.forEach(each => { each.style.position = 'static' }) }"""
STOOD_UP = "() => window.laid.forEach(each => { each.style.position = '' })"
# WCAG 2.4.11: what has the focus does not lie behind such a bar.
BEHIND = """() => {
  const stays = each => each && (['sticky', 'fixed'].includes(getComputedStyle(each).position)
    ? each : stays(each.parentElement))
  const controls = 'main :is(a[href], button, input, select, textarea)'
  const behind = [...document.querySelectorAll(controls)]
    .slice(0, 300).filter(each => {
      each.focus()
      if (document.activeElement !== each) return false
      const {x, y, width, height} = each.getBoundingClientRect()
      const bar = stays(document.elementFromPoint(x + width / 2, y + height / 2))
      return bar && !bar.contains(each)
    }).map(each => each.name || each.textContent.trim())
  document.activeElement.blur()
  scrollTo(0, 0)
  return behind
}"""
PASSWORD = "tre-cavalli-bianchi"


@dataclass
class Watched:
    """A page of the browser and everything it complained about."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)
    scripted: bool = True

    def goto(self, path: str) -> None:
        self.page.goto(self.base + path)

    def follow(self, place: Locator, key: str = "") -> None:
        """Press what leads to another page, with the mouse or a key, and be there."""
        with self.page.expect_navigation():
            place.press(key) if key else place.click()

    def check(self, name: str) -> None:
        """No complaint so far, no barrier on this page, nothing wider than the screen."""
        assert self.complaints == [], (name, self.complaints)
        if not self.scripted:
            return
        self.page.wait_for_load_state()
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert self.page.evaluate(wide) <= 0, f"{name} is wider than the screen"
        self.page.evaluate(LAID_DOWN)
        self.page.evaluate((TEST_DIST / "axe.min.js").read_text() + "; undefined")
        found = self.page.evaluate(
            "rules => axe.run(document, {runOnly: rules}).then(r => r.violations.map("
            "v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).join(', ')))",
            RULES,
        )
        assert found == [], (name, found)
        self.page.evaluate(STOOD_UP)
        behind = self.page.evaluate(BEHIND)
        assert behind == [], f"on {name} these get the focus behind a bar: {behind}"

    def sign_in(self, email: str, password: str = PASSWORD) -> None:
        self.goto("/sign-in")
        self.page.fill("[name=email]", email)
        self.page.fill("[name=password]", password)
        self.follow(self.page.locator("main form[action='/sign-in'] button[type=submit]"))
        assert self.page.url == self.base + "/"


@contextmanager
def site_of(committed: Committed, data: Path) -> Iterator[Served]:
    """The application with a worker, on this database."""
    db.configure(committed.engine)
    with serving(committed.app_url, committed.owner_url, data, workers=1) as found:
        found.start_worker()
        yield found
    db.configure(committed.engine)


# Starting costs more than most files here: they share one browser, one site and its database.
# Every test makes a world of its own in it.
@pytest.fixture(scope="package")
def committed(cluster, pristine) -> Iterator[Committed]:
    with database(cluster, pristine) as found:
        yield found


@pytest.fixture(scope="package")
def site(committed, tmp_path_factory) -> Iterator[Served]:
    with site_of(committed, tmp_path_factory.mktemp("site")) as found:
        yield found


@pytest.fixture
def trial(site, committed) -> Iterator[None]:
    """In this test a password is enough for every role; the database is shared, so only in it."""
    with committed.sessions() as session:
        make.trial(session)
        session.commit()
    yield
    owner = create_engine(committed.owner_url)
    with owner.begin() as connection:
        connection.execute(delete(Trial))
    owner.dispose()


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with browsers.started() as found:
        yield found


@pytest.fixture
def browse(chromium, site):
    """Open a fresh browser: `browse(width=360, scripted=False)`."""
    contexts: list[BrowserContext] = []

    def open_(width: int = 1280, *, scripted: bool = True) -> Watched:
        context = chromium.new_context(
            viewport={"width": width, "height": 780},
            locale="it-IT",
            java_script_enabled=scripted,
            accept_downloads=True,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        watched = Watched(page, site.url, scripted=scripted)
        page.on("console", lambda message: _hear(watched, message))
        page.on("pageerror", lambda error: watched.complaints.append(str(error)))
        return watched

    yield open_
    for context in contexts:
        context.close()


def _hear(watched: Watched, message) -> None:
    # A refused line is answered 409 or 422 on purpose; Chromium notes every such status.
    expected = "the server responded with a status of 4" in message.text
    if message.type in ("error", "warning") and not expected:
        watched.complaints.append(f"{message.type}: {message.text}")
