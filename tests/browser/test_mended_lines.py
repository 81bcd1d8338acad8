"""What stands on top of a page goes once the lines beneath it say something else."""

import pytest
from playwright.sync_api import expect

from kit import clock, db
from people import proofs, sign_ins
from tests.market import make as market

pytestmark = pytest.mark.browser

SAVE = "Salva la prenotazione"


@pytest.fixture
def booking(site, committed, browse):
    """The page of a household that may book two products by the half kilogram, and their ids."""
    db.configure(committed.engine)
    with db.transaction() as session:
        at = market.world(session)
        ids = [market.product(session, at, name, step=500).id for name in ("Mele", "Pere")]
        family = market.household(session, at)
        path = f"/group-orders/{market.opened(session, at)}/booking"
        member = market.member(session, family)
        token = sign_ins.open_session(
            session, member.person_id, "test", clock.now(session), proofs.BY_PASSWORD_AND_CODE
        )
    watched = browse(360)
    watched.page.context.add_cookies([{"name": "session", "value": token, "url": site.url}])
    watched.goto(path)
    return watched, ids


def type_in(page, product_id, quantity):
    page.fill(f"#f-wanted-{product_id}", quantity)
    page.press(f"#f-wanted-{product_id}", "Tab")


def state(page, product_id):
    return page.locator(f"#line-{product_id} [data-saved]")


def test_the_lines_that_were_not_saved_leave_the_summary_as_they_are_mended(booking):
    watched, ids = booking
    for id_ in ids:
        type_in(watched.page, id_, "0,3")
        expect(state(watched.page, id_)).to_have_attribute("data-state", "failed")
    watched.follow(watched.page.get_by_role("button", name=SAVE))
    summary = watched.page.locator("[data-summary]")
    expect(summary).to_contain_text("2 righe non sono salvate:")
    type_in(watched.page, ids[0], "1")
    expect(state(watched.page, ids[0])).to_have_attribute("data-state", "saved")
    expect(summary).to_contain_text("Una riga non è salvata:")
    expect(summary.locator("li")).to_have_count(1)
    type_in(watched.page, ids[1], "0,4")
    expect(state(watched.page, ids[1])).to_have_attribute("data-state", "failed")
    expect(summary.locator("li")).to_have_count(1)
    type_in(watched.page, ids[1], "0,5")
    expect(state(watched.page, ids[1])).to_have_attribute("data-state", "saved")
    expect(summary).to_have_count(0)


def test_that_all_is_saved_is_not_said_over_a_line_that_is_not(booking):
    watched, ids = booking
    type_in(watched.page, ids[0], "1")
    expect(state(watched.page, ids[0])).to_have_attribute("data-state", "saved")
    watched.follow(watched.page.get_by_role("button", name=SAVE))
    said = watched.page.get_by_text("La prenotazione è salvata.")
    expect(said).to_be_visible()
    type_in(watched.page, ids[0], "1,5")
    expect(state(watched.page, ids[0])).to_have_attribute("data-state", "saved")
    expect(said).to_be_visible()
    watched.page.context.set_offline(True)
    type_in(watched.page, ids[1], "1")
    expect(state(watched.page, ids[1])).to_contain_text("manca la linea")
    expect(said).to_have_count(0)
    watched.page.context.set_offline(False)
    expect(state(watched.page, ids[1])).to_have_attribute("data-state", "saved")
