"""What people type is never lost: a session ends, a page is left, a device keeps it."""

import json
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from calls.applications import drafts
from calls.score_sheets import queue as queues
from kit import clock, db
from market.tables.bookings import BookingLine
from market.tables.orders import Offer
from people import proofs, roles, sign_ins
from people.actors import Actor
from tests import make as people
from tests.browser.conftest import Watched
from tests.calls import commissions
from tests.calls import make as calls
from tests.ended import PASSWORD, end, may_sign_in
from tests.market import make as market
from tests.waiting import until

pytestmark = pytest.mark.browser

WAYS = [(1280, True), (1280, False), (360, True)]
STORE = "localStorage.getItem('farelegami-kept')"


@dataclass
class Somebody:
    """A person in a browser, whose session can be let end."""

    id: int
    email: str
    watched: Watched

    def let_the_session_end(self) -> None:
        with db.transaction() as session:
            end(session, self.id)

    def sign_in_on_the_way(self, name: str) -> None:
        """Through the sign-in page and the one after it, back to the form."""
        page = self.watched.page
        page.get_by_text("Quello che stavi scrivendo è qui con te").wait_for()
        self.read_it_in_english("Sign in")
        self.watched.check(f"{name}: sign-in")
        page.fill("[name=email]", self.email)
        page.fill("[name=password]", PASSWORD)
        self.watched.follow(page.get_by_role("button", name="Entra", exact=True))
        page.get_by_role("heading", name="Sei di nuovo dentro").wait_for()
        self.read_it_in_english("You are in again")
        self.watched.check(f"{name}: way back")
        self.watched.follow(page.get_by_role("button", name="Torna a quello che scrivevi"))
        page.get_by_text("controlla e premi di nuovo").wait_for()
        self.watched.check(f"{name}: the form again")

    def read_it_in_english(self, heading: str) -> None:
        """Change the language there and back: the page comes again, with what it holds."""
        page = self.watched.page
        self.watched.follow(page.get_by_role("button", name="English"))
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        self.watched.follow(page.get_by_role("button", name="Italiano"))


@pytest.fixture
def enter(site, committed, browse):
    """Come in as a person: `enter(person_id, "/path", width, scripted)`."""
    db.configure(committed.engine)

    def _enter(person_id: int, path: str, width: int = 1280, scripted: bool = True) -> Somebody:
        with db.transaction() as session:
            email = may_sign_in(session, person_id)
            token = sign_ins.open_session(
                session, person_id, "test", clock.now(session), proofs.BY_PASSWORD_AND_CODE
            )
        watched = browse(width, scripted=scripted)
        watched.page.context.add_cookies([{"name": "session", "value": token, "url": site.url}])
        watched.goto(path)
        return Somebody(person_id, email, watched)

    return _enter


@dataclass
class Order:
    member: Actor
    path: str
    apples: int
    pears: int

    def booked(self) -> dict[int, int]:
        with db.transaction() as session:
            rows = session.execute(
                select(Offer.product_id, BookingLine.wanted)
                .join(Offer, Offer.id == BookingLine.offer_id)
                .where(Offer.product_id.in_([self.apples, self.pears]))
            )
            return {product_id: wanted for product_id, wanted in rows.all() if wanted}


@pytest.fixture
def order(site, committed) -> Order:
    db.configure(committed.engine)
    with db.transaction() as session:
        at = market.world(session)
        apples = market.product(session, at, "Mele", step=500, category="Frutta")
        pears = market.product(session, at, "Pere", step=500, category="Frutta")
        family = market.household(session, at)
        order_id = market.opened(session, at)
        member = market.member(session, family)
        path = f"/group-orders/{order_id}/booking"
        return Order(member, path, apples.id, pears.id)


