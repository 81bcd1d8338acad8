"""The interface's assets: their addresses at run time, their build at set-up time."""

import json
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "static" / "dist"
PREFIX = "/static/"


class AssetsMissing(Exception):
    """The assets are not built, or a page asks for one that does not exist."""


@cache
def manifest() -> dict[str, str]:
    """What the last build made: plain name to hashed file name (app.css: app-1a2b3c4d.css)."""
    try:
        files: dict[str, str] = json.loads((FOLDER / "manifest.json").read_text())["files"]
    except FileNotFoundError:
        raise AssetsMissing(
            "The interface assets are not built. Run: python -m kit.assets build"
        ) from None
    return files


def url(name: str) -> str:
    """The address of an asset: its name carries a hash, so it may be cached for ever.

    Raises AssetsMissing for a name that the build does not make.
    """
    try:
        return PREFIX + manifest()[name]
    except KeyError:
        raise AssetsMissing(f"No asset is called {name!r}") from None
