"""The house as a whole: who may enter where, and what a stranger sees."""

import re

import pytest

from people import roles
from tests import make

# Every address that answers somebody who is not signed in. A new one is added here on purpose.
PUBLIC = {
    "GET /",
    "GET /accessibility",
    "GET /privacy",
    "GET /help",
    "GET /health/live",
    "GET /health/ready",
    "GET /sign-in",
    "POST /sign-in",
    "POST /sign-in/passkey",
    "POST /sign-in/passkey/question",
    "POST /sign-in/second",
    "GET /sign-in/with/{key}",
    "GET /sign-in/with/{key}/back",
    "GET /sign-in/identity",
    "POST /sign-in/identity",
    "GET /sign-out/with/{key}",
    "GET /register",
    "POST /register",
    "GET /password-reset",
    "POST /password-reset",
    "GET /links/{token}",
    "POST /links/{token}",
    "POST /links/{token}/refusals",
    "POST /links/{token}/renewals",
    "GET /mail-links/{token}",
    "POST /mail-links/{token}",
    "POST /language",
    "GET /calls",
    "GET /calls/{call_id}",
    "GET /calls/{call_id}/text",
    "GET /calls/{call_id}/content",
    "GET /calls/{call_id}/ranking",
    "GET /calls/{call_id}/ranking/bundle",
    "GET /calls/{call_id}/ranking/file",
    "GET /calls/{call_id}/ranking/verifier",
    "GET /calls/{call_id}/ranking/call",
    "GET /calls/{call_id}/ranking/names",
    "GET /centres",
    "GET /centres/{centre_id}",
    "GET /demo/mail",
    "GET /look",
}


def handlers(application):
    for route in application.routes:
        for handler in getattr(route, "route_handlers", []):
            for method in sorted(handler.http_methods - {"OPTIONS", "HEAD"}):
                if not route.path.startswith("/static"):
                    yield method, route, handler


def shown(route) -> str:
    return re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path)


def test_only_the_listed_addresses_answer_a_stranger(application):
    found = {
        f"{method} {shown(route)}"
        for method, route, handler in handlers(application)
        if handler.opt["access"] != "signed-in"
    }
    assert found == PUBLIC, "declare a new one here or ask for a sign-in"


def filled(route, id_: int) -> str:
    path = re.sub(r"\{\w+:int\}", str(id_), route.path)
    path = re.sub(r"\{\w+:date\}", "2026-12-01", path)
    return re.sub(r"\{\w+:\w+\}", "x", path)


def test_a_stranger_is_sent_to_sign_in_before_anything_is_looked_up(application, client):
    for method, route, handler in handlers(application):
        if handler.opt["access"] != "signed-in":
            continue
        answer = client.request(method, filled(route, 1), follow_redirects=False)
        assert answer.status_code == 303, (method, route.path)
        assert answer.headers["location"].startswith("/sign-in?next="), (method, route.path)


@pytest.mark.parametrize("id_", [1, 999_999_999, 2**63, 10**25])
def test_somebody_without_roles_finds_nothing_behind_an_id(
    application, client, session, sign_in, id_
):
    """Whatever the id, absent or foreign, no address with one answers 200 or fails."""
    sign_in(client, make.person(session))
    for method, route, handler in handlers(application):
        if handler.opt["access"] != "signed-in" or "{" not in route.path:
            continue
        answer = client.request(method, filled(route, id_), follow_redirects=False)
        assert answer.status_code in (404, 409, 410, 422), (method, route.path, answer.status_code)


BROAD = [(roles.OFFICE, "calls", 0), (roles.ADMINISTRATOR, "house", 0)]
"""The roles that open what is there and what is not: nothing hides the absent behind a right."""


def test_nothing_is_done_to_what_is_not_there(application, client, session, sign_in):
    person = make.person(session)
    make.actor(session, person, *BROAD)
    sign_in(client, person)
    found = {}
    for method, route, handler in handlers(application):
        if handler.opt["access"] != "signed-in" or "_id:int}" not in route.path:
            continue
        answer = client.request(method, filled(route, 999_999_999), follow_redirects=False)
        if answer.status_code != 404:
            found[f"{method} {shown(route)}"] = answer.status_code
    assert found == {}


def test_every_address_that_takes_forms_can_be_looked_at(application, client, session, sign_in):
    """A page shown there after a refusal is loaded anew, or its language is changed."""
    sign_in(client, make.person(session))
    for method, route, _handler in handlers(application):
        if method == "POST":
            answer = client.get(filled(route, 1), follow_redirects=False)
            assert answer.status_code in (200, 303, 404, 410), (route.path, answer.status_code)
            leads = answer.headers.get("location", "/sign-in")
            assert client.get(leads).status_code in (200, 404, 410), (route.path, leads)


def test_every_page_for_a_person_is_free_of_inline_code(application, client, session, sign_in):
    sign_in(client, make.person(session))
    inline = re.compile(r"<script(?![^>]*src=)|<style|\son\w+=|\sstyle=|javascript:", re.IGNORECASE)
    for method, route, _handler in handlers(application):
        if method == "GET" and "{" not in route.path:
            answer = client.get(route.path)
            assert answer.status_code < 500, route.path
            assert not inline.search(answer.text), route.path
