"""A walk through the demo: every form of every page that each of its people reaches."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from demo import world
from demo.sign_ins import PASSWORD, SIGN_INS
from kit import clock, db
from people import proofs, sign_ins
from people.known_devices import Caller
from tests import make
from tests.calls import acts
from tests.forms import Form, form, forms
from tests.market.price_files import files
from tests.people import acts as own

PAGES_OF_A_KIND = 3  # that one person looks at


@dataclass(frozen=True)
class Met:
    """A form that somebody met, and the token of that person's session ("" for nobody's)."""

    form: Form
    token: str


def walk(application: Any, committed: Any) -> list[Met]:
    """Every form of every page that each person of the demo reaches, a few of each kind."""
    from litestar.testing import TestClient

    world.build(lambda _line: None)
    found: list[Met] = []
    for email in (None, *(email for _, email in SIGN_INS)):
        with TestClient(application, base_url="https://testserver.local") as client:
            db.configure(committed.engine)
            token = ""
            if email:
                entry = sign_ins.sign_in(email, PASSWORD, Caller("127.0.0.1"), "test")
                token = make.inside(entry)
                client.cookies.set(sign_ins.COOKIE, token)
                client.headers["X-CSRF-Token"] = sign_ins.csrf_token(sign_ins.token_hash(token))
            if email and email.startswith("paola."):
                bring_a_list(client)
            for page, text in pages(client):
                found += [Met(standing_on(page, each), token) for each in forms(text)]
    return found + rare(application, committed)


def rare(application: Any, committed: Any) -> list[Met]:
    """What no person of the demo has before them now: drafts and calls at each of their acts."""
    from litestar.testing import TestClient

    found: list[Met] = []
    for build in (acts.edit_a_call, *acts.MADE.values(), *acts.SEEN.values(), *own.SEEN.values()):
        with TestClient(application, base_url="https://testserver.local") as client:
            db.configure(committed.engine)
            with db.transaction() as session:
                act = build(session)
                token = sign_ins.open_session(
                    session, act.person_id, "test", clock.now(session), proofs.BY_PASSWORD_AND_CODE
                )
            client.cookies.set(sign_ins.COOKIE, token)
            met = form(client.get(act.page).text, act.action)
            found.append(Met(standing_on(act.page, met), token))
    return found


def standing_on(page: str, found: Form) -> Form:
    """Say where a form stands: the page's path without its query."""
    return replace(found, page=page.partition("?")[0])


def bring_a_list(client: Any) -> None:
    """The demo has no list that waits to be looked at."""
    sent = form(client.get("/price-list-imports/new").text, "/price-list-imports").values
    file = ("listino.json", files.file(files.product("Noci")), "application/json")
    assert client.post("/price-list-imports", data=sent, files={"file": file}).status_code == 200


def pages(client: Any) -> Iterator[tuple[str, str]]:
    """Follow the links of the site from its first page: of each kind of address a few.

    Gives the path of each page, where links led, and its text; fails where one leads nowhere.
    """
    waiting, known, of_a_kind = ["/"], {"/"}, dict[str, int]()
    while waiting:
        answer = client.get(waiting.pop(0))
        assert answer.status_code < 400, (answer.status_code, answer.url)
        if answer.status_code != 200 or "text/html" not in answer.headers["content-type"]:
            continue
        yield answer.url.path, answer.text
        for address in re.findall(r'href="(/[^"#]*)', answer.text.replace("&amp;", "&")):
            kind = re.sub(r"\d+(-\d+)*", "N", address)
            kind = re.sub(r"=[^&N]*", "=", kind)
            if address not in known and of_a_kind.get(kind, 0) < PAGES_OF_A_KIND:
                known.add(address)
                of_a_kind[kind] = of_a_kind.get(kind, 0) + 1
                waiting.append(address)
