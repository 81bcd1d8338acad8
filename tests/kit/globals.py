"""What the application tells the templates, told by a test without the application."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kit import assets
from kit.http import frame, templates


@contextmanager
def told(entries: tuple[frame.Entry, ...]) -> Iterator[None]:
    """Templates that know the assets and this navigation, and nothing of it afterwards."""
    kept: dict[str, Any] = dict(templates.shared_globals)
    templates.shared_globals.clear()
    templates.shared_globals.update(asset=assets.url, frame=frame.frame, navigation=lambda: entries)
    templates.environment.cache_clear()
    yield
    templates.shared_globals.clear()
    templates.shared_globals.update(kept)
    templates.environment.cache_clear()
