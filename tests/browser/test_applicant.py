"""An applicant's story: from the registration to the published ranking that anybody verifies."""

import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from itertools import count
from pathlib import Path

import pikepdf
import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from calls.applications import submissions
from calls.commission import declarations
from calls.commission.declarations import Declared
from calls.commission.standings import ApplicationKey
from calls.tables.applications import Application, Submission
from kit import clock, db
from kit.mail import Mail
from kit.paper.documents import Document
from people import passwords, proofs, roles, sign_ins
from people.tables.persons import Person
from tests import make as people
from tests.browser.conftest import PASSWORD, site_of
from tests.calls import commissions, make
from tests.calls.examples import application_values, local
from tests.conftest import database
from tests.kit.paper.hostile import document, forgotten_script
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("ahead")]

FIRM = "Bottega dell'Adda"
SECRET = "Lo scrive la prima commissaria"
_number = count(1)


@dataclass
class Scene:
    call_id: int
    deadline: datetime
    email: str
    office: str
    evaluators: list[str]
    late: str
    late_id: int
    rival_id: int


@pytest.fixture(scope="module")
def committed(cluster, pristine):
    """A database of its own: its clock is wound."""
    with database(cluster, pristine) as found:
        yield found


@pytest.fixture(scope="module")
def site(committed, ahead, tmp_path_factory):
    """Started on a clock that can be wound: a connection made before would keep the real one."""
    with site_of(committed, tmp_path_factory.mktemp("site")) as found:
        yield found


@pytest.fixture(scope="module")
def hashed():
    return passwords.hash_password(PASSWORD)


@pytest.fixture
def scene(site, committed, hashed) -> Scene:
    """A call of its own for each walk, a rival who has sent and one who will come late."""
    db.configure(committed.engine)
    number = next(_number)
    with db.transaction() as session:
        now = clock.now(session)
        deadline = (now + timedelta(minutes=30)).replace(microsecond=0)
        call = make.call(session, now, title=f"Bando {number}", deadline_at=local(deadline))
        rival = make.sent(session, call, tax_code=commissions.code_of(1))
        slow = people.actor(session, people.person(session, "Piero Lento"))
        late_id = make.draft(session, call, slow)
        emails = []
        for name in ("Marta Ghisolfi", "Ada Prima", "Ugo Secondo"):
            person = people.person(session, name, password_hash=hashed)
            person.email = f"{name.split()[0].lower()}.{number}@esempio.it"
            emails.append(person.email)
            if not emails[1:]:
                roles.grant(session, None, person.id, roles.OFFICE, "calls", 0, now)
        return Scene(
            call.call_id,
            deadline,
            f"giulia.{number}@esempio.it",
            emails[0],
            emails[1:],
            sign_ins.open_session(
                session, slow.person_id, "test", now, proofs.BY_PASSWORD_AND_CODE
            ),
            late_id,
            rival.application_id,
        )


def wind_to(ahead, committed, instant: datetime) -> None:
    """Wind the clock to an instant of the database."""
    with committed.sessions() as session:
        ahead((instant - clock.now(session)).total_seconds())


def letter(committed, email: str) -> str:
    """The address inside the letter to somebody, once a job has written it."""

    def written() -> str | None:
        with committed.sessions() as session:
            return session.scalars(select(Mail.text).where(Mail.to == email)).first()

    body = until(written, f"a letter to {email}") or ""
    return re.findall(r"https?://\S+/links/\S+", body)[0]


def register(her, scene, committed) -> None:
    page = her.page
    her.follow(page.get_by_role("link", name="Registrati").first)
    her.check("registration")
    page.fill("[name=name]", "Giulia Ferrari")
    page.fill("[name=email]", scene.email)
    her.follow(page.get_by_role("button", name="Mandami il collegamento"))
    page.get_by_role("heading", name="Guarda la posta").wait_for()
    her.check("look into your mail")
    page.goto(letter(committed, scene.email))
    her.check("choose a password")
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=again]", PASSWORD)
    her.follow(page.get_by_role("button", name="Salva la password ed entra"))
    page.get_by_text("Fatto: sei dentro.").wait_for()
    her.check("home of somebody new")


def answers() -> dict[str, str]:
    return application_values(firm_name=FIRM, tax_code="FRRGLI98E43D150K")


