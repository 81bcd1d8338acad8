"""Providers set for a test, and the journeys of a browser to them."""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from people.providers import known, settings
from people.providers.answers import Answer
from tests.people.providers.hostile import Hostile
from tests.people.providers.real import CLIENT_SECRET

TABLE = """
[spid]
name = "SPID"
issuer = "{issuer}"
client_id = "{client_id}"
client_secret_file = "secret"
scopes = ["openid", "profile", "email"]
acr_values = [{asked}]

[spid.levels]
"https://www.spid.gov.it/SpidL1" = 1
"https://www.spid.gov.it/SpidL2" = 2
"https://www.spid.gov.it/SpidL3" = 3

[spid.attributes]
tax_code = "fiscal_number"
given_name = "given_name"
family_name = "family_name"
birth_date = "birthdate"
address = "address"
email = "email"
email_verified = "email_verified"
"""


def write(
    folder: Path, issuer: str, client_id: str = "farelegami", *, asked: str = "", more: str = ""
) -> Path:
    """Write the settings of one provider, "spid"; gives their path."""
    (folder / "secret").write_text(CLIENT_SECRET)
    path = folder / "providers.toml"
    path.write_text(TABLE.format(issuer=issuer, client_id=client_id, asked=asked) + more)
    return path


@contextmanager
def set_to(path: Path) -> Iterator[settings.Provider]:
    """Let these be the providers; gives the one called "spid"."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(settings.VARIABLE, str(path))
        settings.providers.cache_clear()
        known.forget()
        yield settings.providers()["spid"]
    settings.providers.cache_clear()
    known.forget()


def answer(subject: str = "AGID-0001", **values: Any) -> Answer:
    """What a provider has said of Mario, as a use case is given it."""
    said = {"tax_code": "RSSMRA80A01D150J", "given_name": "Mario", "family_name": "Rossi"}
    known_ = {"provider": "spid", "issuer": "https://id.example.org", "level": 2, "at": ""}
    about = {"proved_at": "", "attributes": said, "email": "mario@esempio.it"}
    whole = {**known_, **about, "email_verified": True, "subject": subject}
    return Answer(**{**whole, **values})


def go(client: Any, **query: str) -> str:
    """Leave for the provider; gives the address to which the browser is sent."""
    answer = client.get("/sign-in/with/spid", params=query, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    found: str = answer.headers["location"]
    return found


def come_back(client: Any, query: dict[str, str]) -> Any:
    """Come back from it."""
    return client.get("/sign-in/with/spid/back", params=query, follow_redirects=False)


def sign_in(client: Any, hostile: Hostile, **query: str) -> Any:
    """There and back, with what the provider of our own says."""
    return come_back(client, hostile.authorize(go(client, **query)))


def found_in(text: str, pattern: str) -> str:
    """The first group of a pattern in a text, as people read it; fails where it is not there."""
    found = re.search(pattern, text)
    assert found is not None, (pattern, text)
    return html.unescape(found[1])


def path_of(answer: Any) -> str:
    """Where an answer leads."""
    assert answer.status_code == 303, answer.text
    return urlsplit(answer.headers["location"]).path
