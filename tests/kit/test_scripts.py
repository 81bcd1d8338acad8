"""The scripts of the pages in a real Chromium, under the strict content policy."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from playwright.sync_api import Browser, Page, expect

from kit import assets
from kit.assets.build import TEST_DIST, build
from kit.http import summaries, templates
from tests.kit.globals import told
from tests.waiting import until

pytestmark = pytest.mark.browser

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
RULES = ["EN-301-549", "best-practice", "wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
LINE = """{% extends "layout.html" %}{% import "lines.html" as lines %}
{% import "forms.html" as forms %}{% block content %}<h1>Righe</h1>
{{ forms.open("/all") }}
<div class="fl-line" data-line>
{{ lines.stepper("wanted-1", "Ne vuoi", "1", attrs={"hx-post": "/line",
   "hx-trigger": "change delay:50ms", "hx-target": "#said", "hx-include": "closest [data-line]"}) }}
{{ lines.saved() }}<div id="said"></div></div>
<input type="hidden" name="shown-wanted-1" value="alt">
{{ forms.area(none, "note", "Nota", required=false, limit=200) }}
{{ forms.file(none, "file", "File", required=false, largest_mb=1) }}
{{ forms.submit("Salva") }}{{ forms.close() }}{% endblock %}"""


READ = """{% extends "layout.html" %}{% block content %}<h1>Si legge</h1>
<div data-kept-of="/read"><span data-field="kind" hidden>Che forma ha</span>
<span data-field="day" hidden>Da quando</span>
<span data-choice-of="kind" data-choice="firm" hidden>un'impresa che c'è già</span></div>
{% endblock %}"""
DAY = """{% extends "layout.html" %}{% import "forms.html" as forms %}{% block content %}
<h1>Ore</h1>{{ forms.open("/day") }}{{ forms.text(none, "delivery_day", "Giorno", type="date") }}
{{ forms.text(none, "closes_at", "Si chiude", type="datetime-local") }}
{{ forms.submit("Salva") }}{{ forms.close() }}{% endblock %}"""
HOUR = """{% extends "layout.html" %}{% block content %}<h1>Fino a un'ora</h1>
<p id="said"><span data-stage>{{ parts.state("aperto", "good") }}</span>
<span data-countdown="1001" data-now="1000">(tra 1 secondo)</span></p>
<p id="past"><span data-countdown="999" data-now="1000">(scaduto)</span></p>
<p id="offer" data-until="1001" data-now="1000">Fai domanda</p>
<p id="after" data-from="1001" data-now="1000" hidden>Rileggi</p>
<a id="turns" href="/x" data-until="1001" data-now="1000" data-then="Rileggi la bozza">Invia</a>
<p id="later" data-until="9001" data-now="1000">Fai un'altra domanda</p>
<div class="fl-tile" id="other"><span data-stage>{{ parts.state("aperto", "good") }}</span>
<span data-countdown="9001" data-now="1000">(tra 2 ore)</span></div>
<div class="fl-tile" id="coming"><span data-stage>{{ parts.state("non ancora", "wait") }}</span>
<span data-countdown="1001" data-now="1000" data-opens>(tra 1 secondo)</span></div>{% endblock %}"""
PAGES = {"/read": READ, "/day": DAY, "/hour": HOUR}


class Site(BaseHTTPRequestHandler):
    """Serves two pages and the assets; `answer` is what a line is told."""

    answer: ClassVar[tuple[int, str]] = (200, "preso")
    resume: ClassVar[str] = "sign-in"
    received: ClassVar[list[tuple[str, str, str]]] = []

    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent."""

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        if path.startswith("/static/"):
            file = assets.FOLDER / Path(path).name
            self.reply(200, file.read_bytes(), KINDS.get(file.suffix, "font/woff2"))
            return
        env = templates.environment()
        page = (
            env.get_template("styleguide.html")
            if path == "/look"
            else env.from_string(PAGES.get(path, LINE))
        )
        values = {"actor": None, "notice": None, "path": path, "now": None}
        request = SimpleNamespace(query_params={"accent": self.path.partition("=")[2]})
        who = templates.current.set({"actor": SimpleNamespace(name="Anna", person_id=7)})
        self.reply(200, summaries.fill(page.render(**values, request=request)).encode())
        templates.current.reset(who)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        self.received.append((self.path, body, self.headers.get("X-CSRF-Token", "-")))
        self.reply(type(self).answer[0], type(self).answer[1].encode())

    def reply(self, status: int, body: bytes, kind: str = "text/html; charset=utf-8") -> None:
        self.send_response(status)
        if status == 401:
            self.send_header("X-Resume", self.resume)
        for name, value in (
            ("Content-Type", kind),
            ("Content-Length", str(len(body))),
            ("Content-Security-Policy", POLICY),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    build()
    with told((("Ordina", "/order", "page"), ("Bandi", "/calls", ""))):
        server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Any]:
    """Open a page; at the end nothing may have been said in the console."""
    said: list[str] = []
    contexts = []

    def opened(url: str, width: int = 1280, javascript: bool = True) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 800}, java_script_enabled=javascript
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(4000)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(url)
        return page

    yield opened
    for context in contexts:
        context.close()
    expected = ("Failed to load resource", "Failed to fetch")
    assert [text for text in said if not any(part in text for part in expected)] == []


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("accent", ["market", "calls", "community"])
def test_no_piece_of_the_look_has_a_barrier(
    site: str, open_page: Any, width: int, accent: str
) -> None:
    page = open_page(f"{site}/look?accent={accent}", width)
    page.evaluate((TEST_DIST / "axe.min.js").read_text())
    found = page.evaluate(f"axe.run(document, {{runOnly: {json.dumps(RULES)}}})")
    assert [(item["id"], item["nodes"][0]["html"]) for item in found["violations"]] == []


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_no_page_is_wider_than_the_screen(site: str, open_page: Any, width: int) -> None:
    page = open_page(f"{site}/look", width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [320, 360])
