"""The one Jinja environment: autoescape, translation, filters of kit.text."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kit import text

FOLDER = Path(__file__).resolve().parent.parent / "templates"

# Functions that other houses offer to every template (navigation, asset urls), set by app.py.
shared_globals: dict[str, Any] = {}


@cache
def environment() -> Environment:
    """Build the environment; undefined names are errors, everything is escaped."""
    env = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.install_gettext_callables(  # type: ignore[attr-defined]
        text.gettext, text.ngettext, newstyle=True
    )
    env.filters.update(
        money=text.money,
        number=text.number,
        quantity=text.quantity,
        day=text.day,
        when=text.when,
        when_precise=text.when_precise,
        clock_time=text.clock_time,
        remaining=text.remaining,
        t=text.render,
    )
    env.globals.update(locale=text.locale.get, languages=text.LANGUAGES)
    env.globals.update(shared_globals)
    return env
