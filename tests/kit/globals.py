"""What the application tells the templates, told by a test without the application."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kit import assets
from kit.http import templates


@contextmanager
def told(entries: list[tuple[str, str, bool]]) -> Iterator[None]:
    """Templates that know the assets and this navigation, and nothing of it afterwards."""
    kept: dict[str, Any] = dict(templates.shared_globals)
    templates.shared_globals.update(asset=assets.url, navigation=lambda: entries)
    templates.environment.cache_clear()
    yield
    templates.shared_globals.clear()
    templates.shared_globals.update(kept)
    templates.environment.cache_clear()
