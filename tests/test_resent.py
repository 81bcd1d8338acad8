"""What is sent again, or from an old page: every route says what happens, and its form carries it.

The net for the next form: a new route declares it and appears here by itself; a new page whose
form does not carry what its route declares is found by a walk through the demo.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text

from kit import shown
from kit.db import Base
from kit.http import web
from people.tables.persons import Person
from tests import walk
from tests.calls import acts
from tests.calls.acts import Act
from tests.forms import Form, form
from tests.hostile import village as villages
from tests.hostile.acts import MADE, SEEN
from tests.hostile.village import Village, filled
from tests.market.price_files import files
from tests.people import acts as own
from tests.test_house import handlers

pytestmark = pytest.mark.long

HOUSES = ("market", "calls", "community", "people")
"""The houses whose forms carry what their routes declare."""


@dataclass(frozen=True)
class Change:
    """A route that changes something: its path, what it declares, the house it belongs to."""

    path: str
    resent: str
    house: str

    def takes(self, address: str) -> bool:
        """Whether a form that goes to this address goes here."""
        known = {"int": r"\d+", "str": "[^/]+", "date": r"[\d-]+"}
        pattern = re.sub(r"\{\w+:(\w+)\}", lambda found: known[found[1]], self.path)
        return re.fullmatch(pattern, address) is not None


def changes(application: Any, resent: str = "") -> list[Change]:
    found = [
        Change(route.path, handler.opt["resent"], handler.fn.__module__.split(".")[0])
        for method, route, handler in handlers(application)
        if method == "POST"
    ]
    return [each for each in found if resent in ("", each.resent)]


def of_houses(application: Any, resent: str) -> set[str]:
    return {each.path for each in changes(application, resent) if each.house in HOUSES}


def test_every_change_says_what_its_form_does_when_it_is_sent_again(application):
    assert {each.resent for each in changes(application)} == set(web.RESENT)
    assert set(HOUSES) <= {each.house for each in changes(application)}


# --- A walk through the demo ----------------------------------------------------------------


@pytest.fixture(scope="module")
def walked(committed, application) -> list[Form]:
    return [each.form for each in walk.walk(application, committed)]


def that_go_to(walked: list[Form], change: Change) -> list[Form]:
    return [each for each in walked if any(map(change.takes, (each.action, *each.parts)))]


def changes_met(application: Any, walked: list[Form], resent: str) -> Iterator[Form]:
    """The forms of the houses' routes of a kind; each route was met."""
    for change in changes(application, resent):
        if change.house in HOUSES:
            met = that_go_to(walked, change)
            assert met, f"nobody came to a form that goes to {change.path}"
            yield from met


@cache
def mark_names(name: str) -> tuple[str, ...]:
    """How what a field shows may be said: of itself, or of the line it belongs to."""
    return (shown.PREFIX + name, shown.PREFIX + name.rpartition("-")[2])


def test_a_form_of_something_kept_says_what_each_of_its_fields_shows(application, walked):
    said = 0
    for each in changes_met(application, walked, "merged"):
        values = each.values
        for field in each.fields:
            if not field.seen or not shown.plain(field.value):
                continue
            own, of_line = mark_names(field.name)
            assert values.get(own) or values.get(of_line), (each.action, field.name)
            counted = field.name.startswith(("wanted-", "most-"))  # in the smallest unit
            if own in values and own != of_line and not counted:
                assert values[own] == shown.mark(field.value), (each.action, field)
            said += 1
    assert said > 50


def test_a_form_of_an_act_that_cannot_be_undone_says_all_its_page_shows(application, walked):
    for each in changes_met(application, walked, "seen"):
        assert "=" in each.values.get("seen", ""), each.action


def test_a_form_that_makes_something_has_a_key_of_its_own(application, walked):
    keys = []
    for each in changes_met(application, walked, "keyed"):
        assert len(each.values.get("key", "")) >= 16, each.action
        keys.append(each.values["key"])
    assert len(set(keys)) == len(keys), "each form of each page has its own"


