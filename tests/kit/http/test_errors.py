"""The pages of what went wrong: each kind in its words, bugs without internals."""

import errno
import os
import re
from pathlib import Path

import psycopg
import pytest
from litestar import Litestar
from litestar.exceptions import (
    ClientException,
    InternalServerException,
    NotFoundException,
)
from litestar.testing import TestClient
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from structlog.testing import capture_logs

from kit.errors import Forbidden, Invalid, Message, NotFound, Refused, TooBusy, TooMany
from kit.http import errors, web
from kit.http.web import Request, Response, get, post

TWICE = "insert into person (email, name, created_at) values ('due@esempio.it', 'Due', now())"


@pytest.mark.parametrize(
    ("statement", "status", "words"),
    [
        (f"{TWICE}; {TWICE}", 409, "Ricarica e riprova"),
        ("select cast(9999999999 as int)", 422, "non è ammesso"),
        ("select set_config('statement_timeout', '50', true); select pg_sleep(2)", 503, "tanti"),
    ],
)
def test_what_the_database_refuses_is_said_in_words(application, engine, statement, status, words):
    @get("/act", access="public")
    def act(request: Request) -> Response:
        with engine.connect() as connection:
            for part in statement.split("; "):
                connection.execute(text(part))
        return web.plain("done")

    with TestClient(Litestar([act], exception_handlers=errors.HANDLERS)) as client:
        answer = client.get("/act")
    assert answer.status_code == status and words in answer.text


@pytest.mark.parametrize("kind", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
@pytest.mark.usefixtures("application")
def test_a_file_for_which_there_is_no_room_is_said_in_words(kind):
    answer = _failing(OSError(kind, os.strerror(kind)))
    assert answer.status_code == 507 and "più spazio" in answer.text
    assert answer.headers["retry-after"] == "60"


@pytest.mark.usefixtures("application")
def test_a_table_for_which_there_is_no_room_is_said_in_words():
    full = OperationalError("insert", {}, psycopg.errors.DiskFull("could not extend file"))
    assert _failing(full).status_code == 507


@pytest.mark.usefixtures("application")
def test_a_file_that_cannot_be_written_for_another_reason_is_a_fault_of_ours():
    with capture_logs() as lines:
        assert _failing(PermissionError(errno.EACCES, "denied")).status_code == 500
    assert [line["event"] for line in lines] == ["unexpected_error"]


def _failing(error):
    @get("/act", access="public")
    def act(request: Request) -> Response:
        raise error

    with TestClient(Litestar([act], exception_handlers=errors.HANDLERS)) as client:
        return client.get("/act")


def test_every_refusal_has_a_page_of_its_own() -> None:
    """A status without one would be shown as a fault of ours that nobody noted."""
    root = Path(__file__).parents[3]
    sources = [
        path
        for house in ("kit", "people", "ledger", "market", "calls", "community", "demo")
        for path in (root / house).rglob("*.py")
    ]
    said = {
        int(status)
        for path in sources
        for status in re.findall(r"\bstatus = ([45]\d\d)\b", path.read_text())
    }
    pages = {int(path.stem) for path in (root / "templates" / "errors").glob("[45]*.html")}
    # Who is not signed in is led to the sign-in page.
    assert {404, 409, 410} <= said and said - {401} <= pages


@pytest.fixture
def told(application):
    """What a browser is answered when a handler raises: `told(error, **headers)`."""

    def _told(error, **headers):
        @get("/act", access="public")
        def act() -> Response:
            raise error

        opened = Litestar([act], exception_handlers=errors.HANDLERS, openapi_config=None)
        with TestClient(opened, raise_server_exceptions=False) as client:
            return client.get("/act", headers=headers)

    return _told


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (Refused("Il collo da {n} è pieno.", n=12), 409, "Il collo da 12 è pieno."),
        (NotFound(), 404, "non è tua"),
        (Forbidden("Il modulo è scaduto."), 403, "Il modulo è scaduto."),
        (Invalid({"name": Message("Manca il nome.")}), 422, "Controlla i campi"),
    ],
)
def test_an_expected_error_is_a_page_in_its_own_words(told, error, status, words):
    answer = told(error)
    assert answer.status_code == status
    assert words in answer.text and "<html" in answer.text
    assert "retry-after" not in answer.headers


