"""A household's story: from sign-in to the parcel on the sorting sheet and the charge."""

import subprocess
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from kit import db
from kit.paper.documents import Document
from market.group_orders import orders
from market.tables.bookings import Booking, BookingLine
from people import passwords, roles
from tests import make as people
from tests.browser.conftest import PASSWORD
from tests.market import make
from tests.waiting import until

pytestmark = pytest.mark.browser


@dataclass
class Scene:
    member: str
    coordinator: str
    order_id: int
    family: str
    card: str
    apples: int
    boxes: int


@pytest.fixture(scope="module")
def hashed():
    return passwords.hash_password(PASSWORD)


@pytest.fixture
def scene(site, committed, hashed) -> Scene:
    """A centre of its own for each walk, with a neighbour who has already booked."""
    db.configure(committed.engine)
    with db.transaction() as session:
        at = make.world(session)
        apples = make.product(session, at, "Mele", step=500, category="Frutta")
        boxes = make.pieces(session, at, case_size=6, whole_cases=True, category="Verdura")
        family, neighbour = make.household(session, at), make.household(session, at)
        order_id = make.opened(session, at, transport_cents=1000)
        make.book(session, at, order_id, neighbour, (boxes.id, 4, 5))
        at.agreement.email = "ordini-di-gruppo@cooperativa-agricola-delle-quattro-strade.example.it"
        emails: list[str] = []
        for name, role, kind, id_ in (
            ("Anna Ferrari", roles.MEMBER, "household", family.id),
            ("Paola Galli", roles.COORDINATOR, "centre", at.centre.id),
        ):
            person = people.person(session, name, password_hash=hashed)
            person.email = f"{name.split()[0].lower()}.{order_id}@esempio.it"
            roles.grant(session, None, person.id, role, kind, id_, at.now)
            emails.append(person.email)
        member, coordinator = emails
        things = (order_id, family.name, family.code, apples.id, boxes.id)
        return Scene(member, coordinator, *things)


def settled(committed, order_id: int) -> str:
    with committed.sessions() as session:
        return orders.get(session, order_id).state


def booked(committed, order_id: int) -> list[int]:
    with committed.sessions() as session:
        rows = session.scalars(
            select(BookingLine.wanted)
            .join(Booking, Booking.id == BookingLine.booking_id)
            .where(Booking.group_order_id == order_id)
        )
        return sorted(rows)


def book_with_scripts(her, scene) -> None:
    """Big buttons and typing; every line saves itself and says so."""
    page = her.page
    line = page.locator(f"#line-{scene.apples}")
    for _ in range(3):
        line.locator("[data-step='1']").first.click()
    line.locator("[data-saved][data-state=saved]").wait_for()
    boxes = page.locator(f"#line-{scene.boxes}")
    boxes.locator(f"[name=wanted-{scene.boxes}]").fill("1")
    boxes.locator(f"[name=wanted-{scene.boxes}]").press("Tab")
    boxes.get_by_text("Mancano 0").or_(boxes.get_by_text("Colli pieni")).first.wait_for()
    boxes.locator(f"[name=most-{scene.boxes}]").fill("2")
    boxes.locator(f"[name=most-{scene.boxes}]").press("Tab")
    page.locator("#bar-total").get_by_text("7,25").wait_for()


def book_without_scripts(her, scene) -> None:
    her.page.fill(f"[name=wanted-{scene.apples}]", "1,5")
    her.page.fill(f"[name=wanted-{scene.boxes}]", "1")
    her.page.fill(f"[name=most-{scene.boxes}]", "2")
    her.follow(her.page.get_by_role("button", name="Salva la prenotazione"))
    her.page.get_by_text("La prenotazione è salvata").wait_for()
    assert her.page.input_value(f"[name=wanted-{scene.apples}]") == "1,5"


def sorting_text(committed, browser, order_id: int) -> str:
    """Wait for the worker's sorting sheet, download it and read what is printed on it."""

    def ready() -> int | None:
        with committed.sessions() as session:
            return session.scalar(
                select(Document.id).where(
                    Document.subject_id == order_id,
                    Document.kind == "sorting_by_household",
                    Document.state == "ready",
                )
            )

    path = f"/group-orders/{order_id}/documents/{until(ready, 'the sorting sheet', 90)}"
    answer = browser.page.request.get(browser.base + path)
    assert answer.status == 200
    command = ["pdftotext", "-layout", "-", "-"]
    printed = subprocess.run(command, input=answer.body(), capture_output=True, check=True)
    return printed.stdout.decode()


@pytest.mark.parametrize(("width", "scripted"), [(1280, True), (360, True), (360, False)])
def test_from_sign_in_to_the_parcel_and_the_charge(browse, scene, committed, width, scripted):
    her = browse(width, scripted=scripted)
    her.goto("/")
    her.check("visitor's home")
    her.goto("/sign-in")
    her.check("sign-in")
    her.sign_in(scene.member)
    her.check("member's home")
    her.follow(her.page.get_by_role("link", name="Ordine di prova").first)
    her.check("booking page")
    (book_with_scripts if scripted else book_without_scripts)(her, scene)
    her.check("booking page after booking")
    assert booked(committed, scene.order_id) == [1, 4, 1500]

    paola = browse(width, scripted=scripted)
    paola.sign_in(scene.coordinator)
    paola.goto("/coordination")
    paola.check("coordination")
    paola.goto(f"/group-orders/{scene.order_id}")
    paola.check("the coordinator's order")
    paola.goto(f"/group-orders/{scene.order_id}/closing")
    paola.check("closing")
    paola.follow(paola.page.get_by_role("button", name="Chiudi l'ordine"))
    paola.page.get_by_text("Ordine chiuso").wait_for()
    assert settled(committed, scene.order_id) == "closed"

    sheet = sorting_text(committed, paola, scene.order_id)
    assert scene.card in sheet and "Mele" in sheet and "1,5" in sheet

    paola.goto(f"/group-orders/{scene.order_id}/cancellation")
    paola.check("cancellation, with an address longer than a phone is wide")
    her.goto("/pickups")
    her.check("pick-ups")
    assert "Oratorio" in her.page.content()
    paola.goto(f"/group-orders/{scene.order_id}/settlement")
    paola.check("settlement")
    paola.follow(paola.page.get_by_role("button", name="È arrivato tutto"))
    assert settled(committed, scene.order_id) == "settled"
    her.goto("/statement")
    her.check("statement")
    assert "Ordine di prova" in her.page.content()
    her.goto(f"/group-orders/{scene.order_id}/booking")
    her.check("booking after settling")
