"""Two tabs, two people before one draft: what the older page shows undoes nothing of the newer."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from calls.applications import drafts as applications
from calls.tables.score_sheets import Score, ScoreSheet
from calls.tables.texts import Call, CallVersion
from calls.texts import drafts
from kit import clock, db
from people import proofs, sign_ins
from people.tables.persons import Person
from tests import make as people
from tests.browser.conftest import Watched
from tests.calls import commissions, make
from tests.calls.examples import call_values
from tests.waiting import until

pytestmark = pytest.mark.browser
# Wide and narrow with scripts, and once without.
SCREENS = [(1280, True), (360, True), (1280, False)]
ASKED = "Intanto questo è cambiato"
AGAIN = "Da quando hai aperto la pagina è cambiato qualcosa"


@pytest.fixture
def tabs(site, committed, browse):
    """Browsers of their own of one or more persons, each with a page open."""
    db.configure(committed.engine)

    def open_(path: str, *person_ids: int, width: int = 1280, scripted: bool = True):
        opened = []
        for person_id in person_ids:
            with db.transaction() as session:
                token = sign_ins.open_session(
                    session, person_id, "test", clock.now(session), proofs.BY_PASSWORD_AND_CODE
                )
            tab = browse(width, scripted=scripted)
            cookie = {"name": "session", "value": token, "url": site.url}
            tab.page.context.add_cookies([cookie])
            tab.goto(path)
            opened.append(tab)
        return opened

    return open_


def typed(tab: Watched, name: str, text: str) -> None:
    """Type into a field and leave it; where scripts run, see it saved."""
    field = tab.page.locator(f"#f-{name}")
    field.fill(text)
    field.blur()  # the browser tells of the change itself, once


def saved(tab: Watched, name: str) -> None:
    line = tab.page.locator("[data-line]", has=tab.page.locator(f"#f-{name}"))
    expect(line.locator("[data-saved]")).to_contain_text("salvato")


def clash(tab: Watched, name: str, theirs: str, mine: str) -> None:
    """What is saved stands beside what was typed, which stays in its field."""
    beside = tab.page.locator(f"#k-{name}")
    expect(beside).to_contain_text(ASKED)
    expect(beside.locator("blockquote")).to_have_text(theirs)
    expect(tab.page.locator(f"#f-{name}")).to_have_value(mine)


@dataclass
class Draft:
    person_id: int
    actor: Any
    id: int

    @property
    def page(self) -> str:
        return f"/applications/{self.id}/sections/idea"

    def values(self, committed):
        with committed.sessions() as session:
            return applications.own(session, self.actor, self.id).values


@pytest.fixture
def draft(committed) -> Draft:
    db.configure(committed.engine)
    with db.transaction() as session:
        call = make.call(session)
        actor = people.actor(session, people.person(session, "Giulia Ferrari"))
        return Draft(actor.person_id, actor, make.draft(session, call, actor))


@pytest.mark.parametrize("width", [1280, 360])
def test_an_older_tab_of_an_application_saves_field_by_field(tabs, draft, committed, width):
    old, new = tabs(draft.page, draft.person_id, draft.person_id, width=width)
    typed(new, "idea_what", "Scritto nella pagina nuova.")
    saved(new, "idea_what")
    typed(old, "idea_new", "Scritto nella pagina vecchia.")
    saved(old, "idea_new")
    now = draft.values(committed)
    assert now["idea_what"] == "Scritto nella pagina nuova."
    assert now["idea_new"] == "Scritto nella pagina vecchia."
    typed(old, "idea_what", "Anche qui.")
    clash(old, "idea_what", "Scritto nella pagina nuova.", "Anche qui.")
    old.check("a clash beside its field")
    assert draft.values(committed)["idea_what"] == "Scritto nella pagina nuova."
    old.follow(old.page.get_by_role("button", name="Salva e continua"))
    now = draft.values(committed)
    assert (now["idea_what"], now["idea_new"]) == ("Anche qui.", "Scritto nella pagina vecchia.")


def test_what_is_kept_and_wrong_is_not_shown_as_good(tabs, draft, committed):
    (tab,) = tabs(f"/applications/{draft.id}/sections/proponent", draft.person_id)
    line = tab.page.locator("[data-line]", has=tab.page.locator("#f-tax_code"))
    state, field = line.locator("[data-saved]"), tab.page.locator("#f-tax_code")
    right = draft.values(committed)["tax_code"]
    typed(tab, "tax_code", right[:-1] + ("A" if right[-1] != "A" else "B"))
    expect(line.locator("[data-wrong]")).to_contain_text("un segno è sbagliato")
    expect(state).to_have_attribute("data-state", "wrong")
    expect(state).to_contain_text("ma da correggere")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_attribute("aria-describedby", re.compile("wrong-tax_code"))
    tab.check("kept, and wrong")
    tab.goto(f"/applications/{draft.id}/sections/proponent")
    expect(field).to_have_attribute("aria-invalid", "true")
    typed(tab, "tax_code", right)
    expect(state).to_have_attribute("data-state", "saved")
    expect(field).not_to_have_attribute("aria-invalid", "true")
    # What another field makes wrong is said, too, and is not good any more.
    typed(tab, "birth_day", "1999-05-03")
    expect(state).to_have_attribute("data-state", "wrong")
    assert draft.values(committed)["tax_code"] == right


def test_what_is_changed_again_at_once_does_not_meet_itself(tabs, draft, committed):
    (tab,) = tabs(draft.page, draft.person_id)
    for text in ("Uno.", "Uno e due.", "Uno, due e tre."):
        typed(tab, "idea_what", text)
    saved(tab, "idea_what")
    expect(tab.page.locator("#k-idea_what blockquote")).to_have_count(0)
    assert draft.values(committed)["idea_what"] == "Uno, due e tre."


def test_an_older_tab_of_an_application_without_javascript(tabs, draft, committed):
    old, new = tabs(draft.page, draft.person_id, draft.person_id, scripted=False)
    button = "Salva e continua"
    new.page.fill("#f-idea_what", "Scritto nella pagina nuova.")
    new.follow(new.page.get_by_role("button", name=button))
    old.page.fill("#f-idea_what", "Anche qui.")
    old.page.fill("#f-idea_new", "Scritto nella pagina vecchia.")
    old.follow(old.page.get_by_role("button", name=button))
    clash(old, "idea_what", "Scritto nella pagina nuova.", "Anche qui.")
    assert draft.values(committed)["idea_what"] == "Scritto nella pagina nuova."
    old.follow(old.page.get_by_role("button", name=button))
    now = draft.values(committed)
    assert (now["idea_what"], now["idea_new"]) == ("Anche qui.", "Scritto nella pagina vecchia.")


def marks_of(committed, key) -> dict[str, tuple[str, str]]:
    with committed.sessions() as session:
        rows = session.execute(
            select(Score.criterion, Score.mark, Score.motivation)
            .join(ScoreSheet, ScoreSheet.id == Score.score_sheet_id)
            .where(ScoreSheet.application_id == key.application_id)
        )
        return {code: (f"{mark:f}".partition(".")[0], why) for code, mark, why in rows if mark}


@pytest.mark.parametrize(("width", "scripted"), SCREENS)
def test_an_older_tab_of_a_score_sheet(tabs, committed, width, scripted):
    db.configure(committed.engine)
    with db.transaction() as session:
        found = commissions.world(session, applications=1)
    key, me = found.keys[0], found.evaluators[0].person_id
    path = f"/calls/{found.call_id}/evaluations/{key.application_id}"
    old, new = tabs(path, me, me, width=width, scripted=scripted)
    for code, mark in (("A", "10"), ("B", "8"), ("C", "6")):
        new.page.locator(f"input[name=mark-{code}][value='{mark}']").check(force=True)
    later = "Salva e continua dopo"
    if scripted:
        new.page.get_by_text("La scheda è completa.").wait_for()
    else:
        new.follow(new.page.get_by_role("button", name=later))
    # Only a motivation: the mark of the other tab stays.
    old.page.fill("#f-motivation-A", "Idea chiara.")
    if scripted:
        old.page.locator("#f-motivation-A").dispatch_event("change")
        expect(old.page.locator("#criterion-A [data-saved]")).to_contain_text("salvato")
    # The button that leads to the sending sends the whole old page along.
    old.follow(old.page.get_by_role("button", name="Controlla e invia la scheda"))
    old.page.get_by_text("La scheda è completa.").wait_for()
    assert marks_of(committed, key) == {"A": ("10", "Idea chiara."), "B": ("8", ""), "C": ("6", "")}
    old.check("ready to send")
    # A mark changed after this page was opened is named, and nothing is sent.
    new.goto(path)
    new.page.locator("input[name=mark-B][value='2']").check(force=True)
    if scripted:
        expect(new.page.locator("#criterion-B [data-saved]")).to_contain_text("salvato")
    else:
        new.follow(new.page.get_by_role("button", name=later))
    send = old.page.get_by_role("button", name="Invia la scheda: è definitiva")
    old.follow(send)
    expect(old.page.get_by_role("alert")).to_contain_text(
        "il punteggio di «Competenze» e il totale"
    )
    old.check("not sent: something changed")
    old.follow(send)
    old.page.get_by_text(re.compile(r"Scheda inviata per «.+» \(.+\): 43 punti\.")).wait_for()


@pytest.fixture
def sheet(committed):
    """A sheet that takes marks: who marks, its key, its address."""
    db.configure(committed.engine)
    with db.transaction() as session:
        found = commissions.world(session, applications=1)
    key, me = found.keys[0], found.evaluators[0].person_id
    return me, key, f"/calls/{found.call_id}/evaluations/{key.application_id}"


def mark(tab: Watched, code: str, value: str):
    return tab.page.locator(f"input[name=mark-{code}][value='{value}']")


@pytest.mark.parametrize("how", ["the mouse", "the keyboard", "the button", "a figure"])
def test_a_mark_that_clashed_is_kept_by_pressing_it_again(tabs, committed, sheet, how):
    me, key, path = sheet
    old, new = tabs(path, me, me)
    mark(new, "A", "10").check(force=True)
    expect(new.page.locator("#criterion-A [data-saved]")).to_contain_text("salvato")
    mark(old, "A", "2").check(force=True)
    beside = old.page.locator("#k-mark-A")
    expect(beside.locator("blockquote")).to_have_text("10")
    assert marks_of(committed, key)["A"][0] == "10"
    old.check("a clash beside a mark")
    match how:
        case "the mouse":
            mark(old, "A", "2").click(force=True)
        case "the keyboard":
            mark(old, "A", "2").press("Space")
        case "a figure":
            mark(old, "A", "2").press("2")
        case _:
            beside.get_by_role("button", name="Tieni quello che hai scritto").click()
    expect(beside.locator("blockquote")).to_have_count(0)
    expect(old.page.locator("#criterion-A [data-saved]")).to_contain_text("salvato")
    assert marks_of(committed, key)["A"][0] == "2"


def test_a_mark_pressed_after_the_sheet_was_sent_is_not_shown_as_chosen(tabs, committed, sheet):
    me, key, path = sheet
    (old,) = tabs(path, me)
    with db.transaction() as session:
        evaluator = people.actor(session, session.get_one(Person, me))
        commissions.send(session, evaluator, key, "8 6 6")
    mark(old, "A", "2").click()
    chosen = old.page.locator("#criterion-A input:checked")
    expect(chosen).to_be_disabled()
    assert chosen.get_attribute("value") == "8"
    old.complaints.clear()  # the browser tells of the 409
    old.check("a mark after the sheet was sent")


def test_a_text_and_a_choice_that_clashed_are_kept_by_their_button(tabs, draft, committed):
    path = f"/applications/{draft.id}/sections/proponent"
    old, new = tabs(path, draft.person_id, draft.person_id)
    typed(new, "firm_name", "Nuova")
    saved(new, "firm_name")
    new.page.select_option("#f-firm_kind", "firm")
    saved(new, "firm_kind")
    typed(old, "firm_name", "Vecchia")
    old.page.select_option("#f-firm_kind", "professional")
    for name in ("firm_name", "firm_kind"):
        beside = old.page.locator(f"#k-{name}")
        expect(beside.locator("blockquote")).to_have_count(1)
        beside.get_by_role("button", name="Tieni quello che hai scritto").click()
        expect(beside.locator("blockquote")).to_have_count(0)
        saved(old, name)
    now = draft.values(committed)
    assert (now["firm_name"], now["firm_kind"]) == ("Vecchia", "professional")


def test_a_mark_kept_on_the_device_is_offered_with_its_criterion(tabs, committed, sheet):
    me, key, path = sheet
    (tab,) = tabs(path, me)
    tab.page.on("dialog", lambda dialog: dialog.accept())
    tab.page.context.set_offline(True)
    mark(tab, "B", "8").check(force=True)
    expect(tab.page.locator("#criterion-B [data-saved]")).to_contain_text("Non salvato")
    until(lambda: "mark-B" in tab.page.evaluate("localStorage['farelegami-kept'] || ''"), "it")
    tab.page.evaluate("window.addEventListener('online', e => e.stopImmediatePropagation(), true)")
    with committed.sessions() as session:
        mine = select(ScoreSheet.id).where(ScoreSheet.application_id == key.application_id)
        assert session.scalars(mine).all() == []
    tab.page.close()
    tab.page = tab.page.context.new_page()
    tab.page.context.set_offline(False)
    tab.goto(path)
    offer = tab.page.get_by_role("group", name="Scritto su questo dispositivo")
    expect(offer).to_contain_text("B. Competenze, 8 ")


def test_a_half_mark_where_only_whole_ones_are_given_is_said_beside(tabs, committed, sheet):
    me, key, path = sheet
    (tab,) = tabs(path, me)
    tab.page.clock.install()
    tab.page.reload()
    mark(tab, "A", "2").press("4")
    expect(tab.page.locator("#criterion-A [data-saved]")).to_contain_text("salvato")
    wrong = tab.page.locator("#criterion-A [data-mark-wrong]")
    for sign in (",", "5"):
        tab.page.keyboard.press(sign)
    expect(wrong).to_have_text(
        "«4,5»: qui si danno solo punti interi (0 · 2 · 4 · 6 · 8 · 10). Resta 4."
    )
    tab.check("a mark that is none")
    assert marks_of(committed, key)["A"][0] == "4"
    tab.page.clock.run_for(800)  # longer than what leads to no mark is waited with
    mark(tab, "A", "4").press("7")
    expect(wrong).to_contain_text("«7»")
    mark(tab, "A", "6").check(force=True)
    expect(wrong).to_have_text("")


@pytest.mark.parametrize(("width", "scripted"), SCREENS)
def test_two_officers_write_one_draft(tabs, committed, width, scripted):
    db.configure(committed.engine)
    with db.transaction() as session:
        now = clock.now(session)
        one, two = make.office(session), make.office(session)
        call_id = drafts.start(session, one, call_values(now), now).id
    path = f"/office/calls/{call_id}/edit"
    first, second = tabs(path, one.person_id, two.person_id, width=width, scripted=scripted)
    save = "Salva la bozza"
    first.page.fill("#f-section-aims", "Le finalità della prima.")
    first.page.fill("#f-criterion-3-name", "Sostenibilità nuova")
    first.page.fill("#f-cap", "20.000,00")
    first.follow(first.page.get_by_role("button", name=save))
    second.page.fill("#f-section-aid", "Il contributo della seconda.")
    second.page.fill("#f-cap", "18.000,00")
    second.follow(second.page.get_by_role("button", name=save))
    clash(second, "cap", "20.000,00", "18.000,00")
    second.check("a clash of two officers")
    second.follow(second.page.get_by_role("button", name=save))
    with committed.sessions() as session:
        kept = drafts.draft_values(session.get_one(Call, call_id))
    assert kept["section-aims"] == "Le finalità della prima."
    assert kept["criterion-3-name"] == "Sostenibilità nuova"
    assert kept["section-aid"] == "Il contributo della seconda."
    assert kept["cap"] == "18.000,00"


@pytest.mark.parametrize(("width", "scripted"), SCREENS)
def test_a_cap_saved_after_the_preview_is_not_published_unread(tabs, committed, width, scripted):
    db.configure(committed.engine)
    with db.transaction() as session:
        now = clock.now(session)
        one, two = make.office(session), make.office(session)
        call_id = drafts.start(session, one, call_values(now), now).id
    path = f"/office/calls/{call_id}"
    (preview,) = tabs(f"{path}/publish", one.person_id, width=width, scripted=scripted)
    (other,) = tabs(f"{path}/edit", two.person_id, width=width, scripted=scripted)
    other.page.fill("#f-cap", "20.000,00")
    other.follow(other.page.get_by_role("button", name="Salva la bozza"))
    publish = preview.page.get_by_role("button", name="Pubblica il bando")
    preview.follow(publish)
    said = preview.page.get_by_role("alert")
    expect(said).to_contain_text(f"{AGAIN}: il contributo massimo.")
    expect(preview.page.locator("aside")).to_contain_text("20.000,00")
    preview.check("not published: the cap changed")

    def versions() -> list[str]:
        with committed.sessions() as session:
            return list(
                session.scalars(select(CallVersion.title).where(CallVersion.call_id == call_id))
            )

    assert versions() == []
    preview.follow(publish)
    preview.page.get_by_text("Il bando è pubblicato.").wait_for()
    assert len(versions()) == 1