EVERYWHERE = {"/language", "/sign-out"}
"""Forms that stand on every page."""
LEADS_ON = {
    "/applications/{application_id:int}/attachments/{attachment_id:int}/remove",
    "/applications/{application_id:int}/send",
}
"""Addresses that lead on to the page themselves."""
UNMET = {
    "/account/proof": "/account/proof",
    "/account/factors/app": "/account/factors",
    "/account/factors/passkeys": "/account/factors/passkeys/new",
    "/account/factors/passkeys/9/removals": "/account/factors",
    "/account/factors/passkeys/question": "/account/factors",
    "/account/proof/passkey": "/account/proof",
    "/account/proof/passkey/question": "/account/proof",
    "/account/factors/app/confirmations": "/account/factors",
    "/account/factors/app/removals": "/account/factors",
    "/account/identities": "/account/identities",
    "/account/identities/9/removal": "/account/identities",
    "/account/identities/dismissal": "/account/identities",
    "/account/identities/journeys": "/account/identities",
    "/account/address/withdrawals": "/account/address",
    "/account/erasure": "/account/erasure",
    "/account/erasure/withdrawals": "/account/erasure",
    "/account/new-address/x": "/account/new-address/x",
    "/applications/9/attachments/refused/9/remove": "/applications/9/attachments",
    "/applications/9/receipt/retry": "/applications/9/receipt",
    "/dead-jobs/9/removal": "/dead-jobs",
    "/dead-jobs/9/retries": "/dead-jobs",
    "/group-orders/9/documents/9/retry": "/group-orders/9",
    "/households/9/invitations/9/letters": "/households/9",
    "/households/9/invitations/9/withdrawals": "/households/9",
    "/links/x": "/links/x",
    "/links/x/factors": "/links/x",
    "/links/x/refusals": "/links/x",
    "/links/x/renewals": "/links/x",
    "/mail-links/x": "/mail-links/x",
    "/office/calls/9/evaluation/conflicts": "/office/calls/9/evaluation",
    "/office/calls/9/ranking/file/retry": "/office/calls/9/ranking",
    "/office/calls/9/text/retry": "/office/calls/9",
    "/people/invitations/9/letters": "/people",
    "/people/invitations/9/withdrawals": "/people",
    "/people/9/revocations": "/people/9",
    "/people/proposals/9/confirmations": "/people",
    "/people/proposals/9/withdrawals": "/people",
    "/price-list-imports/9/comparison": "/price-list-imports/9",
    "/sign-in/passkey": "/sign-in",
    "/sign-in/passkey/question": "/sign-in",
    "/sign-in/identity": "/sign-in",
    "/sign-in/second": "/sign-in",
}
"""Where the forms stand to which nobody of the walk comes."""


def test_the_address_of_a_form_leads_to_the_page_it_stands_on(application, walked):
    """After a refusal the page stands at the form's address: who loads it anew, or asks for
    another language, wants that page and no other."""
    from litestar.testing import TestClient

    wanted = {action: {page} for action, page in UNMET.items()}
    for change in changes(application):
        if change.path in EVERYWHERE | LEADS_ON:
            continue
        met = that_go_to(walked, change)
        for each in met:
            action = next(filter(change.takes, (each.action, *each.parts)))
            wanted.setdefault(action, set()).add(each.page)
        assert met or any(map(change.takes, UNMET)), f"nobody came to the form of {change.path}"
    led: dict[str, set[str]] = {}
    with TestClient(application, base_url="https://testserver.local") as stranger:
        for action in wanted:
            led[action] = set(ways_back(stranger, action))
    wrong = {action: pages - wanted[action] for action, pages in led.items()}
    assert {action: pages for action, pages in wrong.items() if pages} == {}