def answer(page, name: str, value: str) -> None:
    """Answer one field with the keyboard, the way its control wants it, and leave it."""
    field = page.locator(f"#f-{name}")
    kind = field.evaluate("e => e.tagName + e.type")
    if kind.startswith("SELECT"):
        field.select_option(value)
    elif kind.endswith("checkbox"):
        field.press("Space")
    elif kind.endswith("date"):
        field.fill(value)
    else:
        field.focus()
        page.keyboard.type(value)
    page.keyboard.press("Tab")


def fill_section(her, skip: tuple[str, ...] = ()) -> list[str]:
    """Answer every field of the page and see each of them say that it is saved."""
    page, values = her.page, answers()
    shown = page.locator("main [data-line] [name]")
    names = [name for name in shown.evaluate_all("all => all.map(e => e.name)") if name in values]
    wanted = [name for name in names if name not in skip]
    for name in wanted:
        answer(page, name, values[name])
    for name in wanted:
        line = page.locator("[data-line]", has=page.locator(f"#f-{name}"))
        expect(line.locator("[data-saved]")).to_contain_text("salvato")
    return wanted


def fill_in(her) -> None:
    """Fill every section; the telephone is forgotten."""
    page = her.page
    home = page.url
    her.follow(page.get_by_role("link", name="Chi sei"))
    her.check("first section, empty")
    fill_section(her, skip=("phone",))
    her.check("first section, saved by itself")
    page.goto(home)
    page.get_by_text("manca 1 cosa").wait_for()
    her.follow(page.get_by_role("link", name="Chi sei"))
    expect(page.locator("#f-firm_name")).to_have_value(FIRM)
    for title in (
        "Requisiti e dichiarazioni",
        "L'idea",
        "Il mercato",
        "Gli investimenti",
        "Fonti e impieghi",
        "Il conto dei primi tre anni",
    ):
        her.follow(page.get_by_role("button", name="Salva e continua"))
        page.get_by_role("heading", name=title, level=1).wait_for()
        fill_section(her)
        page.locator("#results").get_by_text("Questa parte è completa.").wait_for()
        her.check(title)
    her.follow(page.get_by_role("button", name="Salva e continua"))
    page.get_by_role("heading", name="Allegati", level=1).wait_for()


def attach(her) -> None:
    """First what only calls itself a PDF, then one, then one that does not open.

    The page follows what the worker finds, by itself, and stops when it knows.
    """
    page = her.page
    files = page.locator("#files")
    her.check("attachments")
    page.set_input_files(
        "[name=file]",
        {"name": "curriculum.pdf", "mimeType": "application/pdf", "buffer": b"Mi chiamo Giulia."},
    )
    her.follow(page.get_by_role("button", name="Carica il file"))
    page.get_by_text("Non è un PDF").first.wait_for()
    her.check("attachment refused")
    made = BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(made)
    page.set_input_files(
        "[name=file]",
        {"name": "preventivo.pdf", "mimeType": "application/pdf", "buffer": made.getvalue()},
    )
    her.follow(page.get_by_role("button", name="Carica il file"))
    page.get_by_text("File caricato.").wait_for()
    files.get_by_text("Si apre.").wait_for()
    expect(page.locator("#files-said")).to_contain_text("preventivo.pdf: Si apre.")
    assert files.get_by_role("link", name="Guarda di nuovo").count() == 0
    her.check("attachment kept")
    scripted = document(forgotten_script)
    page.set_input_files(
        "[name=file]", {"name": "modulo.pdf", "mimeType": "application/pdf", "buffer": scripted}
    )
    her.follow(page.get_by_role("button", name="Carica il file"))
    files.get_by_text("«modulo.pdf» non si apre").wait_for()
    her.check("attachment that does not open")
    assert files.locator("[hx-get]").count() == 0, "nothing more is asked for"
    files.get_by_role("button", name="Ho letto perché modulo.pdf non si apre").click()
    expect(files.get_by_text("non si apre")).to_have_count(0)


