"""On a slow line people are faster than the answers: nothing typed is lost or shown stale."""

import pytest
from playwright.sync_api import Request, expect
from sqlalchemy import select

from calls.tables.score_sheets import ScoreSheet
from kit import clock, db
from market.tables.bookings import Booking, BookingLine
from people import proofs, roles, sign_ins
from tests import make as people
from tests.calls import commissions
from tests.calls import make as calls
from tests.market import make as market

pytestmark = pytest.mark.browser


@pytest.fixture
def enter(site, committed, browse):
    """A page of somebody whose every request from then on takes nearly a second longer."""
    db.configure(committed.engine)

    def open_(person_id: int, path: str):
        with db.transaction() as session:
            token = sign_ins.open_session(
                session, person_id, "test", clock.now(session), proofs.BY_PASSWORD_AND_CODE
            )
        watched = browse(360)
        watched.page.context.add_cookies([{"name": "session", "value": token, "url": site.url}])
        watched.page.clock.install()
        watched.goto(path)
        line = watched.page.context.new_cdp_session(watched.page)
        slow = {"latency": 900, "downloadThroughput": -1, "uploadThroughput": -1}
        line.send("Network.emulateNetworkConditions", {"offline": False, **slow})
        return watched

    return open_


def test_what_follows_from_the_last_of_many_quick_answers_is_shown(enter, committed):
    db.configure(committed.engine)
    with db.transaction() as session:
        call = calls.call(session)
        actor = people.actor(session, people.person(session, "Giulia Ferrari"))
        unanswered = {"declaration-D1": "", "declaration-D2": ""}
        draft = calls.draft(session, call, actor, None, **unanswered)
    her = enter(actor.person_id, f"/applications/{draft}/sections/requirements")
    her.page.locator("#f-declaration-D1").check()
    her.page.locator("#f-declaration-D2").check()
    her.page.locator("#results").get_by_text("Questa parte è completa.").wait_for()
    expect(her.page.locator("#bar-total")).to_contain_text("parte completa")
    her.check("requirements")


def test_every_one_of_many_quick_marks_is_kept_and_counted(enter, committed):
    db.configure(committed.engine)
    with db.transaction() as session:
        found = commissions.world(session, applications=1)
    key = found.keys[0]
    sheet_path = f"/calls/{found.call_id}/evaluations/{key.application_id}"
    watched = enter(found.evaluators[0].person_id, sheet_path)
    for mark in ("2", "6", "8"):
        watched.page.locator(f"input[name=mark-A][value='{mark}']").check()
    for code in "BC":
        watched.page.locator(f"input[name=mark-{code}][value='6']").check()
    watched.page.get_by_text("La scheda è completa.").wait_for()
    expect(watched.page.locator("#sheet-state")).to_contain_text("45")
    with committed.sessions() as session:
        sheet = session.scalars(
            select(ScoreSheet).where(ScoreSheet.application_id == key.application_id)
        ).one()
    assert sheet.marks == {"A": "8", "B": "6", "C": "6"}


def test_the_last_of_many_quick_quantities_is_the_one_that_is_booked(enter, committed):
    db.configure(committed.engine)
    with db.transaction() as session:
        at = market.world(session)
        apples = market.product(session, at, "Mele", step=500, category="Frutta")
        family = market.household(session, at)
        order_id = market.opened(session, at)
        person = people.person(session, "Anna Ferrari")
        roles.grant(session, None, person.id, roles.MEMBER, "household", family.id, at.now)
    her = enter(person.id, f"/group-orders/{order_id}/booking")
    field = her.page.locator(f"[name=wanted-{apples.id}]")
    posts: list[Request] = []
    her.page.on("request", lambda request: posts.append(request))
    with her.page.expect_request_finished(
        lambda request: f"wanted-{apples.id}=4" in (request.post_data or "")
    ):
        for typed in ("1", "2", "3", "4"):
            field.fill(typed)
            field.dispatch_event("change")
            her.page.clock.run_for(450)  # each is let go before the next: no burst
    assert len(posts) > 1 and all(post.response() for post in posts), "all are answered"
    line = her.page.locator(f"#line-{apples.id}")
    expect(line.locator("[data-saved]")).to_have_attribute("data-state", "saved")
    with committed.sessions() as session:
        booked = session.scalar(
            select(BookingLine.wanted)
            .join(Booking, Booking.id == BookingLine.booking_id)
            .where(Booking.group_order_id == order_id)
        )
    assert booked == 4000
    expect(her.page.locator("#bar-total")).to_contain_text("14,00")
