"""The edge: pages, redirects with a notice, downloads, and where one may be sent."""

from types import SimpleNamespace
from uuid import uuid4

import pytest
from jinja2 import ChoiceLoader, DictLoader
from litestar import Litestar
from litestar.di import NamedDependency
from litestar.testing import TestClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from kit import db, files
from kit.errors import Message, Refused
from kit.http import errors, templates, web
from kit.http.web import Request, Response, get, post


@pytest.fixture
def browse(application):
    """A browser before handlers of the test's own, with the application's templates."""

    def _browse(*handlers):
        opened = Litestar(list(handlers), exception_handlers=errors.HANDLERS, openapi_config=None)
        return TestClient(opened)

    return _browse


@post("/save", access="public", resent="same")
def save() -> Response:
    return web.see_other("/seen", Message("Hai salvato {n} righe. È tutto.", n=3))


@get("/seen", access="public")
def seen(request: Request) -> Response:
    return web.page(request, "errors/404.html", message=web.page_context(request)["notice"])


def test_a_notice_is_shown_once_by_the_next_page_and_not_by_a_fragment(browse):
    with browse(save, seen) as client:
        answer = client.post("/save", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/seen")
        kept = answer.headers["set-cookie"].lower()
        assert "httponly" in kept and "samesite=lax" in kept
        assert "Hai salvato" not in client.get("/seen", headers={"HX-Request": "true"}).text
        assert "Hai salvato 3 righe. È tutto." in client.get("/seen").text
        assert "Hai salvato" not in client.get("/seen").text


@pytest.mark.parametrize("packed", ["%%%", "_w==", "x" * 3001, "A"])
def test_a_notice_that_nobody_wrote_is_not_shown(browse, packed):
    with browse(seen) as client:
        client.cookies.set(web.NOTICE_COOKIE, packed)
        assert client.get("/seen").status_code == 200


def test_a_redirect_without_words_leaves_no_cookie():
    assert web.see_other("/x").cookies == []


@pytest.mark.parametrize(
    ("candidate", "path"),
    [
        ("/centres/3?from=a&to=b#c", "/centres/3?from=a&to=b#c"),
        ("/città", "/citt%C3%A0"),
        ("/a b", "/a%20b"),
        ("/%2e%2e", "/%2e%2e"),
        ("", "/home"),
        ("centres", "/home"),
        ("//evil.example", "/home"),
        ("/\\evil.example", "/home"),
        ("https://evil.example", "/home"),
        ("javascript:alert(1)", "/home"),
        ("/a\r\nSet-Cookie: x", "/home"),
        ("/a\tb", "/home"),
        ("/" + "a" * 998, "/" + "a" * 998),
        ("/" + "a" * 999, "/home"),
    ],
)
def test_only_a_path_of_this_site_is_gone_back_to(candidate, path):
    assert web.local_path(candidate, "/home") == path


def test_a_file_is_kept_and_never_run():
    answer = web.attachment(b"<script>", "però; a.html", "text/html; charset=utf-8")
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename*=UTF-8''per%C3%B2%3B%20a.html"
    )
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.media_type == "text/html"


def document(state: str, **more: object) -> SimpleNamespace:
    kept = {"filename": "a.pdf", "media_type": "application/pdf", "error": None, "sha256": None}
    return SimpleNamespace(state=state, **kept | more)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (document("failed", error="Mancano 3 prezzi."), "Mancano 3 prezzi."),
        (document("queued"), "non è ancora pronto"),
        (document("making"), "non è ancora pronto"),
    ],
)
def test_a_document_that_is_not_there_is_refused_in_words(made, words):
    with pytest.raises(Refused, match=words):
        web.download(made)


def test_a_document_that_is_ready_is_handed_out():
    answer = web.download(document("ready", sha256=files.put(b"%PDF-1.7")))
    assert (answer.content, answer.media_type) == (b"%PDF-1.7", "application/pdf")
    assert "a.pdf" in answer.headers["Content-Disposition"]


def test_pieces_stand_where_the_template_says_and_nowhere_else(browse, monkeypatch):
    real = templates.environment()
    assert real.loader is not None
    long_page = DictLoader({"long.html": "<b>{{ pieces }}</b>è{{ path }}"})
    changed = real.overlay(loader=ChoiceLoader([long_page, real.loader]))
    monkeypatch.setattr(templates, "environment", lambda: changed)

    @get("/long", access="public")
    def long(request: Request) -> Response:
        return web.page_around(request, "long.html", ["però ".encode(), b"<i>2</i>"], status=202)

    with browse(long) as client:
        answer = client.get("/long")
    assert (answer.status_code, answer.text) == (202, "<b>però <i>2</i></b>è/long")


@pytest.fixture
def saves(browse, committed):
    """A page that saves and then answers as told; gives whether what was saved stayed."""
    db.configure(committed.engine)
    save = text("insert into person (email, name, created_at) values (:email, 'Prova', now())")
    find = text("select count(*) from person where email = :email")

    def _saves(answer) -> bool:
        email = {"email": f"{uuid4().hex}@esempio.it"}

        @post("/act", access="public", resent="same")
        def act(request: Request, session: NamedDependency[Session]) -> Response:
            session.execute(save, email)
            return answer(request)

        with browse(act) as client:
            client.post("/act")
        with db.transaction() as session:
            return session.scalar(find, email) == 1

    return _saves


def refusing(request: Request, status: int = 409) -> Response:
    return web.page(request, "errors/409.html", status=status, message=None)


def test_a_page_that_refuses_leaves_no_trace_and_one_that_answers_does(saves):
    assert saves(lambda request: refusing(request, 200))
    assert not saves(refusing)


def test_a_page_of_many_lines_keeps_the_good_ones(saves):
    def keeping(request: Request) -> Response:
        answer = refusing(request)
        web.kept(request)
        return answer

    assert saves(keeping)


def test_a_refusal_that_a_page_answers_itself_is_undone_and_remembered(saves):
    remembered = []

    def refused(request: Request) -> Response:
        error = Refused("No.")
        error.remember = lambda session: remembered.append(session)
        web.refused(request, error)
        return refusing(request, 200)

    assert not saves(refused)
    assert len(remembered) == 1
