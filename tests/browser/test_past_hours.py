"""Pages left open past their hour: what they offer goes at the instant their label changes."""

import pytest
from playwright.sync_api import expect

from kit import clock, db
from people import sign_ins
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
            who: sign_ins.open_session(session, one.person_id, "test", now)
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
    tab.check(f"{path} past its deadline")
