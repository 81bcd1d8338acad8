"""Changing a password on a phone, with and without scripts: nothing in the way of anybody."""

import pytest
from playwright.sync_api import expect

from kit import db
from people import passwords
from tests import make

PASSWORD, NEW = "tre-cavalli-bianchi", "quattro-gatti-neri"
pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scripted", [True, False])
def test_it_is_changed_on_a_phone_and_what_is_wrong_is_said_at_its_field(
    site, committed, browse, scripted
):
    db.configure(committed.engine)
    with db.transaction() as session:
        anna = make.person(session, password_hash=passwords.hash_password(PASSWORD))
    phone = browse(360, scripted=scripted)
    phone.sign_in(anna.email)
    phone.goto("/account")
    phone.check("the account")
    phone.follow(phone.page.get_by_role("link", name="Cambia la password"))
    phone.check("an empty form")
    for name, typed in (("old", PASSWORD), ("password", "Password2026"), ("again", "Password2026")):
        phone.page.fill(f"[name={name}]", typed)
    phone.follow(phone.page.get_by_role("button", name="Cambia la password"))
    phone.complaints.clear()  # a browser's console notes the status of a refusal
    phone.check("a form that was refused")
    expect(phone.page.get_by_text("troppo facile da indovinare").first).to_be_visible()
    for name, typed in (("old", PASSWORD), ("password", NEW), ("again", NEW)):
        phone.page.fill(f"[name={name}]", typed)
    phone.follow(phone.page.get_by_role("button", name="Cambia la password"))
    expect(phone.page.get_by_text("La password è cambiata")).to_be_visible()
    phone.check("the account, changed")