def test_a_long_label_stays_whole_within_its_place(site: str, open_page: Any, width: int) -> None:
    page = open_page(f"{site}/look", width)
    cut = page.evaluate(
        """[...document.querySelectorAll(".fl-state")].map((label) => {
            label.textContent = "manca il listino: prenota e ordina per tutti chi coordina"
            const [own, place] = [label, label.parentElement].map((e) => e.getBoundingClientRect())
            return own.right > place.right + 1 || own.left < place.left - 1
        })"""
    )
    assert cut and not any(cut)


def test_targets_are_large_enough_for_a_thumb(site: str, open_page: Any) -> None:
    page = open_page(f"{site}/look", 360)
    small = page.evaluate(
        """[...document.querySelectorAll(
            "button, .btn, input, select, summary, header a, footer a")]
        .filter((e) => e.offsetParent && !["radio", "checkbox", "hidden"].includes(e.type))
        .map((e) => [e.outerHTML.slice(0, 80), e.getBoundingClientRect().height])
        .filter(([, height]) => height < 44)"""
    )
    assert small == []


def test_a_press_changes_the_quantity_by_its_step(site: str, open_page: Any) -> None:
    page = open_page(f"{site}/look")
    more, less = page.locator("[data-step='1']"), page.locator("[data-step='-1']")
    field = page.locator("#f-wanted-1")
    more.first.click()
    assert field.input_value() == "1,5"
    field.fill("0,7")
    more.first.click()
    assert field.input_value() == "1"
    for _press in range(4):
        less.first.click()
    assert field.input_value() == "0"
    for readable_in_no_one_way in ("tanto", "2 etti", "1.000", "1/2"):
        field.fill(readable_in_no_one_way)
        more.first.click()
        assert field.input_value() == readable_in_no_one_way
        said = page.locator("[data-saved]").first
        assert (said.get_attribute("data-state"), said.inner_text()) == (
            "editing",
            "+ e − contano da una cifra, per esempio 2 o 1,5: qui correggi a mano.",
        )
    field.fill("2")
    more.first.click()
    assert field.input_value() == "2,5"


def test_a_press_knows_the_least_and_the_most_that_can_be_asked(site: str, open_page: Any) -> None:
    page = open_page(f"{site}/look")
    page.locator("[data-stepper]").first.evaluate(
        "box => Object.assign(box.dataset, {size: '0,5', minimum: '1,2', maximum: '2,2'})"
    )
    field = page.locator("#f-wanted-1")
    found = []
    field.fill("")
    for press in ("1", "1", "1", "-1", "-1"):
        page.locator(f"[data-step='{press}']").first.click()
        found.append(field.input_value())
    assert found == ["1,5", "2", "2", "1,5", "0"]


@pytest.mark.parametrize("typed", ["6+6", "-3", "2-3", "1+1", "1/2", "10-12"])
def test_no_key_rewrites_what_somebody_types_in_a_quantity(
    site: str, open_page: Any, typed: str
) -> None:
    page = open_page(f"{site}/look")
    field = page.locator("#f-wanted-1")
    field.fill("")
    field.focus()
    page.keyboard.type(typed)
    assert field.input_value() == typed