def test_htmx_gets_a_notice_and_no_page_with_every_field_that_is_wrong(told):
    error = Invalid({"name": Message("Manca il nome."), "day": Message("Manca il giorno.")})
    answer = told(error, **{"HX-Request": "true"})
    assert answer.status_code == 422 and "<html" not in answer.text
    assert "Manca il nome." in answer.text and "Manca il giorno." in answer.text


@pytest.mark.parametrize(("error", "seconds"), [(TooMany("Basta.", 90), "90"), (TooBusy(2), "2")])
def test_who_may_come_back_is_told_when(told, error, seconds):
    assert told(error).headers["retry-after"] == seconds


def test_a_bug_shows_no_internals_and_is_noted_with_its_route(told):
    with capture_logs() as noted:
        answer = told(ZeroDivisionError("la password è segreta"))
    assert answer.status_code == 500
    assert "Qualcosa si è rotto da noi" in answer.text
    assert "segreta" not in answer.text and "ZeroDivision" not in answer.text
    (line,) = noted
    assert (line["event"], line["log_level"]) == ("unexpected_error", "error")
    assert line["route"] == "/act" and isinstance(line["exc_info"], ZeroDivisionError)


def test_a_status_without_a_page_is_a_fault_of_ours(told):
    class Odd(Refused):
        status = 418

    answer = told(Odd("Sono una teiera."))
    assert answer.status_code == 418 and "Qualcosa si è rotto da noi" in answer.text


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (NotFoundException(), 404, "non è tua"),
        (ClientException(status_code=413), 413, "<h1>"),
        (ClientException("internals", status_code=400), 400, "<h1>"),
        (ClientException("internals", status_code=415), 400, "<h1>"),
    ],
)
def test_the_refusals_of_the_framework_are_said_in_our_words(told, error, status, words):
    answer = told(error)
    assert answer.status_code == status
    assert words in answer.text and "internals" not in answer.text


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/page/acts/4/undoing", "/page"),
        ("/page/7/acts", "/page/7"),
        ("/page/7/things", "/page/7/things/new"),
        ("/page/7/files/4/retry", "/page/7"),
        ("/act", "/"),
    ],
)
def test_who_looks_at_an_address_that_only_takes_forms_is_led_to_the_page_of_the_form(path, page):
    def answered() -> Response:
        return web.plain("")

    there = ("/page", "/page/{id_:int}", "/page/{id_:int}/things/new")
    pages = [get(each, access="public")(answered) for each in there]
    file = get("/page/{id_:int}/files/{file:int}", access="public", page=False)(answered)
    acts = [
        post(each, access="public", resent="same")(answered)
        for each in (
            "/page/acts/{id_:int}/undoing",
            "/page/{id_:int}/acts",
            "/page/{id_:int}/things",
            "/page/{id_:int}/files/{file:int}/retry",
            "/act",
        )
    ]
    opened = Litestar(
        [*pages, file, *acts], exception_handlers=errors.HANDLERS, openapi_config=None
    )
    with TestClient(opened) as client:
        answer = client.get(path, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, page)


def test_what_breaks_in_the_framework_is_a_bug_like_any_other(told):
    with capture_logs() as noted:
        answer = told(InternalServerException("internals"))
    assert answer.status_code == 500 and "internals" not in answer.text
    assert [line["event"] for line in noted] == ["unexpected_error"]


def test_what_the_database_refuses_is_noted_by_its_names_and_never_by_its_values(
    application, engine
):

    @get("/act", access="public")
    def act() -> Response:
        with engine.connect() as connection:
            for part in f"{TWICE}; {TWICE}".split("; "):
                connection.execute(text(part))
        return web.plain("done")

    opened = Litestar([act], exception_handlers=errors.HANDLERS)
    with TestClient(opened) as client, capture_logs() as noted:
        client.get("/act")
    (line,) = noted
    assert line["event"] == "constraint" and "due@esempio.it" not in str(line)
    assert (line["kind"], line["state"]) == ("UniqueViolation", "23505")
    assert line["constraint"].startswith("uq_person")


def test_a_full_pool_is_told_to_come_back(told):
    answer = told(PoolTimeout("no connection in 5 s"))
    assert answer.status_code == 503 and answer.headers["retry-after"] == "5"
