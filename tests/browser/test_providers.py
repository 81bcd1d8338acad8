"""Coming in by a real provider with a real browser: first, again, joined, and refused."""

import os
import re
from typing import Any

import pytest
from sqlalchemy import select

from kit import clock, db
from people import passwords
from people.providers import settings
from people.tables.identities import AttestedAttribute, Identity
from people.tables.persons import Person
from tests import make
from tests.browser.conftest import PASSWORD, site_of
from tests.people.providers import made, real
from tests.people.providers.hostile import L2

pytestmark = pytest.mark.browser

MARIO: dict[str, Any] = {
    "given_name": "Mario",
    "family_name": "Rossi",
    "birthdate": "1980-01-01",
    "fiscal_number": "TINIT-RSSMRA80A01D150J",
    "email": "mario.rossi@esempio.it",
    "email_verified": True,
}
PEOPLE: dict[str, dict[str, Any]] = {
    "mario": MARIO,
    "anna": {
        **{"given_name": "Anna", "family_name": "Bianchi", "fiscal_number": "BNCNNA80A41D150G"},
        **{"email": "anna.bianchi@esempio.it", "email_verified": True},
    },
    "giulia": {"given_name": "Giulia", "family_name": "Neri", "fiscal_number": "VRDLGU75B02D150M"},
}


@pytest.fixture(scope="module")
def site(committed, tmp_path_factory):
    """The application with a provider: it reads the settings at its start."""
    folder = tmp_path_factory.mktemp("with-a-provider")
    with real.started(PEOPLE, folder) as issuer:
        path = made.write(folder, issuer, "farelegami-here", asked=f'"{L2}"')
        os.environ[settings.VARIABLE] = str(path)
        try:
            with site_of(committed, folder) as found:
                yield found
        finally:
            del os.environ[settings.VARIABLE]


def person(name, email):
    with db.transaction() as session:
        found = make.person(
            session, name, email=email, password_hash=passwords.hash_password(PASSWORD)
        )
        return found.id


def owner(subject):
    with db.transaction() as session:
        query = select(Identity.person_id).where(Identity.subject == subject)
        return session.scalars(query).one_or_none()


def shot(there, name):
    if folder := os.environ.get("SHOTS"):
        there.page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def identify(there, name):
    """Say there who one is."""
    there.page.fill("[name=login]", name)
    there.follow(there.page.get_by_role("button", name="Entra"))


def test_on_a_phone_somebody_comes_first_goes_out_and_comes_again(browse):
    there = browse(360)
    there.goto("/sign-in")
    there.check("the sign-in with a provider")
    shot(there, "sign-in")
    there.follow(there.page.get_by_role("link", name="Entra con SPID"))
    identify(there, "mario")
    assert there.page.url == there.base + "/sign-in/identity"
    there.check("the first sign-in")
    shot(there, "first")
    assert there.page.input_value("[name=name]") == "Mario Rossi"
    there.follow(there.page.get_by_role("button", name="Crea il mio accesso"))
    assert there.page.url == there.base + "/"
    assert owner("mario") is not None
    there.goto("/account/identities")
    there.check("one's identities")
    shot(there, "identities")
    assert "RSSMRA80A01D150J" in there.page.inner_text("main")
    there.page.evaluate("document.querySelector('form[action=\"/sign-out\"]').requestSubmit()")
    there.page.wait_for_url("**/sign-out/with/spid")
    there.check("the way out")
    shot(there, "out")
    there.goto("/sign-in?next=/account")
    there.follow(there.page.get_by_role("link", name="Entra con SPID"))
    identify(there, "mario")
    assert there.page.url == there.base + "/account"
    assert "mario.rossi@esempio.it" in there.page.inner_text("main")


def test_an_access_that_is_there_is_joined_by_whoever_proves_both(browse):
    anna_id = person("Anna Bianchi", "anna.bianchi@esempio.it")
    there = browse(360)
    there.goto("/sign-in")
    there.follow(there.page.get_by_role("link", name="Entra con SPID"))
    identify(there, "anna")
    there.check("there is an access already")
    shot(there, "known")
    assert "C'è già un accesso" in there.page.inner_text("main")
    there.follow(there.page.get_by_role("link", name="Entra con il tuo accesso"))
    there.page.fill("[name=email]", "anna.bianchi@esempio.it")
    there.page.fill("[name=password]", PASSWORD)
    there.follow(there.page.get_by_role("button", name="Entra", exact=True))
    assert there.page.url == there.base + "/account/identities"
    there.check("an identity that waits")
    shot(there, "waits")
    assert owner("anna") is None
    there.follow(there.page.get_by_role("button", name="Collega SPID").first)
    assert owner("anna") == anna_id


def test_a_tax_code_of_another_person_is_refused(browse):
    other = person("Luigi Verdi", "luigi.verdi@esempio.it")
    giulia_id = person("Giulia Neri", "giulia.neri@esempio.it")
    with db.transaction() as session:
        code = PEOPLE["giulia"]["fiscal_number"]
        row = {"provider": "cie", "name": "tax_code", "value": code, "at": clock.now(session)}
        session.add(AttestedAttribute(person_id=other, **row))
    there = browse()
    there.sign_in("giulia.neri@esempio.it")
    there.goto("/account/identities")
    there.follow(there.page.get_by_role("button", name="Collega SPID"))
    there.check("before the journey")
    there.follow(there.page.get_by_role("link", name="Vai da SPID"))
    identify(there, "giulia")
    assert there.page.url == there.base + "/account/identities"
    there.follow(there.page.get_by_role("button", name="Collega SPID").first)
    there.check("a tax code of another")
    shot(there, "another")
    assert re.search("già di un.altra persona", there.page.inner_text("main"))
    assert owner("giulia") is None
    with db.transaction() as session:
        assert session.get_one(Person, giulia_id).name == "Giulia Neri"