def test_lines_are_walked_changed_and_searched_with_the_keyboard(site: str, open_page: Any) -> None:
    page = open_page(f"{site}/look")
    page.locator("#f-wanted-1").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.type("6")
    assert page.locator("#f-wanted-2").input_value() == "6"
    page.locator("h1").first.click()
    page.keyboard.press("/")
    page.keyboard.type("PATATÉ")
    assert page.locator(".fl-line:visible").count() == 1
    assert page.locator("[data-filter-count]").inner_text() == "1 trovato"


def test_a_line_says_when_it_is_saved_and_when_not(site: str, open_page: Any) -> None:
    Site.received.clear()
    Site.answer = (200, "preso")
    page = open_page(f"{site}/line")
    page.locator("[data-step='1']").click()
    page.locator('[data-saved][data-state="saved"]').wait_for()
    assert page.locator("[data-saved]").inner_text().startswith("salvato ")
    assert page.locator("#said").inner_text() == "preso"
    path, body, token = Site.received[0]
    assert (path, token) == ("/line", "") and "wanted-1=2" in body
    Site.answer = (409, "Il collo è pieno.")
    page.locator("[data-step='1']").click()
    page.locator('[data-saved][data-state="failed"]').wait_for()
    assert page.locator("#said").inner_text() == "Il collo è pieno."
    assert page.locator("#f-wanted-1").input_value() == "3"


def test_a_line_keeps_what_was_typed_when_the_session_is_over(site: str, open_page: Any) -> None:
    Site.received.clear()
    Site.answer = (401, "Entra.")
    page = open_page(f"{site}/line")
    page.locator("[data-step='1']").click()
    page.locator('[data-saved][data-state="failed"]').wait_for()
    assert "non sei più dentro" in page.locator("[data-saved]").inner_text()
    assert page.locator("#said").inner_text() == ""
    assert page.locator("#f-wanted-1").input_value() == "2"
    page.get_by_role("button", name="Entra e continua").click()
    page.wait_for_url("**/all")
    assert [path for path, _, _ in Site.received] == ["/line", "/all"]
    assert "wanted-1=2" in Site.received[1][1], "the whole form goes through the sign-in"


def test_a_line_says_what_may_have_closed_the_session(
    site: str, open_page: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Site, "resume", "closed")
    Site.answer = (401, "Chiusa.")
    page = open_page(f"{site}/line")
    page.locator("[data-step='1']").click()
    page.locator('[data-saved][data-state="failed"]').wait_for()
    said = page.locator("[data-saved]").inner_text()
    assert "la tua sessione è stata chiusa" in said and "viene tolto un ruolo" in said
    assert page.locator("#f-wanted-1").input_value() == "2"
    page.get_by_role("button", name="Entra di nuovo").click()
    page.wait_for_url("**/all")


def test_a_line_waits_for_the_connection_and_goes_again(site: str, open_page: Any) -> None:
    Site.received.clear()
    Site.answer = (200, "preso")
    page = open_page(f"{site}/line")
    page.context.set_offline(True)
    page.locator("[data-step='1']").click()
    page.locator('[data-saved][data-state="failed"]').wait_for()
    assert Site.received == []
    page.context.set_offline(False)
    page.locator('[data-saved][data-state="saved"]').wait_for()
    assert len(Site.received) == 1


def asked(page: Page) -> list[str]:
    """What the browser asks from now on before it leaves; each time the answer is yes."""
    said: list[str] = []
    page.on("dialog", lambda dialog: said.append(dialog.type))
    page.on("dialog", lambda dialog: dialog.accept())
    return said


def test_a_line_typed_a_moment_ago_is_sent_when_the_page_is_left(site: str, open_page: Any) -> None:
    Site.received.clear()
    Site.answer = (200, "preso")
    page = open_page(f"{site}/line")
    said = asked(page)
    page.goto(f"{site}/line")
    page.locator("#f-wanted-1").fill("7")
    page.goto(f"{site}/look")
    until(lambda: Site.received, "the line to arrive", 10)
    path, body, token = Site.received[0]
    assert (path, token) == ("/line", "") and "wanted-1=7" in body
    assert said == [], "what is sent on the way is not asked about"


def test_a_line_is_sent_when_the_page_is_hidden_and_says_so(site: str, open_page: Any) -> None:
    Site.received.clear()
    Site.answer = (200, '<input type="hidden" name="shown-wanted-1" value="neu">')
    page = open_page(f"{site}/line")
    page.locator("#f-wanted-1").fill("7")
    page.evaluate(
        "Object.defineProperty(document, 'visibilityState', {value: 'hidden'});"
        "document.dispatchEvent(new Event('visibilitychange'));"
        "document.dispatchEvent(new Event('visibilitychange'));"
    )
    page.locator('[data-saved][data-state="saved"]').wait_for()
    assert len(Site.received) == 1
    assert page.locator("[name=shown-wanted-1]").get_attribute("value") == "neu"


