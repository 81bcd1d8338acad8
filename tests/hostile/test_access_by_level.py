"""What a role opens at one level and not below: every route by every role that asks for two.

Whoever holds it and has proved a password alone gets what somebody without any role gets: the same
status, the same page but for the words that offer the second proof. Generated from the routes, as
`test_access_first`.
"""

import re

import pytest
from sqlalchemy import select, update

from people import sign_ins
from people.tables.persons import Person
from people.tables.sessions import PersonSession
from tests.hostile import doors as all_doors
from tests.hostile.doors import Doors, may
from tests.hostile.test_access_first import (
    EVERY,
    HTMX,
    OWN_SHEET,
    asked,
    bodies,
    taken,  # noqa: F401 - a fixture
    without,
)
from tests.hostile.village import filled
from tests.test_house import handlers

pytestmark = pytest.mark.long

RESTING = (
    *("treasurer", "administrator", "evaluator", "evaluator in conflict", "evaluator elsewhere"),
    *("office", "office elsewhere"),
)
OWN = {"/", "/account", "/account/proof", "/calls/{call_id}"}
"""Pages on which whoever holds a role reads of it, whether or not it rests."""
OF_ONESELF = ("/account/factors", "/account/data", "/account/erasure")
"""They say which roles somebody holds: which ask for a second step, what is kept, what must end."""
_OFFERED = (r'<div class="fl-resting">.*?</div>', r'<div class="fl-empty">.*?</div>')
_OFFERED_INSTEAD = (
    r'<p class="fl-lead">.*?</p>',
    r'<div class="fl-actions">.*?</div>',
)
"""The words in which the proof is offered: everywhere, and on the page of what is absent."""


@pytest.fixture
def doors(session, client) -> Doors:
    return all_doors.build(session)


def routes(application, who):
    """Every route with what is asked there; in a short run those that the role opens."""
    for method, route, handler in handlers(application):
        bare = re.sub(r":\w+", "", route.path)
        if handler.opt["access"] != "signed-in" and "{" not in bare:
            continue
        if handler.opt["access"] == "public" or bare in OWN or "/sign-out" in bare:
            continue
        if bare.startswith(OF_ONESELF):
            continue
        allowed = may(route.path) if "{" in route.path else {who}
        if EVERY or who in (allowed or ()):
            yield method, route.path


def said(answer):
    """An answer without what is each one's own, and without the words of an offer."""
    lines = "\n".join(without(answer, {"none": "\0"}))
    lines = re.sub(r'data-person="\d+"|persona\d+@|datetime="[^"]*"', "", lines)
    for offered in _OFFERED + (_OFFERED_INSTEAD if answer.status_code == 404 else ()):
        lines = re.sub(offered, "", lines, flags=re.DOTALL)
    return lines.split()


def test_whose_roles_rest_is_in_the_test(doors, session):
    assert set(doors.at_rest(session)) == set(RESTING)


def at_rest(doors, session, who):
    """Let somebody come as who has proved a password alone, under the name of a stranger."""
    token = doors.village.tokens[f"{who} at rest"] = doors.at_rest(session)[who]
    hashed = sign_ins.token_hash(token)
    mine = select(PersonSession.person_id).where(PersonSession.token_hash == hashed)
    session.execute(
        update(Person).where(Person.id == mine.scalar_subquery()).values(name="Anna Bianchi")
    )
    session.commit()


@pytest.mark.parametrize("who", RESTING)
def test_a_role_that_rests_opens_no_more_than_none(
    doors,
    application,
    client,
    session,
    who,
    taken,  # noqa: F811
):
    at_rest(doors, session, who)
    tried = 0
    for method, path in routes(application, who):
        address = filled(path, doors.ids_for(path))
        ways = list(bodies(doors, path)) if method == "POST" else [{}, {"headers": HTMX}]
        for way in ways if EVERY else [ways[tried % len(ways)]]:
            taken.clear()
            doors.village.enter(client, f"{who} at rest")
            resting = asked(client, session, method, address, **way)
            held = list(taken)
            doors.village.enter(client, "stranger")
            stranger = asked(client, session, method, address, **way)
            assert said(resting) == said(stranger), (method, path)
            if resting.status_code == 404:
                assert held in ([], OWN_SHEET), f"{path}: somebody refused makes others wait"
        tried += 1
    assert tried > 5


@pytest.mark.parametrize("who", ["treasurer", "administrator", "office", "evaluator"])
def test_the_control_the_same_role_opens_pages_once_it_is_awake(
    doors, application, client, session, who
):
    at_rest(doors, session, who)
    opened = 0
    for method, path in routes(application, who):
        if method == "GET":
            address = filled(path, doors.ids_for(path))
            doors.village.enter(client, who)
            awake = asked(client, session, method, address).status_code
            doors.village.enter(client, f"{who} at rest")
            opened += awake == 200 and asked(client, session, method, address).status_code == 404
    assert opened > 0
