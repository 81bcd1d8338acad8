"""The two providers of the tests: one of our own, and a real one."""

from collections.abc import Iterator

import pytest

from people.providers.settings import Provider
from tests.people.providers import hostile as hostiles
from tests.people.providers import made, real
from tests.people.providers.hostile import Hostile

PEOPLE: dict[str, dict[str, object]] = {
    "mario": {name: value for name, value in hostiles.PERSON.items() if name != "sub"},
    "anna": {"given_name": "Anna", "family_name": "Bianchi"},
}


@pytest.fixture(scope="session")
def listening() -> Iterator[Hostile]:
    with hostiles.listening() as found:
        yield found


@pytest.fixture
def hostile(listening, tmp_path) -> Iterator[Hostile]:
    """A provider of our own, set as "spid", that is honest until it is told otherwise."""
    listening.forget()
    with made.set_to(made.write(tmp_path, listening.issuer)):
        yield listening


@pytest.fixture
def provider(hostile) -> Provider:
    from people.providers import settings

    return settings.providers()["spid"]


@pytest.fixture(scope="module")
def issuer(tmp_path_factory) -> Iterator[str]:
    """A real provider."""
    with real.started(PEOPLE, tmp_path_factory.mktemp("provider")) as found:
        yield found