def test_what_is_typed_back_to_what_is_saved_is_not_to_be_saved(site: str, open_page: Any) -> None:
    Site.received.clear()
    Site.answer = (200, "preso")
    page = open_page(f"{site}/line")
    field, state = page.locator("#f-wanted-1"), page.locator("[data-saved]")
    field.fill("7")
    assert state.inner_text() == "da salvare"
    field.fill("1")
    assert state.inner_text() == ""
    page.goto(f"{site}/line")
    assert Site.received == []


def test_leaving_warns_only_while_something_is_unsaved(site: str, open_page: Any) -> None:
    """A line that was refused, a form that is not sent, a page that shows what it has not saved."""
    Site.answer = (409, "Il collo è pieno.")
    page = open_page(f"{site}/line")
    said = asked(page)
    page.locator("[data-step='1']").click()
    page.locator('[data-saved][data-state="failed"]').wait_for()
    page.goto(f"{site}/line")
    assert said == ["beforeunload"]
    page.locator("#f-note").fill("parole")
    page.locator("#f-note").fill("")
    page.goto(f"{site}/line")
    assert said == ["beforeunload"], "typed back to what stood there"
    page.locator("#f-note").fill("parole")
    page.goto(f"{site}/line")
    assert said == ["beforeunload"] * 2
    page.locator("#f-note").fill("parole")
    page.get_by_role("button", name="Salva").click()
    page.wait_for_url("**/all")
    assert said == ["beforeunload"] * 2


def test_a_text_that_is_too_long_is_counted_and_never_cut(site: str, open_page: Any) -> None:
    page = open_page(f"{site}/line")
    note = page.locator("#f-note")
    note.fill("ci sono posti")
    assert page.locator("#n-note").count() == 0
    note.fill("🚲" * 195)
    page.get_by_text("restano 5 caratteri").wait_for()
    note.fill("a" * 245)
    page.get_by_text("45 caratteri di troppo").wait_for()
    assert len(note.input_value()) == 245
    assert page.locator("[maxlength]").count() == 0


def test_a_file_that_is_too_heavy_is_named_before_it_is_sent(
    site: str, open_page: Any, tmp_path: Path
) -> None:
    Site.received.clear()
    page = open_page(f"{site}/line")
    file = tmp_path / "visura.pdf"
    file.write_bytes(b"x" * (2**20 + 99_999))
    page.locator("#f-file").set_input_files(file)
    page.get_by_text("«visura.pdf» pesa 1,1 MB: il massimo è 1 MB.").wait_for()
    page.get_by_role("button", name="Salva").click()
    assert page.evaluate("document.activeElement.id") == "f-file"
    assert Site.received == []
    file.write_bytes(b"x")
    page.locator("#f-file").set_input_files(file)
    page.get_by_role("button", name="Salva").click()
    page.wait_for_url("**/all")


def test_a_form_is_sent_once_however_often_it_is_pressed(site: str, open_page: Any) -> None:
    Site.received.clear()
    page = open_page(f"{site}/line")
    page.evaluate("for (const n of [1, 2, 3]) document.querySelector('main [type=submit]').click()")
    page.wait_for_url("**/all")
    assert [path for path, _, _ in Site.received] == ["/all"]


def test_without_scripts_the_page_works_and_shows_no_dead_button(site: str, open_page: Any) -> None:
    Site.received.clear()
    page = open_page(f"{site}/line", 360, javascript=False)
    assert page.locator(".fl-scripted:visible").count() == 0
    page.locator("#f-wanted-1").fill("4")
    with page.expect_navigation():
        page.get_by_role("button", name="Salva").click()
    assert Site.received[0][0] == "/all" and "wanted-1=4" in Site.received[0][1]
    page.go_back()
    page.locator("summary").first.click()
    assert page.get_by_role("link", name="Bandi").is_visible()


def put_in_store(page: Page, key: str, value: dict[str, str]) -> None:
    """What this device had kept for whoever is signed in, as `kept.js` writes it."""
    page.evaluate(
        """([key, value]) => localStorage.setItem("farelegami-kept", JSON.stringify({
            person: document.body.dataset.person,
            things: {[`form ${key}`]: {at: Date.now(), value}}}))""",
        [key, value],
    )
    page.reload()