@pytest.mark.parametrize(("width", "scripted"), WAYS)
def test_a_booking_goes_on_where_the_session_ended(enter, order, site, width, scripted):
    her = enter(order.member.person_id, order.path, width, scripted)
    page = her.watched.page
    her.let_the_session_end()
    page.fill(f"[name=wanted-{order.apples}]", "1,5")
    if scripted:
        page.locator(f"[name=wanted-{order.apples}]").press("Tab")
        line = page.locator(f"#line-{order.apples}")
        expect(line.locator("[data-saved]")).to_have_text("Non salvato: non sei più dentro.")
        her.watched.check("a line that is not saved")
        page.fill(f"[name=wanted-{order.pears}]", "2")
        her.watched.follow(line.get_by_role("button", name="Entra e continua"))
    else:
        page.fill(f"[name=wanted-{order.pears}]", "2")
        her.watched.follow(page.get_by_role("button", name="Salva la prenotazione"))
    assert order.booked() == {}
    her.sign_in_on_the_way("booking")
    assert page.input_value(f"[name=wanted-{order.apples}]") == "1,5"
    assert page.input_value(f"[name=wanted-{order.pears}]") == "2"
    assert order.booked() == {}, "nothing is saved before it was looked at"
    her.watched.follow(page.get_by_role("button", name="Salva la prenotazione"))
    page.get_by_text("La prenotazione è salvata").wait_for()
    assert order.booked() == {order.apples: 1500, order.pears: 2000}
    if scripted:
        assert page.evaluate(STORE) is None, "what is saved is kept no longer"


TEXTS = {
    "idea_what": "Riparo biciclette.\nAnche a domicilio.",
    "idea_new": "Qui non lo fa nessuno, «davvero».",
    "idea_skills": "Tre anni in officina 🚲",
}


@pytest.mark.parametrize(("width", "scripted"), WAYS)
def test_a_section_of_an_application_goes_on_where_the_session_ended(
    enter, site, committed, width, scripted
):
    db.configure(committed.engine)
    with db.transaction() as session:
        actor = people.actor(session, people.person(session, "Giulia Ferrari"))
        draft = calls.draft(session, calls.call(session), actor, None, **dict.fromkeys(TEXTS, ""))

    def saved() -> dict[str, str]:
        with db.transaction() as session:
            values = drafts.own(session, actor, draft).values
            return {name: values.get(name, "") for name in TEXTS}

    her = enter(actor.person_id, f"/applications/{draft}/sections/idea", width, scripted)
    page = her.watched.page
    her.let_the_session_end()
    for name, words in TEXTS.items():
        page.fill(f"[name={name}]", words)
    if scripted:
        page.locator("[name=idea_skills]").press("Tab")
        resume = page.get_by_role("button", name="Entra e continua")
        expect(resume).to_have_count(3)
        her.watched.check("fields that are not saved")
        her.watched.follow(resume.last)
    else:
        her.watched.follow(page.get_by_role("button", name="Salva e continua"))
    her.sign_in_on_the_way("application")
    for name, words in TEXTS.items():
        assert page.input_value(f"[name={name}]") == words
    assert saved() == dict.fromkeys(TEXTS, "")
    her.watched.follow(page.get_by_role("button", name="Salva e continua"))
    assert saved() == TEXTS
    written = (site.data / "web.log").read_text()
    assert "sections" in written and "officina" not in written and "domicilio" not in written


@pytest.mark.usefixtures("trial")
@pytest.mark.parametrize(("width", "scripted"), WAYS)
def test_a_score_sheet_goes_on_where_the_session_ended(enter, site, committed, width, scripted):
    db.configure(committed.engine)
    with db.transaction() as session:
        found = commissions.world(session, applications=1)
    key, evaluator = found.keys[0], found.evaluators[0]
    path = f"/calls/{key.call_id}/evaluations/{key.application_id}"
    his = enter(evaluator.person_id, path, width, scripted)
    page = his.watched.page
    his.let_the_session_end()
    page.locator("input[name=mark-A][value='8']").check()
    page.fill("[name=motivation-A]", "Idea chiara, conti veri.")
    if scripted:
        page.locator("[name=motivation-A]").press("Tab")
        page.locator("#criterion-A").get_by_role("button", name="Entra e continua").wait_for()
    page.locator("input[name=mark-B][value='6']").check()
    if scripted:
        resume = page.locator("#criterion-B").get_by_role("button", name="Entra e continua")
        resume.wait_for()
        his.watched.check("marks that are not saved")
        his.watched.follow(resume)
    else:
        his.watched.follow(page.get_by_role("button", name="Salva e continua dopo"))
    his.sign_in_on_the_way("score sheet")
    assert page.locator("input[name=mark-A][value='8']").is_checked()
    assert page.locator("input[name=mark-B][value='6']").is_checked()
    assert page.input_value("[name=motivation-A]") == "Idea chiara, conti veri."
    his.watched.follow(page.get_by_role("button", name="Salva e continua dopo"))
    with db.transaction() as session:
        sheet = queues.view(session, evaluator, key)
    marks = {code: str(mark) for code, mark in sheet.marks.items() if mark is not None}
    assert (marks, sheet.motivations["A"]) == ({"A": "8", "B": "6"}, "Idea chiara, conti veri.")


