"""Pages of the community house; HANDLERS lists every route."""

from typing import Any

from community.pages import about, home, people

HANDLERS: list[Any] = [*home.HANDLERS, *about.HANDLERS, *people.HANDLERS]
