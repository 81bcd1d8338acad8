"""A visitor's story: the published ranking is downloaded, verified, compared, an application found.

Nobody is signed in: all of it stands on the public page.
"""

import hashlib
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, expect

from calls.applications import submissions
from calls.rankings import rankings
from calls.tables.applications import Submission
from kit import clock, db
from people import proofs, sign_ins
from tests.calls import commissions

pytestmark = pytest.mark.browser

FILES = ("graduatoria.json", "bando.json", "verify_ranking.py", "nomi.json")
BROKEN = "La graduatoria NON è verificata"


@dataclass
class Scene:
    """A published ranking and the application that came last in it."""

    address: str
    application_id: int
    code: str
    content_sha256: str
    token: str


@pytest.fixture
def scene(site, committed) -> Scene:
    db.configure(committed.engine)
    with db.transaction() as session:
        found = commissions.world(session, applications=3)
        commissions.send_all(session, found)
        key = found.keys[-1]
        row = rankings.publish(session, found.office, found.call_id, clock.now(session))
        sent = session.query(Submission).filter_by(application_id=key.application_id).one()
        who = commissions.applicant(session, key)
        token = sign_ins.open_session(
            session, who.person_id, "test", clock.now(session), proofs.BY_PASSWORD_AND_CODE
        )
        assert submissions.fingerprint(sent) in row.content
        return Scene(
            f"/calls/{found.call_id}/ranking",
            key.application_id,
            submissions.protocol(sent),
            sent.sha256,
            token,
        )


def downloaded(page: Page, folder: Path) -> None:
    for name in FILES:
        with page.expect_download() as download:
            page.get_by_role("link", name=f"Scarica {name}").click()
        assert download.value.suggested_filename == name
        download.value.save_as(folder / name)


def told_command(page: Page) -> list[str]:
    """The command as the page tells it, run by this Python alone."""
    said = page.locator("code", has_text="python3 verify_ranking.py").inner_text().split()
    assert said[:2] == ["python3", "verify_ranking.py"]
    return [sys.executable, "-I", *said[1:]]


def verified(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def listening(page: Page) -> list[Request]:
    """What is asked of the server from now on, but for the page's own files without a question."""
    page.wait_for_load_state("networkidle")
    asked: list[Request] = []

    def hear(request: Request) -> None:
        own = re.search(r"/static/[^?#]*$", request.url)  # an icon comes late
        if request.method != "GET" or not own:
            asked.append(request)

    page.on("request", hear)
    return asked


@pytest.mark.parametrize("width", [1280, 360])
def test_a_visitor_downloads_the_files_and_verifies_them_as_the_page_says(
    browse, scene, width, tmp_path: Path
):
    watched = browse(width)
    page = watched.page
    watched.goto(scene.address)
    watched.check("public ranking")
    downloaded(page, tmp_path)
    command = told_command(page)
    done = verified(command, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "La graduatoria è corretta" in done.stdout and scene.code in done.stdout
    for name in ("graduatoria.json", "bando.json"):
        kept = (tmp_path / name).read_bytes()
        figure = re.search(rb'"budget":\d', kept)
        assert figure is not None
        last = figure.end() - 1
        other = b"%d" % ((kept[last] - 48) % 9 + 1)
        (tmp_path / name).write_bytes(kept[:last] + other + kept[last + 1 :])
        done = verified(command, tmp_path)
        assert done.returncode == 1 and done.stderr == ""
        assert done.stdout.startswith(f"{name}: attesa l'impronta ") and BROKEN in done.stdout
        (tmp_path / name).write_bytes(kept)
    without = verified(command[: command.index("--sha256")], tmp_path)
    assert without.returncode == 2 and "--sha256 IMPRONTA" in without.stdout
    assert verified(command, tmp_path).returncode == 0


def on_the_receipt(watched, scene) -> str:
    """The fingerprint that the applicant reads on the receipt, and then goes away."""
    page = watched.page
    page.context.add_cookies([{"name": "session", "value": scene.token, "url": watched.base}])
    watched.goto(f"/applications/{scene.application_id}/receipt")
    heading = page.get_by_role("heading", name="L'impronta di questa ricevuta")
    fingerprint = heading.locator("xpath=following-sibling::p[2]/code").inner_text()
    assert re.fullmatch("[0-9a-f]{64}", fingerprint)
    watched.check("the receipt")
    page.context.clear_cookies()
    return fingerprint


@pytest.mark.parametrize("width", [1280, 360])
def test_the_fingerprint_of_a_receipt_is_found_and_another_is_not(browse, scene, width):
    watched = browse(width)
    page = watched.page
    fingerprint = on_the_receipt(watched, scene)
    watched.goto(scene.address)
    asked = listening(page)
    receipt = page.get_by_label("Impronta della tua ricevuta")
    told = page.locator("#receipt ~ .fl-field [data-told]")
    for typed, said in (
        ("protocollo", "Un'impronta è fatta di 64 cifre"),
        (fingerprint[:7], "Ancora 1 cifra."),
        ("0" * 64, "Nessuna domanda di questa graduatoria"),
        (f"{fingerprint[:-1]}{'0' if fingerprint[-1] != '0' else '1'}", "Nessuna domanda"),
        (f" {fingerprint[:40].upper()}\n{fingerprint[40:]} ", scene.code),
        (scene.content_sha256, scene.code),
        (fingerprint[:8], scene.code),
    ):
        receipt.fill(typed)
        expect(told).to_contain_text(said)
    watched.check("the receipt is found")
    told.get_by_role("link", name=scene.code).click()
    expect(page.locator("tr:target")).to_contain_text(scene.code)
    assert asked == []


@pytest.mark.parametrize("width", [1280, 360])
def test_a_file_is_compared_and_nothing_leaves_the_browser(browse, scene, width, tmp_path: Path):
    watched = browse(width)
    page = watched.page
    watched.goto(scene.address)
    downloaded(page, tmp_path)
    asked = listening(page)
    compare = page.get_by_label("Il file da confrontare")
    told = page.locator("#compare ~ .fl-field [data-told]")
    for name in FILES:
        compare.set_input_files(tmp_path / name)
        expect(told).to_have_text(f"Ha un'impronta di questa pagina. È: {name}")
    watched.check("the file is equal")
    data = bytearray((tmp_path / "graduatoria.json").read_bytes())
    data[-10] ^= 1
    other = tmp_path / "other.json"
    other.write_bytes(data)
    compare.set_input_files(other)
    expect(told).to_contain_text("Non è uguale a nessuno dei file di questa pagina.")
    expect(told).to_contain_text(hashlib.sha256(data).hexdigest())
    watched.check("the file is another")
    assert asked == []


def test_without_javascript_the_fingerprints_are_read_and_the_commands_stand_there(browse, scene):
    watched = browse(360, scripted=False)
    page = watched.page
    watched.goto(scene.address)
    expect(page.locator("#f-file")).not_to_be_visible()
    expect(page.locator("#f-fingerprint")).not_to_be_visible()
    page.get_by_text("Le impronte di tutte le domande", exact=True).click()
    expect(page.locator("#fingerprints code").first).to_have_text(re.compile("^[0-9a-f]{64}$"))
    page.get_by_text("Calcolare l'impronta senza questa pagina").click()
    for command in ("sha256sum", "certutil -hashfile"):
        expect(page.get_by_text(command)).to_be_visible()
