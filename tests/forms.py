"""The forms of a page as a browser without scripts would send them."""

from html.parser import HTMLParser
from typing import Any


class Forms(HTMLParser):
    """Reads a page: `found` has each form's fields by its address, the last of one address wins."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, dict[str, str]] = {}
        self._form: dict[str, str] | None = None
        self._writing = self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "form" and known.get("method") == "post":
            self._form = self.found[known["action"]] = {}
        form, name = self._form, known.get("name", "")
        if form is None or "disabled" in known:
            return
        if tag == "textarea":
            self._writing, form[name] = name, ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            if "selected" in known or self._select not in form:
                form[self._select] = known.get("value", "")
        elif tag == "input" and name and sends(known):
            form[name] = known.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._writing and self._form is not None:
            self._form[self._writing] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._form is not None:
            # A browser leaves out the line end right after the opening tag.
            text = self._form[self._writing]
            self._form[self._writing], self._writing = text.removeprefix("\n"), ""
        elif tag == "select":
            self._select = ""
        elif tag == "form":
            self._form = None


def sends(known: dict[str, str]) -> bool:
    """Whether an input is sent: a file is not here, a box only when it is ticked."""
    kind = known.get("type", "")
    return kind != "file" and (kind not in ("checkbox", "radio") or "checked" in known)


def form(answer: Any, action: str) -> dict[str, str]:
    """The fields of the form that an answer's page sends to an address."""
    found = Forms(answer.text).found
    assert action in found, (action, list(found))
    return found[action]