def ways_back(stranger: Any, action: str) -> Iterator[str]:
    """Where it leads to look at the address, and to come from the page that was answered there."""
    looked = stranger.get(action, follow_redirects=False)
    led = looked.headers.get("location", "")
    if looked.status_code == 303 and not led.startswith("/sign-in?"):
        yield led
    came = {"Referer": f"https://testserver.local{action}"}
    sent = stranger.post(action, headers=came, follow_redirects=False)
    if sent.headers.get("location", "").startswith("/sign-in?"):
        yield parse_qs(urlsplit(sent.headers["location"]).query)["next"][0]


# --- Sent twice, or by who has seen nothing ---------------------------------------------------


@pytest.fixture
def village(session, client) -> Village:
    return villages.build(session)


def test_the_forms_that_make_something_are_all_tried_below(application):
    assert of_houses(application, "keyed") == set(MADE) | set(acts.MADE)


def rows(session: Any) -> dict[str, tuple[int, int]]:
    """Every row of every table, as two numbers for each."""
    sums = (
        f"select '{name}', count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)"
        f' from "{name}" t'
        for name in sorted(Base.metadata.tables)
    )
    session.expire_all()
    found = session.execute(text(" union all ".join(sums)))
    return {name: (count, digest) for name, count, digest in found}


def come(village: Village, client: Any, who: str) -> None:
    if who:
        village.enter(client, who)
    else:
        client.cookies.clear()
        client.headers.pop("X-CSRF-Token", None)


@pytest.mark.parametrize("path", MADE)
def test_a_form_sent_twice_makes_one_and_is_answered_alike(village, client, session, path):
    who, page, typed = MADE[path]
    come(village, client, who)
    act = Act(0, filled(page, village.ids), filled(path, village.ids), typed)
    if path == "/price-list-imports":
        content = files.file(files.product("Noci"))
        act.file = ("listino.json", content, "application/json")
    makes_one(client, session, act)


@pytest.mark.parametrize("path", acts.MADE)
def test_a_form_of_the_calls_sent_twice_makes_one(client, session, sign_in, path):
    act = acts.MADE[path](session)
    sign_in(client, session.get(Person, act.person_id))
    makes_one(client, session, act)


def makes_one(client: Any, session: Any, act: Act) -> None:
    data = form(client.get(act.page).text, act.action).but(act.typed)
    send: dict[str, Any] = {"data": data, "follow_redirects": False}
    if act.file:
        send["files"] = {"file": act.file}
    before = rows(session)
    first = client.post(act.action, **send)
    after = rows(session)
    assert first.status_code in (200, 303) and after != before
    second = client.post(act.action, **send)
    assert second.status_code == first.status_code
    assert second.headers.get("location") == first.headers.get("location")
    assert rows(session) == after, "the second sending made or changed something"


@pytest.mark.parametrize("path", MADE)
def test_who_goes_back_and_presses_again_is_asked(village, client, session, path):
    who, page, typed = MADE[path]
    come(village, client, who)
    act = Act(0, filled(page, village.ids), filled(path, village.ids), typed)
    if path == "/price-list-imports":
        content = files.file(files.product("Noci"))
        act.file = ("listino.json", content, "application/json")
    if path in REFUSES:
        refuses_another(client, session, act)
    else:
        (asks_before_another if who else answers_as_before)(client, session, act)


@pytest.mark.parametrize("path", acts.MADE)
def test_who_goes_back_to_a_form_of_the_calls_is_asked(client, session, sign_in, path):
    act = acts.MADE[path](session)
    sign_in(client, session.get(Person, act.person_id))
    asks_before_another(client, session, act)


REFUSES = {
    "/account/data/copies",
    "/households/{household_id:int}/members",
    "/people/invitations",
}
"""What its own state refuses a second time, without a question."""


def gone_back(client: Any, act: Act) -> dict[str, Any]:
    """The page of a form opened anew, filled in as before: as a browser has it that went back."""
    data = form(client.get(act.page).text, act.action).but(act.typed)
    send: dict[str, Any] = {"data": data, "follow_redirects": False}
    if act.file:
        send["files"] = {"file": act.file}
    return send


