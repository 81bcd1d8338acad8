"""The forms of a page as a browser has them: what their fields show, what it would send."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any


@dataclass
class Field:
    """A control that would be sent; `kind` is its type, or the name of its tag."""

    name: str
    kind: str
    value: str

    @property
    def seen(self) -> bool:
        """Whether people see it."""
        return self.kind != "hidden"


@dataclass
class Form:
    """A form that changes something, with its fields in their order."""

    action: str
    fields: list[Field] = field(default_factory=list)
    boxes: set[str] = field(default_factory=set)
    files: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    """Where parts of it are sent by themselves (htmx)."""
    page: str = ""
    """The path of the page it stands on, where a walk says it."""

    @property
    def values(self) -> dict[str, str]:
        """What a browser sends if nothing is touched: of a name the first, boxes with a tick."""
        return {each.name: each.value for each in reversed(self.fields)}

    def but(self, changes: Mapping[str, str | None] = {}, **more: str | None) -> dict[str, str]:
        """What is sent with other texts in these fields; None sends none."""
        sent = {**self.values, **changes, **more}
        return {name: text for name, text in sent.items() if text is not None}


class _Reader(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._known: dict[str, Form] = {}
        self._form: Form | None = None
        self._select: tuple[str, list[tuple[str, bool]]] | None = None
        self._area: tuple[str, list[str]] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if self._form is not None and "hx-post" in known:
            self._form.parts.append(known["hx-post"])
        if tag == "form":
            self._form = Form(known.get("action", "")) if known.get("method") == "post" else None
            if self._form is not None:
                self.forms.append(self._form)
                self._known[known.get("id", "")] = self._form
        elif tag == "input" and known.get("form") in self._known:
            self._input(self._known[known["form"]], known)
        elif self._form is None:
            return
        elif tag == "select":
            self._select = (known.get("name", ""), [])
        elif tag == "option" and self._select is not None:
            self._select[1].append((known.get("value", ""), "selected" in known))
        elif tag == "textarea":
            self._area = (known.get("name", ""), [])
        elif tag == "input" and known.get("name"):
            self._input(self._form, known)

    def _input(self, form: Form, known: dict[str, str]) -> None:
        kind = known.get("type", "text")
        if kind == "file":
            form.files.append(known["name"])
        elif kind not in ("checkbox", "radio") or "checked" in known:
            form.fields.append(Field(known["name"], kind, known.get("value", "")))
        if kind == "checkbox":
            form.boxes.add(known["name"])

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if self._form is None:
            return
        if tag == "select" and self._select is not None:
            name, options = self._select
            chosen = [value for value, selected in options if selected]
            chosen = chosen or [value for value, _ in options[:1]]
            self._form.fields += [Field(name, "select", value) for value in chosen]
            self._select = None
        elif tag == "textarea" and self._area is not None:
            name, pieces = self._area
            self._form.fields.append(Field(name, "textarea", "".join(pieces).removeprefix("\n")))
            self._area = None


def forms(text: str) -> list[Form]:
    """Every form of a page that changes something."""
    return _Reader(text).forms


def form(text: str, action: str) -> Form:
    """The one form of a page that goes to this address."""
    (found,) = [each for each in forms(text) if each.action == action]
    return found


def filled(
    client: Any, page: str, changes: Mapping[str, str | None], action: str = ""
) -> dict[str, str]:
    """Open a page and fill in the form that goes to `action` (to its own address): what is sent."""
    return form(client.get(page).text, action or page.partition("?")[0]).but(changes)


def sent_to(answer: Any, action: str) -> dict[str, str]:
    """What the last form of an answer's page that goes to this address would send."""
    found = [each for each in forms(answer.text) if each.action == action]
    assert found, (action, [each.action for each in forms(answer.text)])
    return found[-1].values
