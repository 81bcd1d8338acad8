"""The commission's story: two evaluators score, the office publishes, a citizen verifies."""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from playwright.sync_api import expect

from kit import clock, db
from people import proofs, sign_ins
from tests.calls import commissions

pytestmark = pytest.mark.browser


@dataclass
class Scene:
    found: commissions.World
    tokens: dict[str, str]

    @property
    def queue(self) -> str:
        return f"/calls/{self.found.call_id}/evaluations"


@pytest.fixture
def scene(site, committed) -> Scene:
    """Three opened applications, two evaluators who have declared nothing yet."""
    db.configure(committed.engine)
    with db.transaction() as session:
        found = commissions.world(session, applications=3, declared=False)
        people = {"office": found.office, "first": found.evaluators[0]}
        people["second"] = found.evaluators[1]
        tokens = {
            name: sign_ins.open_session(
                session, actor.person_id, "test", clock.now(session), proofs.BY_PASSWORD_AND_CODE
            )
            for name, actor in people.items()
        }
    return Scene(found, tokens)


def enter(watched, scene, name):
    watched.page.context.clear_cookies()
    watched.page.context.add_cookies(
        [{"name": "session", "value": scene.tokens[name], "url": watched.base}]
    )


def saved(watched, criterion):
    place = watched.page.locator(f"#criterion-{criterion} [data-saved]")
    place.filter(has_text="salvato").wait_for()


def score_by_keyboard(watched, scene, marks):
    """Declare, mark, check and send every application without touching the mouse."""
    page = watched.page
    watched.goto(scene.queue)
    watched.check("queue")
    watched.follow(page.locator("#queue a").first, "Enter")
    for _ in scene.found.keys:
        watched.check("declaration")
        page.locator("input[name=kind]").first.press("Space")
        watched.follow(page.get_by_role("button", name="Registra la dichiarazione"), "Enter")
        watched.check("sheet")
        for criterion, mark in zip("ABC", marks, strict=True):
            for figure in mark:
                page.keyboard.press(figure)
            saved(watched, criterion)
            page.keyboard.press("Enter")
        page.get_by_text("La scheda è completa.").wait_for()
        with page.expect_navigation(url=re.compile("/sending$")):
            page.keyboard.press("Control+Enter")
        watched.check("sending")
        watched.follow(page.get_by_role("button", name="Invia la scheda: è definitiva"), "Enter")
    page.get_by_text("Schede inviate: 3 su 3").wait_for()
    watched.check("queue at the end")


@pytest.mark.parametrize("width", [1280, 360])
def test_two_evaluators_score_by_keyboard_and_anybody_verifies_the_ranking(
    browse, scene, width, tmp_path: Path
):
    watched = browse(width)
    page = watched.page
    enter(watched, scene, "first")
    score_by_keyboard(watched, scene, ("10", "8", "6"))
    enter(watched, scene, "office")
    desk = f"/office/calls/{scene.found.call_id}/evaluation"
    watched.goto(desk)
    page.get_by_text("Mancano 3 schede.").wait_for()
    watched.check("desk")
    enter(watched, scene, "second")
    score_by_keyboard(watched, scene, ("8", "8", "8"))
    enter(watched, scene, "office")
    watched.goto(desk)
    watched.follow(page.get_by_role("link", name="Prova la graduatoria prima di pubblicarla"))
    watched.check("trial")
    watched.follow(page.get_by_role("button", name="Prova la graduatoria"))
    watched.check("preview")
    watched.follow(page.get_by_role("button", name="Pubblica la graduatoria"))
    page.get_by_role("heading", name="Verifica questa graduatoria").wait_for()
    page.context.clear_cookies()
    page.reload()
    watched.check("public ranking")
    for name in ("graduatoria.json", "bando.json", "verify_ranking.py"):
        with page.expect_download() as download:
            page.get_by_role("link", name=f"Scarica {name}").click()
        download.value.save_as(tmp_path / name)
    said = page.locator("code", has_text="python3 verify_ranking.py").inner_text()
    command = [sys.executable, "-I", *said.split()[1:]]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    whole = "document.querySelector('.fl-table-wrap').scrollWidth <= innerWidth"
    assert page.evaluate(whole), "the outcome stands beside the screen"


def test_without_javascript_a_sheet_is_filled_and_sent(browse, scene):
    watched = browse(360, scripted=False)
    page = watched.page
    enter(watched, scene, "first")
    watched.goto(f"{scene.queue}/{scene.found.keys[0].application_id}")
    page.locator("input[name=kind]").first.check()
    watched.follow(page.get_by_role("button", name="Registra la dichiarazione"))
    for criterion, mark in zip("ABC", ("8", "6", "4"), strict=True):
        page.locator(f"input[name=mark-{criterion}][value='{mark}']").check()
    watched.follow(page.get_by_role("button", name="Controlla e invia la scheda"))
    watched.follow(page.get_by_role("button", name="Invia la scheda: è definitiva"))
    page.get_by_text(re.compile(r"Scheda inviata per «.+» \(.+\): 42 punti\.")).wait_for()
    watched.check("sent")