def mend_and_send(her) -> None:
    """See what is missing, follow the link to it, answer, send."""
    page = her.page
    her.follow(page.get_by_role("link", name="Controlla e invia"))
    page.get_by_text("Prima di inviare manca 1 cosa").wait_for()
    assert page.get_by_role("button", name="Invia la domanda").count() == 0
    her.check("what is missing")
    her.follow(page.get_by_role("link", name="Telefono"))
    expect(page.locator("#f-phone")).to_be_in_viewport()
    answer(page, "phone", "0372 123456")
    page.get_by_text("Questa parte è completa.").wait_for()
    her.follow(page.get_by_role("link", name="Torna alle parti della domanda"))
    her.check("task list, complete")
    her.follow(page.get_by_role("link", name="Controlla e invia"))
    page.get_by_text("La domanda è completa").wait_for()
    her.check("ready to send")
    her.follow(page.get_by_role("button", name="Invia la domanda"))
    page.get_by_role("heading", name="La tua domanda è arrivata").wait_for()
    her.check("receipt")


def printed(download) -> str:
    """The text of a downloaded PDF without its line ends."""
    read = subprocess.run(
        ["pdftotext", "-layout", str(download.value.path()), "-"], capture_output=True, check=True
    )
    return "".join(read.stdout.decode().split())


def receive(her, committed) -> None:
    """Wait for the worker's receipt: it says the protocol number and the hash of the page."""
    page = her.page
    link = page.get_by_role("link", name="Scarica la ricevuta (PDF)")
    application_id = int(page.url.split("/")[-2])

    def made() -> Submission | None:
        with committed.sessions() as session:
            return session.scalars(
                select(Submission)
                .join(Document, Document.subject_id == Submission.id)
                .where(
                    Submission.application_id == application_id,
                    Document.kind == submissions.RECEIPT_DOCUMENT,
                    Document.state == "ready",
                )
            ).one_or_none()

    sent = until(made, "the receipt", 60)
    assert sent is not None
    if link.count() == 0:
        her.follow(page.get_by_role("link", name="Aggiorna la pagina"))
    link.wait_for()
    her.check("receipt with its PDF")
    with page.expect_download() as download:
        link.click()
    receipt = printed(download)
    for fact in (f"{sent.protocol_year}/{sent.protocol_number:07d}", sent.sha256):
        assert fact in receipt
        assert fact in page.content()


def come_late(browse, scene, width, ahead, committed) -> None:
    """One second after the deadline the same button refuses, in words; the draft stays."""
    his = browse(width)
    his.page.context.add_cookies([{"name": "session", "value": scene.late, "url": his.base}])
    his.goto(f"/applications/{scene.late_id}/check")
    his.page.get_by_text("La domanda è completa").wait_for()
    part = f"/applications/{scene.late_id}/sections/idea"
    open_still = his.page.context.new_page()
    open_still.goto(his.base + part)
    wind_to(ahead, committed, scene.deadline + timedelta(seconds=1))
    his.follow(his.page.get_by_role("button", name="Invia la domanda"))
    his.page.get_by_text("La tua bozza è rimasta com'era.").wait_for()
    assert his.page.get_by_role("button", name="Invia la domanda").count() == 0
    his.check("refused, too late")
    open_still.fill("#f-idea_what", "Scritto un attimo dopo.")
    open_still.locator("#f-idea_what").dispatch_event("change")
    said = open_still.locator("#results").get_by_role("alert")
    expect(said).to_contain_text("la bozza non si può più cambiare")
    expect(said).to_contain_text("Scritto un attimo dopo.")
    expect(open_still.locator("#saved-idea_what")).to_contain_text("Non salvato")
    expect_kept(open_still)
    open_still.close(run_before_unload=False)
    his.goto(part)
    expect(his.page.locator("main")).to_contain_text(answers()["idea_what"])
    expect(his.page.get_by_role("button", name="Salva e continua")).to_have_count(0)
    kept = his.page.get_by_role("group", name="Scritto su questo dispositivo")
    expect(kept).to_contain_text("Che cosa farai")
    expect(kept).to_contain_text("Scritto un attimo dopo.")
    his.check("a part that can only be read")
    kept.get_by_role("button", name="Butta via").click()
    expect(kept).to_have_count(0)
    with committed.sessions() as session:
        assert session.get_one(Application, scene.late_id).state == "draft"


def expect_kept(page) -> None:
    """The device keeps what the server did not take."""
    store = "localStorage['farelegami-kept'] || ''"
    until(lambda: "Scritto un attimo dopo." in page.evaluate(store), "it to be kept")


