"""How the application is served: one way, whoever starts it."""

import pytest
import uvicorn

from kit.http.line import Line
from kit.run import serve


@pytest.fixture
def asked(monkeypatch) -> list[dict]:
    """What uvicorn would be asked for; the served tests start it in earnest."""
    found: list[dict] = []
    monkeypatch.setattr(uvicorn, "run", lambda app, **options: found.append(options))
    return found


def test_nobody_is_believed_about_who_asks_unless_a_proxy_is_named(asked):
    serve.main([])
    serve.main(["--behind-proxy", "--host", "0.0.0.0", "--workers", "2"])
    alone, behind = asked
    assert (alone["proxy_headers"], alone["host"], alone["workers"]) == (False, "127.0.0.1", 1)
    assert (behind["proxy_headers"], behind["host"], behind["workers"]) == (True, "0.0.0.0", 2)
    assert alone["http"] is behind["http"] is Line
    assert not alone["server_header"] and not alone["access_log"]


def test_what_it_does_not_know_it_refuses(asked, capsys):
    with pytest.raises(SystemExit):
        serve.main(["--reload"])
    assert not asked and "usage:" in capsys.readouterr().err
