"""The edge's answers to what only the database can refuse."""

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from kit.http import errors, web
from kit.http.web import Request, Response, get

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