def test_a_quantity_typed_just_before_the_page_is_left_is_booked(enter, order):
    her = enter(order.member.person_id, order.path)
    page = her.watched.page
    page.locator(f"[name=wanted-{order.apples}]").click()
    page.keyboard.type("2,5")
    her.watched.goto("/group-orders")
    until(lambda: order.booked() == {order.apples: 2500}, "the line to arrive", 15)
    her.watched.check("the orders")


def test_what_was_typed_as_the_session_ended_is_offered_and_not_sent_by_itself(enter, order):
    her = enter(order.member.person_id, order.path)
    page = her.watched.page
    her.let_the_session_end()
    page.locator(f"[name=wanted-{order.apples}]").click()
    page.keyboard.type("2,5")
    her.watched.goto(order.path)
    page.fill("[name=email]", her.email)
    page.fill("[name=password]", PASSWORD)
    her.watched.follow(page.get_by_role("button", name="Entra", exact=True))
    offer = page.get_by_role("group", name="Scritto su questo dispositivo")
    expect(offer).to_contain_text("avevi scritto una cosa che qui non c'è")
    assert page.input_value(f"[name=wanted-{order.apples}]") == ""
    assert order.booked() == {}
    offer.get_by_role("button", name="Rimetti").click()
    until(lambda: order.booked() == {order.apples: 2500}, "the line to be saved")


@pytest.fixture
def office(site, committed) -> Actor:
    db.configure(committed.engine)
    with db.transaction() as session:
        return calls.office(session)


def kept(page) -> list[dict[str, str]]:
    """What the device keeps, once it has been written."""
    found = json.loads(page.evaluate(STORE) or "{}")
    return [thing["value"] for thing in found.get("things", {}).values()]


def test_what_was_typed_and_not_sent_is_offered_again_on_this_device(enter, office):
    her = enter(office.person_id, "/office/calls/new")
    page = her.watched.page
    page.on("dialog", lambda dialog: dialog.accept())
    page.fill("[name=title]", "Bando dei forni")
    page.fill("[name=summary]", "Per chi impasta.")
    until(lambda: kept(page) == [{"title": "Bando dei forni", "summary": "Per chi impasta."}], "it")
    page.fill("[name=title]", "")
    until(lambda: kept(page) == [{"summary": "Per chi impasta."}], "the title to go")
    page.fill("[name=title]", "Bando dei forni")
    her.watched.goto("/office/calls")
    her.watched.goto("/office/calls/new")
    assert page.input_value("[name=title]") == ""
    offer = page.get_by_role("group", name="Scritto su questo dispositivo")
    expect(offer).to_contain_text("avevi scritto 2 cose che qui non ci sono")
    expect(offer).to_contain_text("Titolo: Bando dei forni")
    her.watched.check("the offer")
    offer.get_by_role("button", name="Rimetti").click()
    assert page.input_value("[name=title]") == "Bando dei forni"
    assert page.input_value("[name=summary]") == "Per chi impasta."
    expect(offer).to_have_count(0)
    her.watched.follow(page.get_by_role("button", name="Salva la bozza").first)
    page.get_by_text("Bozza salvata.").wait_for()
    assert kept(page) == []
    her.watched.goto("/office/calls/new")
    expect(offer).to_have_count(0)


