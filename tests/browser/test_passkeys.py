"""Passkeys on a phone, with the browser's own virtual device: made, used, lost, taken away."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from kit import clock, db
from people import passwords
from people.tables.sessions import PersonSession
from tests import make

PASSWORD = "tre-cavalli-bianchi"
pytestmark = pytest.mark.browser

_DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@dataclass
class Authenticator:
    """The virtual device of a browser's page: it keeps passkeys and says yes to everything."""

    page: Page
    id: str = ""
    _line: Any = field(default=None, init=False)

    def add(self, **instead: Any) -> None:
        if self._line is None:
            self._line = self.page.context.new_cdp_session(self.page)
            self._line.send("WebAuthn.enable", {"enableUI": False})
        options = {**_DEVICE, **instead}
        made = self._line.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.id = made["authenticatorId"]

    def remove(self) -> None:
        self._line.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.id})

    def credentials(self) -> list[Any]:
        found = self._line.send("WebAuthn.getCredentials", {"authenticatorId": self.id})
        return list(found["credentials"])


@pytest.fixture
def anna(site, committed):
    db.configure(committed.engine)
    with db.transaction() as session:
        return make.person(session, password_hash=passwords.hash_password(PASSWORD))


@pytest.fixture
def by_letter(committed, anna) -> Callable[[], None]:
    """Do what opening the link of the letter does in her session."""

    def opened() -> None:
        db.configure(committed.engine)
        with db.transaction() as session:
            until = clock.now(session) + timedelta(minutes=30)
            mine = PersonSession.person_id == anna.id
            session.execute(update(PersonSession).where(mine).values(adding_until=until))

    return opened


def make_one(phone, by_letter, anna, name="telefono mio"):
    phone.sign_in(anna.email)
    by_letter()
    phone.goto("/account/factors")
    phone.follow(phone.page.get_by_role("link", name="Fai una passkey"))
    phone.page.get_by_label("Come la chiami").fill(name)
    phone.check("the form to make a passkey")
    phone.follow(phone.page.get_by_role("button", name="Fai la passkey"))
    expect(phone.page.get_by_text("entri con la tua passkey")).to_be_visible()
    phone.check("the codes on paper")


def sign_out(phone):
    phone.page.context.clear_cookies()
    phone.goto("/sign-in?next=/account/factors")


def show(phone):
    return phone.page.get_by_role("button", name="Entra con la passkey")


def told(phone):
    return phone.page.locator("form[data-passkey] [data-told]")


def test_it_is_made_used_and_used_again_then_taken_away_and_refused(browse, by_letter, anna):
    phone = browse(360)
    device = Authenticator(phone.page)
    device.add()
    make_one(phone, by_letter, anna)
    assert len(device.credentials()) == 1 and device.credentials()[0]["isResidentCredential"]
    for _ in range(2):
        sign_out(phone)
        phone.check("the sign-in page")
        phone.follow(show(phone))
        assert phone.page.url.endswith("/account/factors")
        expect(phone.page.get_by_text("telefono mio")).to_be_visible()
        phone.check("my second steps")
    assert device.credentials()[0]["signCount"] == 3
    # A second one on the same device: it has one already.
    phone.follow(phone.page.get_by_role("link", name="Fai una passkey"))
    phone.page.get_by_role("button", name="Fai la passkey").click()
    expect(told(phone)).to_contain_text("c'è già")
    phone.goto("/account/factors")
    phone.follow(phone.page.get_by_role("button", name="Togli questa passkey"))
    expect(phone.page.get_by_text("La passkey non vale più")).to_be_visible()
    sign_out(phone)
    phone.follow(show(phone))
    expect(phone.page.get_by_text("qui non vale")).to_be_visible()
    phone.check("the sign-in page, refused")


def test_without_the_device_it_is_said_and_there_is_another_way_in(browse, by_letter, anna):
    phone = browse(360)
    device = Authenticator(phone.page)
    device.add()
    make_one(phone, by_letter, anna)
    code = phone.page.locator(".fl-codes li").first.inner_text()
    device.remove()
    device.add()  # another phone: it has none
    sign_out(phone)
    show(phone).click()
    expect(told(phone)).to_contain_text("Non è arrivata nessuna passkey")
    phone.page.fill("[name=email]", anna.email)
    phone.page.fill("[name=password]", PASSWORD)
    phone.follow(phone.page.get_by_role("button", name="Entra", exact=True))
    expect(phone.page.get_by_role("button", name="Usa la passkey")).to_be_visible()
    phone.check("the second step")
    phone.follow(phone.page.get_by_role("button", name="codice di recupero"))
    phone.page.get_by_label("Codice di recupero").fill(code)
    phone.follow(phone.page.get_by_role("button", name="Entra", exact=True))
    expect(phone.page.get_by_text("Sei entrato con un codice di recupero")).to_be_visible()


def test_whoever_gives_the_password_first_goes_on_with_the_passkey(browse, by_letter, anna):
    phone = browse(360)
    Authenticator(phone.page).add()
    make_one(phone, by_letter, anna)
    sign_out(phone)
    phone.page.fill("[name=email]", anna.email)
    phone.page.fill("[name=password]", PASSWORD)
    phone.follow(phone.page.get_by_role("button", name="Entra", exact=True))
    phone.follow(phone.page.get_by_role("button", name="Usa la passkey"))
    assert phone.page.url.endswith("/account/factors")


def test_a_device_that_does_not_check_its_owner_makes_none(browse, by_letter, anna):
    phone = browse(360)
    Authenticator(phone.page).add(hasUserVerification=False, isUserVerified=False)
    phone.sign_in(anna.email)
    by_letter()
    phone.goto("/account/factors/passkeys/new")
    phone.page.get_by_role("button", name="Fai la passkey").click()
    expect(told(phone)).to_contain_text("non è stata fatta")


def test_a_browser_that_knows_no_passkeys_says_so_and_nothing_moves(browse, anna):
    phone = browse(360)
    phone.page.add_init_script("delete window.PublicKeyCredential")
    phone.goto("/sign-in")
    before = show(phone).bounding_box()
    show(phone).click()
    expect(told(phone)).to_contain_text("non sa usare le passkey")
    assert show(phone).bounding_box() == before


def test_a_line_that_is_gone_is_told_in_words(browse, anna):
    phone = browse(360)
    phone.goto("/sign-in")
    phone.page.context.set_offline(True)
    show(phone).click()
    expect(told(phone)).to_contain_text("Manca la linea")


def test_the_words_are_those_of_the_page(browse, anna):
    phone = browse(360)
    Authenticator(phone.page).add()
    phone.goto("/sign-in")
    phone.follow(phone.page.get_by_role("button", name="English"))
    phone.page.get_by_role("button", name="passkey").click()
    expect(told(phone)).to_contain_text("No passkey came")


def test_without_scripts_and_at_the_number_they_are_not_there(browse, site, anna):
    plain = browse(360, scripted=False)
    plain.goto("/sign-in")
    assert plain.page.locator("form[data-passkey]").count() == 1
    expect(show(plain)).to_be_hidden()
    phone = browse(360)
    phone.page.goto(f"http://127.0.0.1:{site.port}/sign-in")
    assert phone.page.locator("form[data-passkey]").count() == 0
    expect(phone.page.get_by_label("Password")).to_be_visible()