def open_call(office, scene, ahead, committed) -> None:
    """Appoint two evaluators and open the envelopes, not one minute too early."""
    page = office.page
    office.sign_in(scene.office)
    office.goto(f"/office/calls/{scene.call_id}")
    office.check("the office's call")
    office.follow(page.get_by_role("link", name="Commissione e graduatoria").first)
    for email in scene.evaluators:
        page.fill("[name=email]", email)
        office.follow(page.get_by_role("button", name="Nomina nella commissione"))
        page.get_by_text("è nella commissione, e riceve una lettera").wait_for()
    assert page.get_by_role("button", name="Apri le domande").count() == 0
    office.check("desk before the opening")
    wind_to(ahead, committed, scene.deadline + timedelta(minutes=1, seconds=1))
    page.reload()
    office.follow(page.get_by_role("button", name="Apri le domande"))
    page.get_by_text("Domande aperte: 2.").wait_for()
    office.check("desk after the opening")


def score_rival(scene, committed) -> None:
    """The rival's application is marked by both, without a browser."""
    with db.transaction() as session:
        for email in scene.evaluators:
            person = session.scalars(select(Person).where(Person.email == email)).one()
            grant = (roles.EVALUATOR, "call", scene.call_id)
            actor = people.actor(session, person, grant)
            key = ApplicationKey(scene.call_id, scene.rival_id)
            declarations.declare(session, actor, key, Declared("none"), clock.now(session))
            commissions.send(session, actor, key, "6 6 6")


def declare(watched, scene, email: str) -> None:
    page = watched.page
    watched.sign_in(email)
    watched.goto("/evaluations")
    watched.check("the evaluator's calls")
    watched.follow(page.get_by_role("link", name="Bando").first)
    watched.check("queue")
    watched.follow(page.locator("#queue tr", has_text=FIRM).get_by_role("link"))
    page.get_by_text("Prima di leggere").first.wait_for()
    assert answers()["idea_what"] not in page.content()
    for sealed in ("/sending", "/attachments/1"):
        assert page.request.get(page.url + sealed).status == 404
    page.locator("input[name=kind]").first.focus()
    page.keyboard.press("Space")
    watched.follow(page.get_by_role("button", name="Registra la dichiarazione"))
    page.wait_for_selector("[data-score]")
    assert answers()["idea_what"] in page.content()


def send_sheet(watched, total: str) -> None:
    page = watched.page
    page.get_by_text("La scheda è completa.").wait_for()
    watched.check("sheet, complete")
    watched.follow(page.get_by_role("button", name="Controlla e invia la scheda"))
    watched.check("sheet, before it is final")
    watched.follow(page.get_by_role("button", name="Invia la scheda: è definitiva"))
    page.get_by_text(re.compile(rf"Scheda inviata per «.+» \(.+\): {total} punti\.")).wait_for()


def first_evaluator(watched, scene) -> None:
    """Marks with the keyboard and writes why."""
    page = watched.page
    declare(watched, scene, scene.evaluators[0])
    for code, figures in zip("ABC", ("10", "8", "8"), strict=True):
        for figure in figures:
            page.keyboard.press(figure)
        line = page.locator(f"#criterion-{code}")
        expect(line.locator("[data-saved]")).to_contain_text("salvato")
        page.keyboard.press("Enter")
    page.locator("#f-motivation-A").fill(SECRET)
    page.keyboard.press("Tab")
    expect(page.locator("#criterion-A [data-saved]")).to_contain_text("salvato")
    send_sheet(watched, "58")


def second_evaluator(watched, scene) -> None:
    """Marks with the radios; sees nothing of the first before sending, everything after."""
    page = watched.page
    declare(watched, scene, scene.evaluators[1])
    address = page.url
    queue = f"{watched.base}/calls/{scene.call_id}/evaluations"
    for path, part in ((queue, "main"), (f"{address}/sending", "main"), (address, "#sheet")):
        page.goto(path)
        assert "58" not in page.inner_text(part)
        for kept in (SECRET, "Ada Prima"):
            assert kept not in page.content()
    for code, mark in zip("ABC", ("8", "8", "6"), strict=True):
        page.locator(f"input[name=mark-{code}][value='{mark}']").check()
        line = page.locator(f"#criterion-{code}")
        expect(line.locator("[data-saved]")).to_contain_text("salvato")
    send_sheet(watched, "49")
    page.goto(address)
    page.get_by_text("Hai inviato questa scheda").wait_for()
    row = page.locator("tr", has_text="Ada Prima")
    expect(row).to_contain_text("58")
    watched.check("sheet, sent")


