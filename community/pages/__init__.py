"""Pages of the community house; HANDLERS lists every route."""

from typing import Any

HANDLERS: list[Any] = []
