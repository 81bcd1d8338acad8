"""The lines of an error summary: each names its field as its label does, and leads to it.

A summary stands above its fields and is written before them, so it leaves a gap in the page for
each error (`gap`). When the page is written, `fill` reads from it what people call the fields:
there is one place that says so, the label itself, also where it was written by hand.
"""

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser

from markupsafe import Markup, escape

# No text of a person has these signs: forms leave them out.
_OPEN = "\x01"
_GAP = re.compile("\x01([^\x02]*)\x02([^\x03]*)\x03")
# The lines of one list that stand one after the other.
_LINES = re.compile("\x01[^\x03]*\x03(?:</li>\\s*<li>\x01[^\x03]*\x03)*")
_CONTROLS = ("input", "select", "textarea")
_UNNAMED = ("hidden", "submit", "button", "image", "reset")
# Part of a label, but not of the name of its field.
_NOT_NAME = "fl-optional"
_LONGEST = 80


def gap(name: str, said: str) -> Markup:
    """Leave a gap for the line of a field's error; `said` is its sentence in this language."""
    return Markup("\x01{}\x02{}\x03").format(name, said)


def fill(html: str) -> str:
    """Write the lines of the summaries of a page, now that its fields are known.

    They stand in the order of their fields; those of no field stand last.
    """
    if _OPEN not in html:
        return html
    page = _Page()
    page.feed(html)
    page.close()
    return _LINES.sub(lambda found: _in_order(page, found[0]), html)


def _in_order(page: "_Page", lines: str) -> str:
    """Write the lines of a list in the order of the page's fields."""
    gaps = [tuple(map(unescape, found)) for found in _GAP.findall(lines)]
    places = {name: place for place, name in enumerate(page.controls)}
    gaps.sort(key=lambda gap: places.get(gap[0], len(places)))
    written = iter(gaps)
    return _GAP.sub(lambda _: _line(page, *next(written)), lines)


def _line(page: "_Page", name: str, said: str) -> str:
    """Write a line: the field's name in front, unless its sentence says it; linked where it can."""
    control = page.controls.get(name)
    called = page.called(control) if control else ""
    if called and called.casefold() not in said.casefold():
        end = "" if called[-1] in ".?!…" else "."
        line = Markup("<strong>{}{}</strong> {}").format(called, end, _begun(said))
    else:
        line = escape(_begun(said))
    target = control.id if control else ("f-" + name if "f-" + name in page.ids else "")
    return Markup('<a href="#{}">{}</a>').format(target, line) if target else line


def _begun(said: str) -> str:
    return said[:1].upper() + said[1:]


@dataclass
class _Control:
    """A field as people meet it: of a group (buttons of one name) the first that they meet."""

    id: str
    own: str
    legends: list[list[str]] = field(default_factory=list)
    in_group: bool = False


class _Page(HTMLParser):
    """What the fields of a page are called, by name."""

    def __init__(self) -> None:
        super().__init__()
        self.controls: dict[str, _Control] = {}
        self.ids: set[str] = set()
        self._labels: dict[str, list[str]] = {}
        self._legends: list[list[str]] = []
        self._reading: list[str] | None = None
        self._ends, self._left_out = "", 0

    def called(self, control: _Control) -> str:
        """Give the name of a field: of its groups from the outermost, then its own; cut if long."""
        own = [] if control.in_group else [self._labels.get(control.id) or [control.own]]
        parts = [" ".join("".join(each).split()).rstrip(" :") for each in [*control.legends, *own]]
        called = ", ".join(part for part in parts if part)
        return called if len(called) <= _LONGEST else called[:_LONGEST].rsplit(" ", 1)[0] + "…"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if known.get("type") != "hidden":
            self.ids.add(known.get("id", ""))
        if tag == "fieldset":
            self._legends.append([])
        elif tag == "legend" and self._legends:
            self._read(self._legends[-1], tag)
        elif tag == "label" and known.get("for"):
            self._read(self._labels.setdefault(known["for"], []), tag)
        elif tag in _CONTROLS:
            self._meet(known)
        elif self._reading is not None and (self._left_out or known.get("class") == _NOT_NAME):
            self._left_out += 1

    def handle_endtag(self, tag: str) -> None:
        if self._reading is not None and tag == self._ends:
            self._reading, self._left_out = None, 0
        elif self._left_out:
            self._left_out -= 1
        if tag == "fieldset" and self._legends:
            self._legends.pop()

    def handle_data(self, data: str) -> None:
        if self._reading is not None and not self._left_out:
            self._reading.append(data)

    def _read(self, into: list[str], ends: str) -> None:
        self._reading, self._ends, self._left_out = into, ends, 0

    def _meet(self, known: dict[str, str]) -> None:
        name, kind = known.get("name", ""), known.get("type", "text")
        if not name or not known.get("id") or kind in _UNNAMED:
            return
        first = self.controls.get(name)
        if first is None:
            in_group = kind == "radio" and bool(self._legends)
            legends = list(self._legends)
            self.controls[name] = _Control(
                known["id"], known.get("aria-label", ""), legends, in_group
            )
        elif kind == "checkbox" and first.legends:
            first.in_group = True
