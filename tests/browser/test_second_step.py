"""The office adds a second step on a phone by the link of a letter, and signs in with it."""

import quopri
import re

import pyotp
import pytest
from playwright.sync_api import expect

from kit import clock, db
from people import passwords, roles
from tests import make
from tests.browser.conftest import PASSWORD, Watched
from tests.waiting import until

pytestmark = pytest.mark.browser

HOME = "/account/factors"


class Phone:
    """Somebody of the office with a phone, and with the app on it once that was added."""

    def __init__(self, watched: Watched, site, email: str) -> None:
        self.watched, self.page, self.site, self.email = watched, watched.page, site, email
        self.app = ""
        self.used: set[str] = set()

    def press(self, name: str) -> None:
        self.watched.follow(self.page.get_by_role("button", name=name, exact=True))

    def link(self) -> str:
        """The link in the letter, as it came to the letter box."""

        def there() -> str:
            for letter in (self.site.data / "mail").glob("*.eml"):
                text = quopri.decodestring(letter.read_bytes()).decode()
                if self.email in text and (found := re.search(r"/links/[\w-]+", text)):
                    return found[0]
            return ""

        return until(there, "the letter")

    def code(self) -> str:
        """A code of the app that was not used yet."""

        def fresh() -> str:
            with db.transaction() as session:
                code = pyotp.TOTP(self.app).at(clock.now(session))
            return "" if code in self.used else code

        found = until(fresh, "the next code", 40)
        self.used.add(found)
        return found

    def password(self) -> None:
        self.watched.goto("/sign-in?next=/account")
        self.page.fill("[name=email]", self.email)
        self.page.fill("[name=password]", PASSWORD)
        self.press("Entra")

    def type_code(self, code: str, button: str = "Entra") -> None:
        self.page.fill("[name=one-time-code]", code)
        self.press(button)


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def phone(site, committed, browse, request) -> Phone:
    db.configure(committed.engine)
    with db.transaction() as session:
        office = make.person(session, password_hash=passwords.hash_password(PASSWORD))
        roles.grant(session, None, office.id, roles.OFFICE, "call", 1, clock.now(session))
        email = office.email
    return Phone(browse(360, scripted=request.param), site, email)


def add_the_app(phone: Phone) -> list[str]:
    """From the role that rests to the codes on paper; give these."""
    phone.password()
    expect(phone.page.get_by_text("Il tuo ruolo riposa")).to_be_visible()
    phone.watched.check("the account while a role rests")
    phone.watched.follow(phone.page.locator("main .btn", has_text="Aggiungi un secondo passo"))
    phone.watched.check("no second step yet")
    phone.press("Mandami la lettera")
    phone.watched.check("the letter was sent")
    phone.watched.goto(phone.link())
    phone.watched.check("the page behind the letter")
    phone.press("Continua")
    phone.press("Aggiungi i codici di un'app")
    phone.watched.check("the drawing")
    square = phone.page.locator(".fl-qr svg").bounding_box()
    assert square is not None
    assert 150 < square["width"] <= 330 and abs(square["width"] - square["height"]) < 2
    phone.page.get_by_text("Scrivi la chiave a mano").click()
    phone.app = phone.page.locator(".fl-codes").inner_text().replace(" ", "")
    phone.type_code("000", "Conferma")
    expect(phone.page.get_by_text("Il codice non è questo").first).to_be_visible()
    phone.watched.check("a wrong first code")
    phone.type_code(phone.code(), "Conferma")
    phone.watched.check("the codes on paper")
    return phone.page.locator("ol.fl-codes li").all_inner_texts()


def test_from_the_letter_to_the_next_sign_in(phone):
    papers = add_the_app(phone)
    assert len(papers) == 10
    phone.watched.follow(phone.page.get_by_role("link", name="Li ho messi al sicuro"))
    phone.watched.check("a second step")
    phone.watched.goto("/account")
    expect(phone.page.get_by_text("Il tuo ruolo riposa")).to_have_count(0)
    phone.press("Esci")
    phone.password()
    phone.watched.check("the second step")
    phone.type_code("000777")
    expect(phone.page.get_by_text("Il codice non è questo").first).to_be_visible()
    phone.watched.check("a wrong code")
    phone.type_code(phone.code())
    assert phone.page.url.endswith("/account")
    phone.press("Esci")
    by_paper(phone, papers[0])
    expect(phone.page.get_by_text("Te ne restano 9.")).to_be_visible()
    phone.watched.check("inside, by a code on paper")
    phone.press("Esci")
    by_paper(phone, papers[0])
    expect(phone.page.get_by_text("è già stato usato").first).to_be_visible()


def by_paper(phone: Phone, code: str) -> None:
    phone.password()
    phone.press("Ho perso il telefono: uso un codice di recupero")
    phone.watched.check("a code on paper is asked")
    phone.type_code(code)