def asks_before_another(client: Any, session: Any, act: Act) -> None:
    """The second is refused, shows the first, keeps what was typed; a tick makes it."""
    first, second = gone_back(client, act), gone_back(client, act)
    assert client.post(act.action, **first).status_code == 303
    after = rows(session)
    asked = client.post(act.action, **second)
    assert asked.status_code == 409 and "spunta la casella" in asked.text
    assert rows(session) == after, "the second page made or changed something"
    shown_ = form(asked.text, act.action)
    assert {name: shown_.values.get(name) for name in act.typed} == act.typed
    assert "another" in shown_.boxes and "another" not in shown_.values, "nothing is ticked"
    page = re.search(r'<a href="([^"]+)">Guarda quello che c', asked.text)
    assert page and client.get(page[1]).status_code == 200
    once_more = client.post(act.action, **{**second, "data": shown_.but(act.typed)})
    assert once_more.status_code == 409 and rows(session) == after, "a press is no tick"
    tick = re.search(r'name="another" type="checkbox" value="([^"]+)"', asked.text)
    assert tick
    wanted = {**second, "data": shown_.but(act.typed, another=tick[1])}
    made = client.post(act.action, **wanted)
    refused_otherwise = made.status_code in (409, 422) and "spunta la casella" not in made.text
    assert made.status_code == 303 or refused_otherwise, "the same code of a household, say"


def refuses_another(client: Any, session: Any, act: Act) -> None:
    """One waits already: the page says so, and offers nothing to tick."""
    first, second = gone_back(client, act), gone_back(client, act)
    assert client.post(act.action, **first).status_code == 303
    after = rows(session)
    asked = client.post(act.action, **second)
    assert asked.status_code == 409 and rows(session) == after
    assert "another" not in form(asked.text, act.action).boxes


def answers_as_before(client: Any, session: Any, act: Act) -> None:
    """Nobody who is not signed in is told what was done: the answer is the first one."""
    first, second = gone_back(client, act), gone_back(client, act)
    told = client.post(act.action, **first)
    after = {name: each for name, each in rows(session).items() if name != "act_once"}
    again = client.post(act.action, **second)
    assert again.status_code == told.status_code == 200
    now = {name: each for name, each in rows(session).items() if name != "act_once"}
    assert now == after, "the second page made or changed something"


def test_the_acts_that_cannot_be_undone_are_all_tried_below(application):
    assert of_houses(application, "seen") == set(SEEN) | set(acts.SEEN) | set(own.SEEN)


@pytest.mark.parametrize("path", SEEN)
def test_who_has_seen_nothing_does_nothing_that_cannot_be_undone(village, client, session, path):
    id_, typed = SEEN[path]
    ids = {**village.ids, "closed_id": village.closed_id}
    address = filled(path, {**ids, path.split("{")[1].split(":")[0]: ids[id_]})
    village.enter(client, "treasurer" if "top-ups" in path else "coordinator")
    needs_to_have_seen(
        client, session, Act(0, address.removesuffix("/application"), address, typed)
    )


@pytest.mark.parametrize("path", [*acts.SEEN, *own.SEEN])
def test_who_has_seen_nothing_does_nothing_in_a_call_or_with_an_access(
    client, session, sign_in, path
):
    act = {**acts.SEEN, **own.SEEN}[path](session)
    sign_in(client, session.get(Person, act.person_id))
    needs_to_have_seen(client, session, act)


def needs_to_have_seen(client: Any, session: Any, act: Act) -> None:
    shown_ = form(client.get(act.page).text, act.action)
    unseen = {name: None for name in shown_.values if name not in ("csrf", *act.typed)}
    before = rows(session)
    refused = client.post(act.action, data=shown_.but({**unseen, **act.typed}))
    assert refused.status_code == 409
    assert rows(session) == before
    kept = form(refused.text, act.action).values
    assert {name: kept.get(name) for name in act.typed} == act.typed, "what was typed stays"
    done = client.post(act.action, data=shown_.but(act.typed), follow_redirects=False)
    assert done.status_code in (200, 303) and rows(session) != before
