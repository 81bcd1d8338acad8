"""Who signs out loses nothing that was typed a moment ago: it is sent first, or asked about."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, text

from kit import clock, db
from market.tables.bookings import BookingLine
from market.tables.orders import Offer
from people import proofs, sign_ins
from tests.browser.conftest import Watched
from tests.market import make as market

pytestmark = pytest.mark.browser

HOLD = text("select 1 from household where id = :id for update")


class Her:
    """A member on the booking page, where apples are offered."""

    def __init__(self, watched: Watched, household_id: int, product_id: int, person: int) -> None:
        self.watched, self.page = watched, watched.page
        self.household_id, self.product_id = household_id, product_id
        self.person_id = person
        self.asked: list[str] = []

    def answer(self, *, yes: bool) -> None:
        self.page.once("dialog", lambda dialog: self.asked.append(dialog.type))
        self.page.once("dialog", lambda dialog: dialog.accept() if yes else dialog.dismiss())

    def type(self, quantity: str) -> None:
        """Write it and stay in the field."""
        self.page.locator(f"#f-wanted-{self.product_id}").fill("")
        self.page.locator(f"#f-wanted-{self.product_id}").press_sequentially(quantity)
        expect(self.state()).to_have_text("da salvare")

    def state(self):
        return self.page.locator(f"#line-{self.product_id} [data-saved]")

    def wanted(self) -> int | None:
        with db.transaction() as session:
            offers = select(Offer.id).where(Offer.product_id == self.product_id)
            return session.scalar(
                select(BookingLine.wanted).where(BookingLine.offer_id.in_(offers))
            )


@pytest.fixture
def her(site, committed, browse) -> Her:
    db.configure(committed.engine)
    with db.transaction() as session:
        at = market.world(session)
        apples = market.product(session, at, "Mele", step=500, category="Frutta")
        family = market.household(session, at)
        path = f"/group-orders/{market.opened(session, at)}/booking"
        member = market.member(session, family)
        token = sign_ins.open_session(
            session, member.person_id, "test", clock.now(session), proofs.BY_PASSWORD_AND_CODE
        )
    watched = browse(360)
    watched.page.context.add_cookies([{"name": "session", "value": token, "url": site.url}])
    watched.goto(path)
    return Her(watched, family.id, apples.id, member.person_id)


def test_a_quantity_typed_just_before_signing_out_is_booked(her):
    her.answer(yes=True)
    her.type("2")
    her.watched.follow(her.page.get_by_role("button", name="Esci"))
    expect(her.page.get_by_text("Sei uscito")).to_be_visible()
    assert her.asked == [] and her.wanted() == 2000


def test_it_is_booked_before_signing_out_everywhere(her):
    """The button stands on a page without lines: here it is beside them."""
    her.answer(yes=True)
    her.type("2")
    her.page.evaluate(
        "document.querySelector('form[action=\"/sign-out\"]').action ="
        " '/account/sign-out-everywhere'"
    )
    her.watched.follow(her.page.get_by_role("button", name="Esci"))
    expect(her.page.get_by_text("Sei uscito da tutti i dispositivi")).to_be_visible()
    assert her.asked == [] and her.wanted() == 2000


def test_what_the_server_does_not_take_is_asked_about_and_kept_by_who_stays(her):
    her.type("2")
    her.answer(yes=False)
    with db.transaction() as session:
        session.execute(HOLD, {"id": her.household_id})
        her.page.get_by_role("button", name="Esci").click()
        expect(her.state()).to_contain_text("siamo in tanti")
        her.page.wait_for_function("() => !document.querySelector('form[data-sent]')")
    assert her.asked == ["beforeunload"]
    expect(her.state()).to_have_attribute("data-state", "saved", timeout=15_000)
    assert her.wanted() == 2000, "the line went again by itself"


def another_window(her, path: str = "/account"):
    """A second window beside hers, which stays in sight."""
    other = her.page.context.new_page()
    other.set_default_timeout(15_000)
    other.goto(her.watched.base + path)
    return other


def leave(window) -> None:
    window.get_by_role("button", name="Esci", exact=True).click()


KEPT = "() => localStorage.getItem('farelegami-kept')"


def test_a_quantity_typed_in_one_window_is_booked_before_signing_out_in_another(her):
    her.answer(yes=True)
    other = another_window(her)
    her.type("2")
    assert her.page.evaluate("document.visibilityState") == "visible"
    leave(other)
    expect(other.get_by_text("Sei uscito")).to_be_visible()
    assert her.asked == [] and her.wanted() == 2000
    her.page.wait_for_url("**/sign-in?next=**")
    assert other.evaluate(KEPT) is None and her.page.evaluate(KEPT) is None


def test_what_another_window_could_not_send_is_asked_about_where_one_signs_out(her):
    asked: list[str] = []
    other = another_window(her)
    her.type("2")
    other.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    with db.transaction() as session:
        session.execute(HOLD, {"id": her.household_id})
        leave(other)
        other.wait_for_function("() => !document.querySelector('form[data-sent]')")
        expect(her.state()).to_have_attribute("data-state", "failed", timeout=15_000)
    assert asked == ["beforeunload"]
    expect(her.state()).to_have_attribute("data-state", "saved", timeout=15_000)
    assert her.wanted() == 2000
    assert other.url.endswith("/account"), "who was asked has stayed"


def test_a_form_half_written_in_another_window_stays_with_who_leaves_all_the_same(her):
    """The person was asked: the words stand there still, and nothing of them on the device."""
    other = another_window(her)
    note = "Quello che nessuno ha salvato"
    her.page.evaluate(
        "() => { const form = document.createElement('form'); form.method = 'post';"
        "form.action = '/account'; form.innerHTML = '<textarea name=note></textarea>';"
        "document.querySelector('main').append(form); }"
    )
    her.page.locator("textarea[name=note]").fill(note)
    her.page.wait_for_function("() => localStorage.getItem('farelegami-kept') !== null")
    other.once("dialog", lambda dialog: dialog.accept())
    leave(other)
    expect(other.get_by_text("Sei uscito")).to_be_visible()
    other.wait_for_function("() => localStorage.getItem('farelegami-kept') === null")
    assert her.page.locator("textarea[name=note]").input_value() == note
    her.page.locator("textarea[name=note]").press_sequentially(" ancora")
    her.page.evaluate("window.dispatchEvent(new Event('pagehide'))")  # what is kept is kept now
    assert her.page.evaluate(KEPT) is None


def test_a_quantity_typed_before_signing_in_anew_in_another_tab_is_booked(her):
    """Who goes to another tab leaves this one hidden, and it sends."""
    her.type("2")
    her.page.evaluate(
        "Object.defineProperty(document, 'visibilityState', {value: 'hidden'});"
        "document.dispatchEvent(new Event('visibilitychange'));"
    )
    expect(her.state()).to_have_attribute("data-state", "saved")
    other = another_window(her)
    with other.expect_navigation():
        leave(other)
    assert her.wanted() == 2000
    her.page.wait_for_url("**/sign-in?next=**")


def test_what_is_typed_after_the_session_was_closed_elsewhere_stays_and_is_told_why(her):
    """On another device, or because a role was taken back: this browser had heard nothing."""
    with db.transaction() as session:
        sign_ins.sign_out_everywhere(session, her.person_id, her.person_id, clock.now(session))
    her.page.locator(f"#f-wanted-{her.product_id}").fill("3")
    her.page.locator(f"#f-wanted-{her.product_id}").press("Tab")
    expect(her.state()).to_contain_text("Non salvato: la tua sessione è stata chiusa.")
    assert her.page.input_value(f"#f-wanted-{her.product_id}") == "3"
