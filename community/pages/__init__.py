"""Pages of the community house; HANDLERS lists every route."""

from typing import Any

from community.pages import about

HANDLERS: list[Any] = [*about.HANDLERS]
