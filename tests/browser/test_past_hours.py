"""Pages left open past their hour: what they offer goes at the instant their label changes."""

import re

import pytest
from playwright.sync_api import expect

from kit import clock, db
from people import proofs, sign_ins
from tests import make as people
from tests.calls import make

pytestmark = pytest.mark.browser
OFFERS = (
    "Entra per fare domanda",
    "Registrati",
    "Prepara la domanda",
    "Continua la tua domanda",
    "Controlla e invia",
    "poi invia",
    "Invia la domanda",
    "Salva e continua",
    "Si salva da sola",
    "Carica il file",
    "Cambia",
)


@pytest.fixture
def left_open(site, committed, browse):
    """Open a page whose time the test winds, as a visitor or as who has begun an application."""
    db.configure(committed.engine)
    with db.transaction() as session:
        now = clock.now(session)
        call = make.call(session, now)
        actor = people.actor(session, people.person(session))
        home = f"/applications/{make.draft(session, call, actor)}"
        newcomer = people.actor(session, people.person(session))
        tokens = {
            who: sign_ins.open_session(
                session, one.person_id, "test", now, proofs.BY_PASSWORD_AND_CODE
            )
            for who, one in (("applicant", actor), ("newcomer", newcomer))
        }

    def open_(who: str, path: str):
        tab = browse(width=360)
        if who in tokens:
            cookie = {"name": "session", "value": tokens[who], "url": site.url}
            tab.page.context.add_cookies([cookie])
        tab.page.clock.install()
        tab.goto(path.format(call=f"/calls/{call.call_id}", home=home))
        return tab

    return open_


@pytest.mark.parametrize(
    ("who", "path", "offer"),
    [
        ("visitor", "{call}", "Entra per fare domanda"),
        ("newcomer", "{call}", "Prepara la domanda"),
        ("applicant", "{call}", "Continua la tua domanda"),
        ("applicant", "{home}", "Controlla e invia"),
        ("applicant", "{home}/sections/idea", "Salva e continua"),
        ("applicant", "{home}/attachments", "Carica il file"),
        ("applicant", "{home}/check", "Invia la domanda"),
    ],
)
def test_a_page_open_past_the_deadline_offers_nothing_that_is_refused(left_open, who, path, offer):
    tab = left_open(who, path)
    main = tab.page.locator("main")
    assert offer in main.inner_text()
    tab.page.clock.fast_forward(25 * 86_400_000)
    expect(main.get_by_text("tempo scaduto").first).to_be_visible()
    left = main.inner_text()
    assert [one for one in OFFERS if one in left] == []
    if who == "applicant":
        assert "Rileggi" in left
        assert "Il tempo è scaduto" in left or path in ("{call}", "{home}")
    tab.check(f"{path} past its deadline")


DAYS_25 = 25 * 86_400_000


def test_what_is_being_typed_at_the_deadline_is_said_not_to_be_saved_and_stays(left_open):
    tab = left_open("applicant", "{home}/sections/idea")
    field = tab.page.locator("main textarea").last
    field.scroll_into_view_if_needed()
    field.press_sequentially("ancora una riga")
    typed = field.input_value()
    tab.page.clock.fast_forward(DAYS_25)
    alert = tab.page.locator(".fl-over[role=status]")
    expect(alert).to_be_in_viewport(ratio=1)
    line = field.locator("xpath=ancestor::*[@data-line]")
    expect(line.locator("[data-saved]")).to_contain_text("Non salvato: il tempo è scaduto.")
    assert field.input_value() == typed and "ancora una riga" in typed


def test_a_file_that_was_chosen_at_the_deadline_is_named(left_open, tmp_path):
    tab = left_open("applicant", "{home}/attachments")
    file = tmp_path / "visura.pdf"
    file.write_bytes(b"%PDF-1.7")
    tab.page.locator("input[type=file]").set_input_files(file)
    tab.page.clock.fast_forward(DAYS_25)
    alert = tab.page.locator(".fl-over[role=status]")
    expect(alert).to_contain_text("Non è stato caricato, e non è nella domanda: visura.pdf")
    expect(alert).to_be_in_viewport(ratio=1)


def test_the_clock_of_the_server_goes_on(left_open):
    tab = left_open("visitor", "{call}")
    clock, read = tab.page.locator("[data-clock]"), tab.page.locator("[data-clock-read]")
    expect(read).to_be_hidden()
    before = clock.inner_text()
    tab.page.clock.run_for(61_000)
    expect(clock).not_to_have_text(before)
    said = f"{before} {clock.inner_text()}"
    minutes = [int(found) for found in re.findall(r"ore \d\d:(\d\d)", said)]
    assert (minutes[1] - minutes[0]) % 60 in (1, 2)


@pytest.mark.parametrize("who", ["applicant", "visitor"])
@pytest.mark.parametrize("path", ["/calls", "/"])
def test_a_list_open_past_the_deadline_says_nowhere_that_there_is_time(left_open, who, path):
    tab = left_open(who, path)
    labels = tab.page.locator("main .fl-state")
    assert {"aperto", "da inviare"} & set(labels.all_inner_texts())
    tab.page.clock.fast_forward(DAYS_25)
    expect(tab.page.locator("main").get_by_text("tempo scaduto").first).to_be_visible()
    assert not {"aperto", "da inviare"} & set(labels.all_inner_texts())
