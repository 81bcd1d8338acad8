"""The one Jinja environment: autoescape, translation, filters of kit.words.text."""

import contextlib
import re
import secrets
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from kit import emails, sentences, shown, spelled
from kit.http import summaries
from kit.settings import settings
from kit.words import text

FOLDER = Path(__file__).resolve().parents[2] / "templates"

# The pieces every page is built of: each file's macros under its name, without an import. A file
# stands behind those it uses.
MACROS = ("icons", "alerts", "forms", "tables", "parts", "lines", "charts", "map")

# What the page being rendered in this thread knows of its request; macros that are imported
# without context reach it through the globals below.
current: ContextVar[dict[str, Any]] = ContextVar("current", default={})  # noqa: B039

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
        bytecode_cache=_compiled(settings().data_dir / "templates"),
    )
    env.install_gettext_callables(  # type: ignore[attr-defined]
        text.gettext, text.ngettext, newstyle=True
    )
    env.filters.update(
        money=text.money,
        price=text.price,
        number=text.number,
        comma=sentences.comma,
        email=emails.shown,
        quantity=text.quantity,
        day=text.day,
        when=text.when,
        when_precise=text.when_precise,
        clock_time=text.clock_time,
        remaining=text.remaining,
        t=text.render,
        blocks=text.blocks,
        file_size=text.file_size,
    )
    env.globals.update(
        locale=_Locale(),
        languages=text.LANGUAGES,
        counted=sentences.counted,
        many_euro=sentences.many_euro,
        many_of=sentences.many_of,
        csrf_token=lambda: current.get().get("csrf", ""),
        csrf_field=_csrf_field,
        key_field=_key_field,
        seen_field=_seen_field,
        shown_field=_shown_field,
        input_type=_input_type,
        one_line=_one_line,
        as_written=_as_written,
        summary_line=summaries.gap,
        cell_openings=cell_openings,
        table_row=table_row,
    )
    env.globals.update(shared_globals)
    for name in MACROS:
        env.globals[name] = env.get_template(f"{name}.html").module
    return env


def load_pages() -> None:
    """Compile every page before the first request: else its readers do, each in a thread.

    One process does it once, the others and later starts take what it kept: 1.1 s of CPU then,
    0.03 s afterwards.
    """
    env = environment()
    for name in env.list_templates(extensions=["html"]):
        if not name.startswith("documents/"):  # printed by the worker, never shown
            env.get_template(name)


class _Compiled(FileSystemBytecodeCache):
    """Compiled templates in a folder of ours; one that cannot be written is compiled again."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        with contextlib.suppress(OSError):
            super().dump_bytecode(bucket)


def _compiled(folder: Path) -> _Compiled | None:
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _Compiled(str(folder))
    return None


class _Locale:
    """The language of the page, written where it is named: `{{ locale }}`."""

    def __str__(self) -> str:
        return text.locale.get()

    def __eq__(self, other: object) -> bool:
        return text.locale.get() == other

    def __hash__(self) -> int:
        return hash(text.locale.get())


def _csrf_field() -> Markup:
    known = current.get()
    field = Markup('<input type="hidden" name="{}" value="{}">')
    whose = known.get("whose", "")
    return field.format("csrf", known.get("csrf", "")) + (
        field.format("whose", whose) if whose else ""
    )


def _shown_field(form: Any, name: str) -> Markup:
    """Say what a field of something kept shows, beside it; nothing in a form of something new."""
    saved = getattr(form, "saved", None)
    if saved is None or name not in saved:
        return Markup("")
    return Markup('<input type="hidden" id="s-{0}" name="{1}{0}" value="{2}">').format(
        name, shown.PREFIX, shown.mark(saved[name])
    )


# What a date field of a browser shows; of any other text it shows, and sends back, nothing.
_BROWSERS_READ = {
    "date": re.compile(r"\d{4}-\d\d-\d\d", re.ASCII),
    "datetime-local": re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?", re.ASCII),
}


def _input_type(type_: str, value: str) -> str:
    """Give the type of a field: a date that a browser could not show stands as plain text."""
    reads = _BROWSERS_READ.get(type_)
    return "text" if reads is not None and value and not reads.fullmatch(value) else type_


def _one_line(value: Any, type_: str) -> str:
    """Give what a field of one line shows; an address in its own letters."""
    line = spelled.one_line("" if value is None else str(value))
    return emails.shown(line) if type_ == "email" else line


def _as_written(value: str) -> str:
    """Give what a field of a day or an hour holds as people write it; any other text as it is."""
    if not any(sent.fullmatch(value) for sent in _BROWSERS_READ.values()):
        return value
    if instant := spelled.local(value.replace(" ", "T")):
        return f"{instant:%d/%m/%Y %H:%M}"
    day = spelled.day(value)
    return f"{day:%d/%m/%Y}" if day else value


_TWIN = Markup(
    '<div class="fl-field fl-check"><p><a href="{page}">{look}</a></p><div class="fl-option">'
    '<input id="f-another" name="another" type="checkbox" value="{twin}">'
    '<label for="f-another">{yes}</label></div></div>'
)


def _seen_field(parts: Mapping[str, str], name: str = "seen") -> Markup:
    """Say in the form of an act that cannot be undone all that its page shows."""
    field = Markup('<input type="hidden" name="{}" value="{}">')
    return field.format(name, shown.pack(parts))


def _key_field(form: Any = None) -> Markup:
    """Mark a form that makes something: sent twice it makes it once (`kit.acts`).

    Where the same was made a moment ago the form shows it and asks (`kit.http.keyed`).
    """
    key = (form.values.get("key") if form else None) or secrets.token_urlsafe(16)
    field = Markup('<input type="hidden" name="key" value="{}">').format(key)
    if form is None or form.twin is None:
        return field
    twin, page = form.twin
    look, yes = text.gettext("Guarda quello che c'è già"), text.gettext("Sì, ne voglio un altro")
    return field + _TWIN.format(page=page, look=look, yes=yes, twin=twin)


def cell_openings(heads: Sequence[tuple[str, str]]) -> list[str]:
    """Write how the cells of each column (label, kind) begin; see templates/tables.html."""
    return [
        f'<td role="cell" data-label="{escape(label)}"'
        + (f' data-kind="{escape(kind)}"' if kind else "")
        for label, kind in heads
    ]


def table_row(html: str, openings: Sequence[str]) -> Markup:
    """Give each cell of a row the label and the kind of its column, by position."""
    head, *cells = str(escape(html)).split("<td")
    pieces = ['<tr role="row">', head.replace("<th ", '<th role="rowheader" ')]
    for place, cell in enumerate(cells, 1 if "<th" in head else 0):
        known = place < len(openings)
        pieces += (openings[place] if known else '<td role="cell" data-label=""', cell)
    return Markup("".join((*pieces, "</tr>")))  # noqa: S704 - escaped above or by autoescaping


def render(template: str | list[str], **context: Any) -> str:
    """Render a template with its values; `current` tells the macros about the request."""
    env = environment()
    found = env.select_template([template] if isinstance(template, str) else template)
    return summaries.fill(found.render(**context))