HALVES = "0 = Assente\n4 = Sufficiente\n4,5 = Discreto\n5 = Più che sufficiente\n10 = Eccellente"
FAST = 80  # ms from key to key: a practised typist, far below what the page waits for


@pytest.fixture
def halves(site, committed) -> Scene:
    """Two applications with half marks on every criterion, declared and ready to be marked."""
    db.configure(committed.engine)
    rubrics: dict[str, Any] = {f"criterion-{row}-rubric": HALVES for row in (1, 2, 3)}
    with db.transaction() as session:
        found = commissions.world(session, applications=2, **cast(Any, rubrics))
        me = found.evaluators[0]
        token = sign_ins.open_session(
            session, me.person_id, "test", clock.now(session), proofs.BY_PASSWORD_AND_CODE
        )
    return Scene(found, {"first": token})


def marks(page):
    """The value chosen at each criterion, as the page has it."""
    return page.locator("[data-criterion] input:checked").evaluate_all(
        "all => all.map(one => one.value)"
    )


def on_sheet(browse, halves):
    watched = browse(1280)
    enter(watched, halves, "first")
    watched.goto(f"{halves.queue}/{halves.found.keys[0].application_id}")
    watched.page.wait_for_selector("[data-score]")
    return watched


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (
            ["1", "Enter", "0"],
            ["", "0", ""],
        ),  # no grid mark is 1: nothing is left over for the next
        (["1", "0", "Enter", "5", "Enter", "0"], ["10", "5", "0"]),
        (["1", "0", "Enter", "5", "Enter", "0", "Enter", "5"], ["10", "5", "0"]),  # none is left
        (["4", ",", "5"], ["4,5", "", ""]),
        (["4", ".", "5"], ["4,5", "", ""]),
        (["4", "5"], ["5", "", ""]),
        (["4", "Enter", ",", "5"], ["4", "5", ""]),
        (["4", "ArrowDown", "5"], ["5", "", ""]),
        (["1", "0", "ArrowDown", "ArrowDown"], ["10", "", ""]),
        (["0", "ArrowUp", "ArrowUp"], ["0", "", ""]),
        (["4", "ArrowDown", "ArrowUp"], ["4", "", ""]),
        (["5", "Delete"], ["", "", ""]),
    ],
)
def test_marks_are_typed_at_full_speed(browse, halves, keys, expected):
    watched = on_sheet(browse, halves)
    for key in keys:
        watched.page.keyboard.press(key, delay=FAST)
    assert marks(watched.page) == expected
    assert watched.complaints == []


@pytest.mark.parametrize(("keys", "typed"), [(["1", "Enter"], "1"), (["1", "1"], "11")])
def test_a_figure_that_is_no_mark_is_said_at_once(browse, halves, keys, typed):
    watched = on_sheet(browse, halves)
    for key in keys:
        watched.page.keyboard.press(key, delay=FAST)
    wrong = watched.page.locator("[data-mark-wrong]").first
    expect(wrong).to_contain_text(f"«{typed}»: non è un punteggio di questo criterio")
    assert marks(watched.page)[0] == ""


@pytest.mark.parametrize(
    ("pause_ms", "expected"), [(300, "10"), (900, "10"), (1500, "10"), (2500, "0")]
)
def test_a_figure_typed_after_a_pause_belongs_to_the_one_before(browse, halves, pause_ms, expected):
    """Only what was left alone for longer begins anew, as it does after another key."""
    watched = on_sheet(browse, halves)
    watched.page.clock.install()
    watched.page.reload()
    watched.page.keyboard.press("1")
    watched.page.clock.run_for(pause_ms)
    watched.page.keyboard.press("0")
    assert marks(watched.page)[0] == expected


def test_what_was_typed_at_full_speed_is_what_is_saved_and_j_and_k_move(browse, halves):
    watched = on_sheet(browse, halves)
    page = watched.page
    for key in ("1", "0", "Enter", "4", ",", "5", "Enter", "5"):
        page.keyboard.press(key, delay=FAST)
    page.get_by_text("La scheda è completa.").wait_for()
    with page.expect_navigation():
        page.keyboard.press("j")
    assert marks(page) == ["", "", ""]
    with page.expect_navigation():
        page.keyboard.press("k")
    assert marks(page) == ["10", "4,5", "5"]
    watched.check("sheet with half marks")
