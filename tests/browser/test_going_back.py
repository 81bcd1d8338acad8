"""Whoever goes back to a form that is done and presses again is asked, and makes no second one."""

from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from kit import clock, db
from market.tables.catalogue import Producer
from market.tables.orders import GroupOrder
from people import proofs, roles, sign_ins
from tests import make as people
from tests.browser.conftest import Watched
from tests.market import make as market

pytestmark = pytest.mark.browser

SCRIPTED = pytest.mark.parametrize("scripted", [True, False], ids=["scripts", "no scripts"])


@pytest.fixture
def enter(site, committed, browse):
    """Come in as the coordinator of a centre that sells apples; give the centre and the list."""
    db.configure(committed.engine)

    def _enter(*, scripted: bool) -> tuple[Watched, market.World]:
        with db.transaction() as session:
            at = market.world(session)
            market.product(session, at, "Mele", step=500, category="Frutta")
            person = people.person(session, "Paola Galli")
            centre = ("centre", at.centre.id)
            roles.grant(session, None, person.id, roles.COORDINATOR, *centre, at.now)
            token = sign_ins.open_session(
                session, person.id, "test", clock.now(session), proofs.BY_PASSWORD_AND_CODE
            )
        watched = browse(360, scripted=scripted)
        watched.page.context.add_cookies([{"name": "session", "value": token, "url": site.url}])
        return watched, at

    return _enter


def count(condition: Any) -> int:
    with db.transaction() as session:
        return session.scalar(select(func.count()).where(condition)) or 0


@SCRIPTED
def test_an_order_is_opened_once(enter, scripted):
    her, at = enter(scripted=scripted)
    page, of_centre = her.page, GroupOrder.centre_id == at.centre.id
    her.goto(f"/centres/{at.centre.id}/group-orders/new?price_list={at.price_list.id}")
    page.fill("[name=title]", "Mele di dicembre")
    press = page.get_by_role("button", name="Apri l'ordine")
    her.follow(press)
    expect(page.get_by_text("L'ordine è aperto.")).to_be_visible()
    made = page.url
    page.go_back()
    assert page.input_value("[name=title]") == "Mele di dicembre", "the browser fills it in"
    her.follow(press)
    expect(page.locator("#form-errors")).to_contain_text("Hai già aperto un ordine uguale")
    assert count(of_centre) == 1
    her.check("asked")
    her.follow(press)
    assert count(of_centre) == 1, "a press is no tick"
    look = page.get_by_role("link", name="Guarda quello che c'è già")
    assert her.base + (look.get_attribute("href") or "") == made
    page.get_by_label("Sì, ne voglio un altro").check()
    her.follow(press)
    expect(page.get_by_text("L'ordine è aperto.")).to_be_visible()
    assert count(of_centre) == 2


@SCRIPTED
def test_a_producer_is_added_once(enter, scripted):
    her, at = enter(scripted=scripted)
    page, name = her.page, f"Orto {at.centre.id} {scripted}"
    her.goto(f"/producers/new?centre={at.centre.id}")
    page.fill("[name=name]", name)
    press = page.locator("main form[action='/producers'] button[type=submit]")
    her.follow(press)
    page.go_back()
    assert page.input_value("[name=name]") == name
    her.follow(press)
    expect(page.locator("#form-errors")).to_contain_text("Hai già aggiunto questo produttore")
    assert count(Producer.name == name) == 1
    her.follow(page.get_by_role("link", name="Guarda quello che c'è già"))
    assert page.input_value("[name=name]") == name
    her.check("the producer")
