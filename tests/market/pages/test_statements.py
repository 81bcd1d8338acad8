"""A member's account."""

import re

import pytest

from market import settlements
from tests.market import make
from tests.market.pages.shown import text


@pytest.fixture
def member(enter, at, order_id):
    return enter(("member", "household", at.first.id))


def test_the_member_sees_credit_commitment_and_what_is_left(member, at, order_id):
    page = member.get("/statement").text
    assert "100,00\u00a0€" in page and "18,50\u00a0€" in page and "81,50\u00a0€" in page
    assert f"/group-orders/{order_id}/booking?household={at.first.id}" in page


def test_a_charge_is_explained_with_the_balance_after_it(member, session, at, closed_id):
    settlements.settle(session, at.coordinator, closed_id, at.now)
    session.commit()
    page = member.get("/statement").text
    assert "Addebito: Ordine di prova: merce 14,50\u00a0€, trasporto 7,08\u00a0€" in page
    assert "-21,58\u00a0€" in page and "78,42\u00a0€" in page and "Impegnato" in page
    assert "Per cosa è impegnato" not in page


def test_lines_are_paged(member, session, at):
    for n in range(60):
        make.top_up(session, at.first.account_id, 1000 + n, at.now)
    session.commit()
    page = member.get("/statement").text
    assert "+10,59\u00a0€" in page and "+10,05\u00a0€" not in page
    older = re.findall(r"before=(\d+-\d+)", page)[0]
    page = member.get(f"/statement?before={older}").text
    assert "+10,05\u00a0€" in page and "Dall'inizio" in page


def test_the_account_of_another_family_looks_absent(member, enter, at):
    assert member.get(f"/statement?household={at.second.id}").status_code == 404
    assert member.get("/statement?household=pippo").status_code == 404
    assert enter(("coordinator", "centre", at.centre.id)).get("/statement").status_code == 404


def test_somebody_of_two_families_chooses(enter, at, order_id):
    grants = [("member", "household", family.id) for family in (at.first, at.second)]
    client = enter(*grants)
    page = client.get(f"/statement?household={at.second.id}").text
    assert "Tessera F2" in page and f"/statement?household={at.first.id}" in page


def test_it_takes_the_same_statements_for_many_lines(member, session, at, statements):
    member.get("/statement")
    few = statements(lambda: member.get("/statement"))
    for _ in range(5):
        make.top_up(session, at.first.account_id, 100, at.now)
    session.commit()
    assert statements(lambda: member.get("/statement")) == few <= 6


def test_a_credit_that_is_exceeded_is_told_and_never_a_minus(member, session, at, order_id):
    make.top_up(session, at.first.account_id, -8_244, at.now)  # 17,56 of 18,50 are left
    session.commit()
    page = text(member.get("/statement"))
    assert "Credito superato" in page and "0,94 €" in page and "-0,94" not in page
    home = text(member.get("/"))
    assert "Il tuo credito è superato di 0,94 €." in home and "-0,94" not in home


def test_from_closing_on_what_one_gets_is_held_with_the_transport(member, closed_id):
    """Goods 14,50 and 7,08 of transport, not the 18,50 of "at most"."""
    page = text(member.get("/statement"))
    assert "21,58 €" in page and "18,50 €" not in page and "78,42 €" in page