def test_what_is_kept_of_a_form_that_is_over_is_shown_as_people_write_it(
    site: str, open_page: Any
) -> None:
    page = open_page(f"{site}/read")
    put_in_store(page, "/read ", {"kind": "firm", "day": "2026-11-27", "other": "2026-13-99"})
    kept = page.get_by_role("group", name="Scritto su questo dispositivo")
    assert kept.locator("dd").all_text_contents() == [
        "un'impresa che c'è già",
        "27/11/2026",
        "2026-13-99",
    ]


def test_what_is_kept_of_a_day_and_an_hour_is_offered_as_people_write_it(
    site: str, open_page: Any
) -> None:
    page = open_page(f"{site}/day")
    typed = {"delivery_day": "2026-11-27", "closes_at": "2026-11-26T20:00"}
    put_in_store(page, "/day ", typed)
    kept = page.get_by_role("group", name="Scritto su questo dispositivo")
    assert kept.locator("li").all_text_contents() == [
        "Giorno: 27/11/2026",
        "Si chiude: 26/11/2026 20:00",
    ]
    kept.get_by_role("button", name="Rimetti").click()
    assert page.input_value("#f-closes_at") == "2026-11-26T20:00"


def test_a_page_open_at_its_hour_does_not_go_on_saying_open(site: str, open_page: Any) -> None:
    page = open_page(f"{site}/hour")
    page.get_by_text("tempo scaduto").wait_for()
    said = page.locator("#said").inner_text()
    assert "aperto" not in said and "(scaduto)" in said


def test_what_an_hour_ends_is_offered_no_longer_and_what_comes_after_is(
    site: str, open_page: Any
) -> None:
    page = open_page(f"{site}/hour")
    page.locator("#said").get_by_text("tempo scaduto").wait_for()
    for gone in ("#offer",):
        assert page.locator(gone).is_hidden()
    assert page.locator("#after").is_visible() and page.locator("#later").is_visible()
    assert page.locator("#turns").inner_text() == "Rileggi la bozza"


def test_what_ends_at_an_hour_is_offered_until_its_second_is_over(
    site: str, open_page: Any
) -> None:
    """What comes within the second of the deadline is in time."""
    page = open_page(f"{site}/look")
    page.clock.install()
    page.goto(f"{site}/hour")
    page.clock.run_for(1050)
    assert page.locator("#offer").is_visible() and page.locator("#after").is_hidden()
    assert page.locator("#turns").inner_text() == "Invia"
    assert page.locator("#said").inner_text() == "aperto (tra 1 secondo)"
    page.clock.run_for(2000)
    assert page.locator("#offer").is_hidden() and page.locator("#after").is_visible()


def test_an_hour_changes_its_own_label_alone_and_an_opening_is_no_end(
    site: str, open_page: Any
) -> None:
    page = open_page(f"{site}/hour")
    page.locator("#said").get_by_text("tempo scaduto").wait_for()
    assert "aperto" in page.locator("#other").inner_text()
    coming = page.locator("#coming").inner_text()
    assert "adesso è aperto" in coming and "scaduto" not in coming


@pytest.mark.parametrize("woken", ["visibilitychange", "pageshow", "focus"])
@pytest.mark.parametrize(("server_s", "over"), [(9002, True), (1002, False)])
def test_after_a_sleep_an_hour_is_asked_of_the_server(
    site: str, open_page: Any, woken: str, server_s: int, over: bool
) -> None:
    """The time that passes here may stand still meanwhile, and the device's clock may be wrong."""
    page = open_page(f"{site}/hour")
    said = datetime.fromtimestamp(server_s, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    page.route("**/health/live", lambda route: route.fulfill(headers={"Date": said}))
    page.evaluate("() => { const now = Date.now; Date.now = () => now() + 9000000; }")
    assert page.locator("#later").is_visible()
    with page.expect_response("**/health/live"):
        target = "document" if woken == "visibilitychange" else "window"
        page.evaluate(f"{target}.dispatchEvent(new Event('{woken}'))")
    said_here = page.locator("#other [data-countdown]")
    expect(said_here).to_contain_text("scaduto" if over else "2 ore")
    expect(page.locator("#later")).to_be_hidden() if over else None
    page.evaluate("window.dispatchEvent(new Event('focus'))")  # nothing was lost since: no request
    assert page.locator("#later").is_visible() is not over


def test_a_page_that_is_shown_again_says_the_hour_at_once(site: str, open_page: Any) -> None:
    """Its timers wait while it is hidden."""
    page = open_page("about:blank")
    page.add_init_script("window.setInterval = () => 0")
    page.goto(f"{site}/hour")
    until(lambda: page.evaluate("performance.now()") > 2100, "the hour passes")
    assert page.locator("#offer").is_visible()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#offer")).to_be_hidden()
