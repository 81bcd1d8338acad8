"""Who signs out loses nothing that was typed a moment ago: it is sent first, or asked about."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, text

from kit import clock, db
from market.tables.bookings import BookingLine
from market.tables.orders import Offer
from people import sign_ins
from tests.browser.conftest import Watched
from tests.market import make as market

pytestmark = pytest.mark.browser

HOLD = text("select 1 from household where id = :id for update")


class Her:
    """A member on the booking page, where apples are offered."""

    def __init__(self, watched: Watched, household_id: int, product_id: int) -> None:
        self.watched, self.page = watched, watched.page
        self.household_id, self.product_id = household_id, product_id
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
        token = sign_ins.open_session(session, member.person_id, "test", clock.now(session))
    watched = browse(360)
    watched.page.context.add_cookies([{"name": "session", "value": token, "url": site.url}])
    watched.goto(path)
    return Her(watched, family.id, apples.id)


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


def test_a_quantity_typed_before_signing_in_anew_in_another_tab_is_booked(her):
    """Who goes to another tab leaves this one hidden, and it sends."""
    her.type("2")
    her.page.evaluate(
        "Object.defineProperty(document, 'visibilityState', {value: 'hidden'});"
        "document.dispatchEvent(new Event('visibilitychange'));"
    )
    expect(her.state()).to_have_attribute("data-state", "saved")
    other = her.page.context.new_page()
    other.goto(her.watched.base + "/account")
    with other.expect_navigation():
        other.get_by_role("button", name="Esci", exact=True).click()
    assert her.wanted() == 2000
    her.page.locator(f"#f-wanted-{her.product_id}").fill("3")
    her.page.locator(f"#f-wanted-{her.product_id}").press("Tab")
    expect(her.state()).to_have_text("Non salvato: non sei più dentro.")
    assert her.page.input_value(f"#f-wanted-{her.product_id}") == "3"
