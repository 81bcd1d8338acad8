"""What a person types on the booking page stands: through pauses, answers and a reload."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, text

from kit import clock, db
from market.tables.bookings import Booking, BookingLine
from people import proofs, sign_ins
from tests.browser.conftest import Watched
from tests.market import make as market
from tests.waiting import until

pytestmark = pytest.mark.browser

# From one key to the next: within the 400 ms after which a line is sent, and well beyond them.
PAUSES_MS = [300, 900, 1500]
OFFER = "Scritto su questo dispositivo"


@dataclass
class Booked:
    """A household's booking page in a browser, and what the tables hold of it."""

    watched: Watched
    order_id: int
    apples: int
    boxes: int

    @property
    def page(self) -> Page:
        return self.watched.page

    def saved(self) -> dict[str, int]:
        with db.transaction() as session:
            rows = session.execute(
                select(BookingLine.wanted, BookingLine.at_most)
                .join(Booking, Booking.id == BookingLine.booking_id)
                .where(Booking.group_order_id == self.order_id)
            )
            return {"wanted": 0, "most": 0} | {
                name: amount
                for row in rows
                for name, amount in zip(("wanted", "most"), row, strict=True)
            }


@pytest.fixture
def enter(site, committed, browse) -> Callable[[], Booked]:
    def _enter() -> Booked:
        db.configure(committed.engine)
        with db.transaction() as session:
            at = market.world(session)
            apples = market.product(session, at, "Mele", step=500, category="Frutta")
            boxes = market.pieces(session, at, case_size=6, whole_cases=True, category="Verdura")
            order_id = market.opened(session, at)
            member = market.member(session, market.household(session, at))
            token = sign_ins.open_session(
                session, member.person_id, "test", clock.now(session), proofs.BY_PASSWORD_AND_CODE
            )
            found = Booked(browse(360), order_id, apples.id, boxes.id)
        found.page.context.add_cookies([{"name": "session", "value": token, "url": site.url}])
        found.page.clock.install()
        found.watched.goto(f"/group-orders/{order_id}/booking")
        return found

    return _enter


@pytest.mark.parametrize("pause_ms", PAUSES_MS)
@pytest.mark.parametrize("name", ["wanted", "most"])
def test_a_figure_typed_after_a_pause_is_added_to_the_one_before(enter, name, pause_ms):
    her = enter()
    field = her.page.locator(f"[name={name}-{her.boxes}]")
    field.click()
    her.page.keyboard.type("1")
    her.page.clock.run_for(pause_ms)
    her.page.keyboard.type("0")
    her.page.clock.run_for(pause_ms)
    assert field.input_value() == "10"
    field.press("Tab")
    her.page.clock.run_for(1000)
    expect(her.page.locator(f"#line-{her.boxes} [data-saved]")).to_contain_text("salvato")
    assert (field.input_value(), her.saved()[name]) == ("10", 10)


@pytest.mark.parametrize("pause_ms", PAUSES_MS)
def test_an_answer_that_arrives_while_somebody_types_leaves_the_field_alone(enter, pause_ms):
    her = enter()
    line, field = her.page.locator(f"#line-{her.boxes}"), f"[name=wanted-{her.boxes}]"
    line.locator("[data-step='1']").first.click()
    her.page.locator(field).press("End")
    her.page.clock.run_for(pause_ms)
    if pause_ms > 400:
        until(lambda: her.saved()["wanted"] == 1, "the first figure to be saved")
        expect(line.locator("[data-saved]")).to_contain_text("salvato")
    her.page.keyboard.type("0")
    her.page.clock.run_for(pause_ms)
    assert her.page.input_value(field) == "10"
    her.page.keyboard.press("Tab")
    her.page.clock.run_for(1000)
    until(lambda: her.saved()["wanted"] == 10, "the whole number to be saved")
    expect(line.locator("[data-saved]")).to_have_attribute("data-state", "saved")
    assert her.page.input_value(field) == "10"


def test_enter_saves_its_line_and_leaves_the_focus_where_it_is(enter):
    """The whole page was sent, and came back at its top."""
    her = enter()
    apples, boxes = (her.page.locator(f"[name=wanted-{id_}]") for id_ in (her.apples, her.boxes))
    boxes.fill("7")  # typed in another line, and not left yet when the next one is
    apples.click()
    her.page.keyboard.type("2,5")
    sent = []
    her.page.on("request", lambda request: sent.append(request.url.rpartition("/booking")[2]))
    apples.press("Enter")
    her.page.clock.run_for(1000)
    until(lambda: her.saved()["wanted"] == 2500 or sent == [""], "the line to be saved")
    expect(her.page.locator(f"#line-{her.apples} [data-saved]")).to_contain_text("salvato")
    expect(apples).to_be_focused()
    assert "" not in sent, "the whole page was sent"
    apples.press("3")
    assert apples.input_value() == "2,53", "and one goes on typing there"


def test_enter_in_a_refused_line_asks_once_more(enter):
    her = enter()
    apples = her.page.locator(f"[name=wanted-{her.apples}]")
    for _ in range(2):
        apples.fill("0,3")
        with her.page.expect_response(f"**/lines/{her.apples}") as answer:
            apples.press("Enter")
            her.page.clock.run_for(1000)
        assert answer.value.status == 409
    expect(apples).to_be_focused()


def test_without_scripts_enter_sends_the_page(enter, browse):
    her = enter()
    plain = browse(width=360, scripted=False)
    plain.page.context.add_cookies(her.page.context.cookies())
    plain.goto(f"/group-orders/{her.order_id}/booking")
    plain.page.fill(f"[name=wanted-{her.apples}]", "1,5")
    plain.follow(plain.page.locator(f"[name=wanted-{her.apples}]"), "Enter")
    assert her.saved()["wanted"] == 1500


def test_a_reload_right_after_typing_shows_what_was_typed_and_saves_it(enter, committed):
    her = enter()
    field = her.page.locator(f"[name=wanted-{her.apples}]")
    field.click()
    her.page.keyboard.type("2,5")
    # The line that is sent on leaving waits here: the reloaded page is made before it is saved.
    hold = text("SELECT 1 FROM offer WHERE product_id = :id FOR UPDATE")
    with committed.engine.begin() as holder:
        holder.execute(hold, {"id": her.apples})
        her.page.reload()
        assert her.saved()["wanted"] == 0
        expect(field).to_have_value("2,5")
        expect(her.page.get_by_role("group", name=OFFER)).to_have_count(0)
        her.page.clock.run_for(1000)
    expect(her.page.locator(f"#line-{her.apples} [data-saved]")).to_contain_text("salvato")
    assert her.saved()["wanted"] == 2500
    her.watched.check("the page that was loaded again")
    her.page.reload()
    expect(field).to_have_value("2,5")
    expect(her.page.get_by_role("group", name=OFFER)).to_have_count(0)