def publish(office, scene) -> None:
    page = office.page
    office.goto(f"/office/calls/{scene.call_id}/evaluation")
    office.follow(page.get_by_role("link", name="Prova la graduatoria prima di pubblicarla"))
    office.check("trial")
    office.follow(page.get_by_role("button", name="Prova la graduatoria"))
    expect(page.locator("#ranking tbody tr")).to_have_count(2)
    office.check("preview")
    office.follow(page.get_by_role("button", name="Pubblica la graduatoria"))
    page.get_by_text("La graduatoria è pubblicata.").wait_for()


def verify(visitor, scene, tmp_path: Path) -> None:
    """Anybody sees place and points, and computes them again with the downloaded script."""
    page = visitor.page
    visitor.goto(f"/calls/{scene.call_id}")
    visitor.follow(page.get_by_role("link", name="Guarda la graduatoria"))
    first = page.locator("#ranking tbody tr").first
    expect(first).to_contain_text(FIRM)
    for cell in ("1", "53,5", "6.000,00"):
        expect(first).to_contain_text(cell)
    visitor.check("public ranking")
    for name in ("graduatoria.json", "bando.json", "verify_ranking.py"):
        with page.expect_download() as download:
            page.get_by_role("link", name=f"Scarica {name}").click()
        download.value.save_as(tmp_path / name)
    said = page.locator("code", has_text="python3 verify_ranking.py").inner_text()
    command = [sys.executable, "-I", *said.split()[1:]]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.usefixtures("trial")
@pytest.mark.parametrize("width", [1280, 360])
def test_from_the_registration_to_the_ranking(browse, scene, committed, ahead, width, tmp_path):
    her = browse(width)
    her.goto("/calls")
    her.check("calls")
    her.follow(her.page.get_by_role("link", name=f"Bando {_walk(scene)}", exact=True))
    her.check("call")
    register(her, scene, committed)
    her.goto(f"/calls/{scene.call_id}")
    her.follow(her.page.get_by_role("button", name="Prepara la domanda"))
    her.page.get_by_role("heading", name="La tua domanda").wait_for()
    her.check("task list")
    fill_in(her)
    attach(her)
    mend_and_send(her)
    receive(her, committed)
    come_late(browse, scene, width, ahead, committed)
    office = browse(width)
    open_call(office, scene, ahead, committed)
    score_rival(scene, committed)
    first_evaluator(browse(width), scene)
    second_evaluator(browse(width), scene)
    publish(office, scene)
    verify(browse(width), scene, tmp_path)


def _walk(scene) -> str:
    return scene.office.split("@")[0].split(".")[1]


def test_without_javascript_a_section_is_saved_with_its_button(browse, scene, committed):
    her = browse(360, scripted=False)
    her.page.context.add_cookies([{"name": "session", "value": scene.late, "url": her.base}])
    her.goto(f"/applications/{scene.late_id}/sections/idea")
    her.page.fill("#f-idea_what", "Riparo biciclette, anche di notte.")
    her.follow(her.page.get_by_role("button", name="Salva e continua"))
    her.page.get_by_text("Salvata la pagina «L'idea».").wait_for()
    her.page.get_by_role("heading", name="Il mercato", level=1).wait_for()
    her.goto(f"/applications/{scene.late_id}/sections/idea")
    expect(her.page.locator("#f-idea_what")).to_have_value("Riparo biciclette, anche di notte.")
    her.goto(f"/applications/{scene.late_id}/sections/funding")
    her.page.fill("#f-use_stock", "mille")
    her.follow(her.page.get_by_role("button", name="Salva e continua"))
    her.page.get_by_text("Scrivi un importo in euro").first.wait_for()
    expect(her.page.locator("#f-use_stock")).to_have_value("mille")
    her.check("a wrong amount without scripts")
