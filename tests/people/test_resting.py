"""What somebody reads whose roles rest: on every page, where they are missed, where they bind."""

from dataclasses import replace
from html import unescape

import pytest

from kit import clock
from kit.words.text import render
from people import resting, roles
from tests import make
from tests.calls import commissions
from tests.calls import make as calls_make
from tests.forms import sent_to
from tests.market import make as market_make

SAID = "Il tuo ruolo di tesoreria riposa: per usarlo serve un secondo passo."
OFFER = 'href="/account/factors"'


def held(*names):
    return replace(make.imagined(1, "A", []), resting=frozenset((name, "x", 1) for name in names))


def test_roles_that_rest_are_named_in_one_sentence():
    assert resting.said(held()) is None
    assert render(resting.said(held(roles.TREASURER)) or "") == SAID
    both = render(resting.said(held(roles.EVALUATOR, roles.TREASURER)) or "")
    assert both.startswith("I tuoi ruoli di tesoreria e commissione di valutazione riposano")


@pytest.fixture
def enter(session, client, sign_in):
    """Sign somebody in who holds roles, by a password alone."""

    def _enter(*grants, person=None):
        person = person or make.person(session, "Enzo Rossi")
        for role, kind, id_ in grants:
            roles.grant(session, None, person.id, role, kind, id_, clock.now(session))
        sign_in(client, person)
        make.rest(session, person)
        return person

    return _enter


@pytest.fixture
def treasurer(session, enter):
    at = market_make.world(session)
    enter((roles.TREASURER, "centre", at.centre.id))
    return at


def text_of(answer):
    return unescape(answer.text)


def test_every_page_says_that_a_role_rests_and_the_home_leads_on(treasurer, client):
    for path in ("/", "/calls", "/account"):
        said = text_of(client.get(path))
        assert SAID in said and OFFER in said
    assert "Secondo passo" in text_of(client.get("/"))
    assert "tesoreria (riposa)" in text_of(client.get("/account"))


def test_a_page_that_rests_says_so_alike_whether_or_not_it_is_there(treasurer, client):
    own = client.get(f"/centres/{treasurer.centre.id}/accounts")
    absent = client.get("/centres/999999999/accounts")
    assert own.status_code == absent.status_code == 404
    assert "un tuo ruolo che riposa" in text_of(own) and OFFER in own.text
    assert "Non fai parte di un centro" not in text_of(own)
    assert "un tuo ruolo che riposa" in text_of(absent)


def test_who_holds_nothing_is_offered_nothing(enter, client):
    enter()
    said = text_of(client.get("/centres/1/accounts"))
    assert "riposa" not in said and "Non fai parte di un centro" in said


def test_who_orders_for_nobody_is_led_to_the_proof(treasurer, client):
    assert "un tuo ruolo riposa" in text_of(client.get("/group-orders"))


def test_a_treasurer_at_rest_who_is_a_member_comes_to_the_booking(
    treasurer, session, client, enter
):
    household = market_make.household(session, treasurer)
    market_make.pieces(session, treasurer)
    order_id = market_make.opened(session, treasurer)
    enter(
        (roles.MEMBER, "household", household.id),
        (roles.TREASURER, "centre", treasurer.centre.id),
    )
    led = client.get(f"/group-orders/{order_id}", follow_redirects=False)
    assert led.headers["location"] == f"/group-orders/{order_id}/booking"
    assert SAID in text_of(client.get(led.headers["location"]))


@pytest.mark.parametrize(
    ("role", "said"),
    [
        (roles.EVALUATOR, "Sei nella commissione di questo bando: non puoi fare domanda"),
        (roles.OFFICE, "Lavori nell'ufficio di questo bando: non puoi fare domanda"),
    ],
)
def test_a_role_that_rests_forbids_an_application_all_the_same(session, client, enter, role, said):
    call = calls_make.call(session)
    enter((role, "call", call.call_id))
    assert said in text_of(client.get(f"/calls/{call.call_id}"))


def test_an_evaluator_at_rest_is_told_what_sending_gives_up(session, client, enter):
    call, person = calls_make.call(session), make.person(session, "Marco Bodini")
    draft = calls_make.draft(session, call, make.actor(session, person))
    enter((roles.EVALUATOR, "call", call.call_id), person=person)
    said = text_of(client.get(f"/applications/{draft}"))
    assert "L'ufficio ti ha nominato nella commissione" in said
    page = client.get(f"/applications/{draft}/check")
    fields = sent_to(page, f"/applications/{draft}/send")
    receipt = client.post(f"/applications/{draft}/send", data=fields)
    assert "Con l'invio hai rinunciato alla commissione" in text_of(receipt)


def test_the_desk_of_a_call_is_absent_while_the_office_rests(session, client, enter):
    under = commissions.world(session)
    enter((roles.OFFICE, "call", under.call_id))
    assert client.get(f"/office/calls/{under.call_id}/evaluation").status_code == 404
