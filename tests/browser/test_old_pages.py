"""Two windows before one thing: what one has saved the other neither undoes nor hides."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import func, select

from kit import clock, db
from ledger import accounts
from market.closings import closings, dry_runs
from market.tables.bookings import Booking, BookingLine
from market.tables.catalogue import Agreement, Producer
from market.tables.centres import Household
from market.tables.orders import GroupOrder, Offer
from people import proofs, roles, sign_ins
from tests import make as people
from tests.market import make

pytestmark = pytest.mark.browser


@dataclass
class Scene:
    at: make.World
    order_id: int
    family: int
    account: int
    honey: int
    apples: int
    member: int
    coordinator: int

    @property
    def booking(self) -> str:
        return f"/group-orders/{self.order_id}/booking?household={self.family}"


@pytest.fixture
def scene(site, committed) -> Scene:
    """An open order with honey and apples, a household of one person, and its coordinator."""
    db.configure(committed.engine)
    with db.transaction() as session:
        at = make.world(session)
        honey = make.product(
            session, at, "Miele", unit="piece", price_micros=8_500_000, price_quantity=1
        )
        apples = make.product(session, at, "Mele", step=500)
        family = make.household(session, at)
        order_id = make.opened(session, at)
        ids = []
        for name, role, kind, id_ in (
            ("Anna Ferrari", roles.MEMBER, "household", family.id),
            ("Paola Galli", roles.COORDINATOR, "centre", at.centre.id),
        ):
            person = people.person(session, name)
            roles.grant(session, None, person.id, role, kind, id_, at.now)
            ids.append(person.id)
        return Scene(at, order_id, family.id, family.account_id, honey.id, apples.id, *ids)


@pytest.fixture
def enter(site, committed, browse):
    """A window of somebody: `enter(person_id, path, width, scripted=...)`."""

    def open_(person_id: int, path: str, width: int = 1280, *, scripted: bool = True):
        with db.transaction() as session:
            token = sign_ins.open_session(
                session, person_id, "test", clock.now(session), proofs.BY_PASSWORD_AND_CODE
            )
        watched = browse(width, scripted=scripted)
        watched.page.context.add_cookies([{"name": "session", "value": token, "url": site.url}])
        watched.goto(path)
        return watched

    return open_


def booked(committed, scene: Scene) -> dict[int, int]:
    """What the household has of each product."""
    with committed.sessions() as session:
        found = session.execute(
            select(Offer.product_id, BookingLine.wanted)
            .join(Offer, Offer.id == BookingLine.offer_id)
            .join(Booking, Booking.id == BookingLine.booking_id)
            .where(Booking.household_id == scene.family, BookingLine.at_most > 0)
        )
        return {product_id: wanted for product_id, wanted in found}


def field(page: Page, product: int):
    return page.locator(f"[name=wanted-{product}]")


def save(window) -> None:
    window.follow(window.page.get_by_role("button", name="Salva la prenotazione"))


SCREENS = [(1280, True), (1280, False), (360, True), (360, False)]


@pytest.mark.parametrize(("width", "scripted"), SCREENS)
def test_an_old_booking_page_leaves_the_jars_the_coordinator_booked(
    enter, scene, committed, width, scripted
):
    """Before, it deleted them. Where she changed the same line, she is shown both and asked."""
    anna = enter(scene.member, scene.booking, width, scripted=scripted)
    paola = enter(scene.coordinator, scene.booking, scripted=False)
    field(paola.page, scene.honey).fill("4")
    save(paola)
    assert booked(committed, scene) == {scene.honey: 4}

    save(anna)
    assert booked(committed, scene) == {scene.honey: 4}
    assert field(anna.page, scene.honey).input_value() == "4"

    field(paola.page, scene.honey).fill("6")
    save(paola)
    if scripted:
        with anna.page.expect_response("**/booking/lines/*") as answer:
            field(anna.page, scene.honey).fill("2")
            field(anna.page, scene.honey).press("Tab")
        assert answer.value.status == 409
    else:
        field(anna.page, scene.honey).fill("2")
        save(anna)
    line = anna.page.locator(f"#line-{scene.honey}")
    words = "Intanto per questo prodotto è salvato: 6 pezzi. Tu hai scritto: 2 pezzi."
    expect(line.get_by_role("alert")).to_contain_text(words)
    assert field(anna.page, scene.honey).input_value() == "2"
    assert booked(committed, scene) == {scene.honey: 6}
    anna.check("a line that somebody else changed meanwhile")

    if scripted:  # the guard asks before leaving what is not saved, but not the form itself
        expect(line.locator("[data-saved]")).to_have_attribute("data-state", "failed")
    save(anna)
    assert booked(committed, scene) == {scene.honey: 2}


def test_quick_changes_of_one_line_never_meet_each_other(enter, scene, committed):
    """The second waits for the answer to the first, and was collected before it came."""
    anna = enter(scene.member, "/account")
    anna.page.clock.install()
    anna.goto(scene.booking)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route) if not held else route.continue_()

    anna.page.route("**/booking/lines/*", hold)
    honey = field(anna.page, scene.honey)
    for typed in ("1", "2", "3"):
        honey.fill(typed)
        honey.dispatch_event("change")
        anna.page.clock.run_for(450)
        expect(honey).to_have_value(typed)
        if typed == "1":
            expect(anna.page.locator(f"#line-{scene.honey} [data-saved]")).to_have_text(
                "sto salvando…"
            )
    assert len(held) == 1
    last = f"wanted-{scene.honey}=3"
    with anna.page.expect_response(lambda r: last in (r.request.post_data or "")) as answer:
        held[0].continue_()
    assert answer.value.status == 200
    state = anna.page.locator(f"#line-{scene.honey} [data-saved]")
    expect(state).to_have_attribute("data-state", "saved")
    assert booked(committed, scene) == {scene.honey: 3}
    expect(anna.page.locator("#bar-total")).to_contain_text("25,50")


def test_the_whole_form_waits_for_a_line_that_is_on_its_way(enter, scene, committed):
    """Else what was typed last would meet what was typed just before."""
    anna = enter(scene.member, scene.booking)
    held: list[Route] = []
    anna.page.route("**/booking/lines/*", lambda route: held.append(route))
    honey = field(anna.page, scene.honey)
    with anna.page.expect_request("**/booking/lines/*"):
        honey.fill("1")
        honey.press("Tab")
    honey.fill("2")
    button = anna.page.get_by_role("button", name="Salva la prenotazione")
    button.click()
    expect(honey).to_have_value("2")  # still here
    with anna.page.expect_navigation():
        held[0].continue_()
    expect(anna.page.get_by_text("La prenotazione è salvata")).to_be_visible()
    assert booked(committed, scene) == {scene.honey: 2}


def test_a_quantity_typed_back_to_the_saved_one_waits_for_nothing(enter, scene):
    anna = enter(scene.member, scene.booking)
    state = anna.page.locator(f"#line-{scene.honey} [data-saved]")
    honey = field(anna.page, scene.honey)
    honey.press_sequentially("3")
    expect(state).to_have_text("da salvare")
    honey.press("Backspace")
    expect(state).to_have_text("")
    honey.fill("2")
    honey.press("Tab")
    expect(state).to_have_attribute("data-state", "saved")
    said = state.text_content()
    honey.press_sequentially("2")
    expect(state).to_have_text("da salvare")
    honey.press("Backspace")
    expect(state).to_have_text(said or "-")
    anna.goto("/account")  # with something unsaved the browser would ask, and the walk would fail
    anna.check("account")


@pytest.mark.parametrize("scripted", [True, False])
def test_a_producer_edited_in_two_windows_keeps_what_each_wrote(enter, scene, committed, scripted):
    path = f"/producers/{scene.at.producer.id}?centre={scene.at.centre.id}"
    first = enter(scene.coordinator, path, scripted=scripted)
    second = enter(scene.coordinator, path, scripted=scripted)
    first.page.fill("[name=phone]", "0372 111")
    first.page.fill("[name=story]", "Due fratelli.")
    first.follow(first.page.get_by_role("button", name="Salva"))
    second.page.fill("[name=email]", "cascina@nuova.it")
    second.page.fill("[name=phone]", "0372 222")
    second.follow(second.page.get_by_role("button", name="Salva"))
    asked = second.page.locator(".fl-field", has=second.page.locator("#f-phone"))
    expect(asked).to_contain_text("Intanto questo è cambiato")
    expect(asked.locator(".fl-meanwhile")).to_contain_text("0372 111")
    assert second.page.input_value("[name=phone]") == "0372 222"
    assert second.page.input_value("[name=story]") == "Due fratelli."
    second.check("a field that both changed")
    second.follow(second.page.get_by_role("button", name="Salva"))
    with committed.sessions() as session:
        found = session.get_one(Agreement, (scene.at.centre.id, scene.at.producer.id))
        assert (found.phone, found.email) == ("0372 222", "cascina@nuova.it")
        assert session.get_one(Producer, scene.at.producer.id).story == "Due fratelli."


@pytest.mark.parametrize("scripted", [True, False])
def test_a_settlement_that_changed_behind_its_preview_is_read_again_first(
    enter, scene, committed, scripted
):
    with db.transaction() as session:
        at = scene.at
        family = session.get_one(Household, scene.family)
        make.book(session, at, scene.order_id, family, (scene.honey, 4))
        seen = dry_runs.dry_run(session, at.coordinator, scene.order_id)
        closings.close(session, at.coordinator, scene.order_id, seen.token, at.now)
    path = f"/group-orders/{scene.order_id}/settlement"
    paola = enter(scene.coordinator, path, 360, scripted=scripted)
    with db.transaction() as session:
        make.top_up(session, scene.account, -9_000, scene.at.now)
    paola.follow(paola.page.get_by_role("button", name="È arrivato tutto"))
    told = paola.page.get_by_role("alert").filter(has_text="è cambiato qualcosa")
    expect(told).to_contain_text("il credito di")
    expect(paola.page.get_by_text("1 famiglia va sotto zero")).to_be_visible()
    paola.check("a preview that changed behind")
    with committed.sessions() as session:
        assert accounts.balance(session, scene.account) == 1_000
    paola.follow(paola.page.get_by_role("button", name="È arrivato tutto"))
    with committed.sessions() as session:
        assert accounts.balance(session, scene.account) == 1_000 - 3_400


@pytest.mark.parametrize("scripted", [True, False])
def test_an_order_opened_by_a_doubled_press_is_one(enter, scene, committed, scripted):
    """The same page sent again, as after going back: its answer is the order there is."""
    at = scene.at
    path = f"/centres/{at.centre.id}/group-orders/new?price_list={at.price_list.id}"
    paola = enter(scene.coordinator, path, scripted=scripted)
    paola.page.fill("[name=title]", "Aperto due volte")
    button = paola.page.get_by_role("button", name="Apri l'ordine")
    if scripted:
        with paola.page.expect_navigation():
            button.dblclick()
    else:
        with paola.page.expect_request(lambda r: r.method == "POST") as posted:
            paola.follow(button)
        body = posted.value.post_data
        again = paola.page.request.post(
            posted.value.url,
            data=body,
            headers={
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": paola.base,
            },
        )
        assert again.url == paola.page.url, "answered like the first"
    expect(paola.page.get_by_role("heading", level=1)).to_contain_text("Aperto due volte")
    with committed.sessions() as session:
        found = session.scalar(
            select(func.count())
            .select_from(GroupOrder)
            .where(GroupOrder.title == "Aperto due volte", GroupOrder.centre_id == at.centre.id)
        )
    assert found == 1
