"""Reading an answer as a browser does: its forms, and what would run in it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_TEXT = {"text", "search", "tel", "url", "email", "hidden", "number", ""}
_URLS = {"href", "src", "action", "formaction", "data"}
_FOREIGN = {"iframe", "object", "embed", "base", "marquee", "math", "xss", "audio", "video"}


@dataclass
class Form:
    action: str
    values: dict[str, str] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)


class Page(HTMLParser):
    """A parsed answer: `forms` to send, `dangers` that a payload got through."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.dangers: list[str] = []
        self._form: Form | None = None
        self._select = ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        known = {name: value or "" for name, value in attributes}
        self._look(tag, known)
        if tag == "form":
            self._form = Form(known.get("action", ""))
            if known.get("method") == "post":
                self.forms.append(self._form)
        form = self._form
        if form is None:
            return
        name = known.get("name", "")
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select and known.get("value"):
            form.values.setdefault(self._select, known["value"])
        elif tag == "textarea":
            form.typed.append(name)
        elif tag == "input" and name:
            self._input(form, name, known)

    def _input(self, form, name, known):
        kind = known.get("type", "")
        if kind in ("checkbox", "radio"):
            form.values.setdefault(name, known.get("value", "on"))
        elif kind != "file":
            form.values[name] = known.get("value", "")
            if kind in ("text", "search", "tel", "url", "") and known.get("inputmode") is None:
                form.typed.append(name)

    def _look(self, tag, known):
        if tag in _FOREIGN or (tag == "script" and not known.get("src", "").startswith("/static/")):
            self.dangers.append(f"<{tag} {known}>")
        for name, value in known.items():
            runs = name in _URLS and ":" in value.split("?")[0] and not value.startswith("mailto:")
            if name.startswith(("on", "hx-on", "style")) or (runs and "http" not in value[:5]):
                self.dangers.append(f"<{tag} {name}={value}>")

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
