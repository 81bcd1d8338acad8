"""A form that comes at a bad moment: the page that says so sends it again as it was."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import create_engine

from kit import db
from kit.http import carried
from people.tables.persons import Person
from tests import make
from tests.calls import acts
from tests.calls.acts import Act
from tests.forms import form, forms
from tests.hostile import village as villages
from tests.hostile.acts import MADE
from tests.hostile.village import filled
from tests.market.price_files import files
from tests.test_house import handlers
from tests.test_resent import come, rows

# Two of a name, what HTML would read as its own, lines, blanks around; what a form carries itself.
SENT: dict[str, Any] = {
    "csrf": "un-gettone",
    "key": "una-chiave-di-questa-pagina",
    "shown-title": "k3x",
    "title": ' «Mele» & "pere" <b> ',
    "summary": "prima riga\r\nseconda riga\r\n",
    "choice": ["uno", "due"],
    "empty": "",
}
AT_ONCE = {"/sign-in", "/sign-in/second"}
"""Answered before the database is asked: it lacks what is tried below."""


@contextmanager
def busy(connection: Any) -> Iterator[None]:
    """No statement gets through: the first one raises what a held lock or a full pool raises."""
    nowhere = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none?connect_timeout=1")
    db.configure(nowhere)
    try:
        yield
    finally:
        db.configure(connection, join_transaction_mode="create_savepoint")
        nowhere.dispose()


def posts(application: Any) -> list[str]:
    return [route.path for method, route, _ in handlers(application) if method == "POST"]


def at(path: str) -> str:
    """An address of a route."""
    address = re.sub(r"\{\w+:date\}", "2026-03-05", path)
    return re.sub(r"\{\w+:str\}", "x", re.sub(r"\{\w+:int\}", "7", address))


def texts(answer: Any, action: str) -> list[tuple[str, str]]:
    """Every field, in its order, that the answer's form would send to an address."""
    return [(each.name, each.value) for each in form(answer.text, action).fields]


def test_every_form_that_comes_while_the_database_is_busy_can_be_sent_again(
    client, connection, session, sign_in, application
):
    sign_in(client, make.person(session, "Ada Galli"))
    del client.headers["X-CSRF-Token"]
    given = [
        (name, one)
        for name, all_ in SENT.items()
        for one in ([all_] if isinstance(all_, str) else all_)
    ]
    answered = set()
    with busy(connection):
        for path in posts(application):
            action = f"{at(path)}?da=qui"
            answer = client.post(action, data=SENT, follow_redirects=False)
            if answer.status_code != 503:
                answered.add(path)
                continue
            assert texts(answer, action) == given, path
            assert "Siamo in tanti" in answer.text and "Riprova</button>" in answer.text, path
            assert answer.headers["retry-after"]
    assert answered == AT_ONCE


def test_a_line_that_saves_itself_gets_no_page_of_fields(client, connection, session, sign_in):
    sign_in(client, make.person(session, "Ada Galli"))
    with busy(connection):
        answer = client.post(
            "/applications/7/sections/idea/idea_what", data=SENT, headers={"HX-Request": "true"}
        )
    assert answer.status_code == 503 and forms(answer.text) == []


def test_what_lets_somebody_in_is_never_held(client, connection):
    with busy(connection):
        answer = client.post(
            "/sign-in", data={"email": "una@esempio.it", "password": "mai-in-pagina"}
        )
    assert answer.status_code == 503 and "mai-in-pagina" not in answer.text
    asked = form(answer.text, "/sign-in")
    assert [(each.name, each.kind, each.value) for each in asked.fields] == [
        ("email", "hidden", "una@esempio.it"),
        ("password", "password", ""),
    ]


def test_a_file_is_to_be_chosen_again_and_the_page_says_which(client, connection, session, sign_in):
    sign_in(client, make.person(session, "Ada Galli"))
    with busy(connection):
        action = "/applications/7/attachments"
        file = {"file": ("statuto.pdf", b"%PDF-1.7", "application/pdf")}
        answer = client.post(action, data={"csrf": "x", "kind": "cv"}, files=file)
    assert answer.status_code == 503 and "Scegli di nuovo il file «statuto.pdf»" in answer.text
    asked = form(answer.text, action)
    assert asked.values == {"csrf": "x", "kind": "cv"} and asked.files == ["file"]
    assert 'enctype="multipart/form-data"' in answer.text


def test_what_is_too_long_is_not_held_and_the_page_says_so(client, connection, session, sign_in):
    sign_in(client, make.person(session, "Ada Galli"))
    with busy(connection):
        answer = client.post("/office/calls", data={"title": "a" * (carried.LARGEST + 1)})
    assert answer.status_code == 503 and "è troppo lungo" in answer.text
    assert [each.action for each in forms(answer.text)] == ["/language"]


@pytest.mark.parametrize("path", MADE)
def test_what_makes_something_is_made_once_by_the_form_held(client, connection, session, path):
    village = villages.build(session)
    who, page, typed = MADE[path]
    come(village, client, who)
    act = Act(0, filled(page, village.ids), filled(path, village.ids), typed)
    if path == "/price-list-imports":
        content = files.file(files.product("Noci"))
        act.file = ("listino.json", content, "application/json")
    done_once(client, connection, session, act)


@pytest.mark.parametrize("path", acts.MADE)
def test_what_makes_something_in_a_call_is_made_once(client, connection, session, sign_in, path):
    act = acts.MADE[path](session)
    sign_in(client, session.get(Person, act.person_id))
    done_once(client, connection, session, act)


def done_once(client: Any, connection: Any, session: Any, act: Act) -> None:
    """Send a form while nothing goes, then twice what the answer holds."""
    data = form(client.get(act.page).text, act.action).but(act.typed)
    send: dict[str, Any] = {"follow_redirects": False}
    if act.file:
        send["files"] = {"file": act.file}
    before = rows(session)
    with busy(connection):
        refused = client.post(act.action, data=data, **send)
    assert refused.status_code == 503 and rows(session) == before
    held = form(refused.text, act.action).values
    assert held == data
    first = client.post(act.action, data=held, **send)
    after = rows(session)
    assert first.status_code in (200, 303) and after != before
    second = client.post(act.action, data=held, **send)
    assert second.status_code == first.status_code and rows(session) == after