def test_what_is_thrown_away_or_refused_or_signed_out_of(enter, office):
    her = enter(office.person_id, "/office/calls/new")
    page = her.watched.page
    page.on("dialog", lambda dialog: dialog.accept())
    offer = page.get_by_role("group", name="Scritto su questo dispositivo")
    page.fill("[name=title]", "Da buttare")
    until(lambda: kept(page), "the title to be kept")
    page.reload()
    offer.get_by_role("button", name="Butta via").click()
    assert kept(page) == []
    page.reload()
    expect(offer).to_have_count(0)
    page.fill("[name=title]", "a" * 20_001)
    her.watched.follow(page.get_by_role("button", name="Salva la bozza").first)
    expect(page.locator("#e-title")).to_contain_text("Il testo è troppo lungo")
    assert len(kept(page)[0]["title"]) == 20_001, "a refusal saves nothing"
    page.fill("[name=title]", "Prima di uscire")
    until(lambda: kept(page) == [{"title": "Prima di uscire"}], "the title to be kept")
    her.watched.follow(page.get_by_role("button", name="Esci"))
    assert page.evaluate(STORE) is None


@pytest.mark.usefixtures("trial")
@pytest.mark.parametrize(("width", "scripted"), WAYS)
def test_an_old_tab_in_the_browser_of_another_person_loses_nothing(
    enter, office, site, width, scripted
):
    her = enter(office.person_id, "/office/calls/new", width, scripted)
    page = her.watched.page
    page.fill("[name=title]", "Scritto da lei")
    with db.transaction() as session:
        other = people.person(session, "Bruno Ferri")
        token = sign_ins.open_session(
            session, other.id, "test", clock.now(session), proofs.BY_PASSWORD_AND_CODE
        )
    page.context.add_cookies([{"name": "session", "value": token, "url": site.url}])
    her.watched.follow(page.get_by_role("button", name="Salva la bozza"))
    page.get_by_text("In questo browser adesso c'è Bruno Ferri").wait_for()
    her.read_it_in_english("Somebody else is here now")
    her.watched.check("somebody else")
    her.watched.follow(page.get_by_role("button", name="Esci ed entra con il tuo indirizzo"))
    her.sign_in_on_the_way("after another person")
    assert page.input_value("[name=title]") == "Scritto da lei"


def test_another_person_on_the_same_device_is_offered_nothing(enter, office, site):
    her = enter(office.person_id, "/office/calls/new")
    page = her.watched.page
    page.on("dialog", lambda dialog: dialog.accept())
    page.fill("[name=title]", "Di un'altra persona")
    until(lambda: kept(page), "the title to be kept")
    with db.transaction() as session:
        other = calls.office(session)
        token = sign_ins.open_session(
            session, other.person_id, "test", clock.now(session), proofs.BY_PASSWORD_AND_CODE
        )
    page.context.clear_cookies()
    her.watched.goto("/sign-in")
    assert kept(page), "who is not signed in leaves it alone: the session may have ended"
    page.context.add_cookies([{"name": "session", "value": token, "url": site.url}])
    her.watched.goto("/office/calls/new")
    assert page.evaluate(STORE) is None
    assert page.get_by_role("group", name="Scritto su questo dispositivo").count() == 0


def test_neither_passwords_nor_marks_nor_keys_stay_on_the_device(enter, site, committed):
    db.configure(committed.engine)
    with db.transaction() as session:
        at = market.world(session)
        roles.grant(session, None, at.coordinator.person_id, roles.MEMBER, "household", 1, at.now)
    her = enter(at.coordinator.person_id, f"/centres/{at.centre.id}/households/new")
    page = her.watched.page
    page.fill("[name=name]", "Famiglia Ghidoni")
    until(lambda: kept(page) == [{"name": "Famiglia Ghidoni"}], "the name and nothing else")
    stored = page.evaluate(STORE)
    for name in ("csrf", "key", "seen"):
        for field in page.locator(f"main [name={name}]").all():
            assert field.get_attribute("value") not in stored
    page.on("dialog", lambda dialog: dialog.accept())
    page.context.clear_cookies()
    her.watched.goto("/sign-in")
    page.fill("[name=email]", her.email)
    page.fill("[name=password]", "sbagliata-davvero")
    her.watched.follow(page.get_by_role("button", name="Entra", exact=True))
    assert "sbagliata" not in page.evaluate(STORE)
