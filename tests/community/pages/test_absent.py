"""What is absent is answered in the frame of the house and in the person's language."""

import pytest

from kit import clock
from kit.errors import Message
from kit.http import web
from people import roles
from tests import make
from tests.test_house import filled, handlers

HINT = "entra con il tuo indirizzo"
ODD = ("/calls/-1", "/calls/%20", "/calls/%D9%A3", "/calls/007", "/nothing")


@pytest.mark.parametrize("path", ODD)
def test_an_absent_page_has_the_frame(client, path):
    answer = client.get(path)
    assert answer.status_code == 404 and "Questa pagina non c" in answer.text
    assert 'action="/language"' in answer.text and "<nav" in answer.text


@pytest.mark.parametrize("path", [*ODD, "/calls/999999", "/households/999999"])
def test_who_is_signed_in_reads_their_language_and_is_not_told_to_sign_in(
    client, session, sign_in, path
):
    person = make.person(session)
    session.commit()
    sign_in(client, person)
    client.post("/language", data={"language": "en"})
    english = client.get(path)
    assert english.status_code == 404 and '<html lang="en"' in english.text
    client.post("/language", data={"language": "it"})
    assert HINT not in client.get(path).text


def test_a_stranger_is_told_to_sign_in_where_that_may_help(client):
    assert HINT in client.get("/calls/999999").text


def test_a_notice_is_shown_once_also_on_the_page_of_an_error(client):
    packed = web.see_other("/x", Message("Salvato.")).cookies[0].value
    client.cookies.set(web.NOTICE_COOKIE, packed)
    answer = client.get("/calls/999999")
    assert "Salvato." in answer.text
    taken = [c for c in answer.headers.get_list("set-cookie") if c.startswith(web.NOTICE_COOKIE)]
    assert taken and "Max-Age=0" in taken[0]


def test_it_is_said_once_and_who_is_in_no_centre_is_told_how_to_join_one(client, session, sign_in):
    newcomer = make.person(session)
    session.commit()
    sign_in(client, newcomer)
    page = client.get("/group-orders/999999").text
    assert page.count("oppure non è tua") == 1
    assert "chiedi a chi lo coordina di invitarti" in page and 'href="/centres"' in page
    member = make.person(session)
    roles.grant(session, None, member.id, roles.MEMBER, "household", 1, clock.now(session))
    session.commit()
    sign_in(client, member)
    assert "chiedi a chi lo coordina" not in client.get("/group-orders/999999").text


def test_only_who_looks_for_a_page_of_the_centres_is_told_how_to_join_one(
    application, client, session, sign_in
):
    """Whoever was taken off a commission, or follows an old link, asks for no centre."""
    sign_in(client, make.person(session))
    told: dict[bool, set[str]] = {True: set(), False: set()}
    for method, route, handler in handlers(application):
        if method != "GET" or "{" not in route.path:
            continue
        answer = client.get(filled(route, 999_999_999), follow_redirects=False)
        if answer.status_code == 404:
            house = handler.fn.__module__.split(".")[0]
            told["chiedi a chi lo coordina" in answer.text].add(house)
    assert told == {True: {"market"}, False: {"calls", "community", "people"}}
