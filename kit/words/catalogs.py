"""The catalogues of translation: Italian sentences in the code, English in locale/en.

Commands: `python -m kit.words.catalogs update` (bring new sentences into each house's catalogue)
and `python -m kit.words.catalogs check` (exit code 1 while a sentence lacks its English).
"""

import re
import string
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
HOUSES = ("kit", "people", "ledger", "market", "calls", "community", "demo")
# What belongs to a house besides its own folder and templates/<house>/.
ALSO = {
    "kit": (
        "app.py",
        "worker.py",
        "cli.py",
        "templates/*.html",
        "templates/errors/**/*.html",
        "templates/documents/**/*.html",
    ),
}
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "counted": (2, 3),
    "Message": None,
    "Refused": None,
    "Forbidden": None,
    "TooMany": None,
    "Stop": (2,),
}


def sentences(house: str) -> Catalog:
    """Collect every sentence of a house from its code and templates."""
    catalog = Catalog(locale="en", domain=house, project="FareLegami", fuzzy=False)
    for path in _sources(house):
        if path.suffix == ".py":
            method, options = "python", {}
        else:
            method = "jinja2.ext:babel_extract"
            options = {"extensions": "jinja2.ext.do", "trim_blocks": "1", "lstrip_blocks": "1"}
        with path.open("rb") as file:
            found = extract(
                method, file, keywords=KEYWORDS, options={"encoding": "utf-8", **options}
            )
            for _line, message, _comments, context in found:
                catalog.add(message, context=context)
    return catalog


def _sources(house: str) -> Iterator[Path]:
    patterns = (f"{house}/**/*.py", f"templates/{house}/**/*.html", *ALSO.get(house, ()))
    for pattern in patterns:
        yield from sorted(ROOT.glob(pattern))


def path_of(house: str) -> Path:
    """Where the English of a house lies."""
    return ROOT / "locale" / "en" / "LC_MESSAGES" / f"{house}.po"


def update(house: str) -> int:
    """Bring the sentences into the catalogue, keep what is translated; give what is open."""
    template, path = sentences(house), path_of(house)
    catalog = Catalog(locale="en", domain=house, project="FareLegami", fuzzy=False)
    if path.exists():
        with path.open("rb") as file:
            catalog = read_po(file, locale="en", domain=house)
    catalog.update(template, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=100, sort_output=True, omit_header=False, no_location=True)
    text = path.read_text(encoding="utf-8")
    text = re.sub(r'"(POT-Creation-Date|PO-Revision-Date|Generated-By):[^"]*"\n', "", text)
    path.write_text(text, encoding="utf-8")
    return len(problems(house))


def problems(house: str) -> list[str]:
    """Name every sentence without English, or whose English names other values."""
    path = path_of(house)
    known = Catalog(locale="en")
    if path.exists():
        with path.open("rb") as file:
            known = read_po(file, locale="en")
    found = []
    for message in sentences(house):
        if not message.id:
            continue
        translated = known.get(message.id)
        sources = _all(message.id)
        strings = translated.string if translated is not None else ""
        targets = _all(strings)
        if not all(targets):
            found.append(f"{house}: no English for {sources[0]!r}")
        elif _names(sources) != _names(targets):
            found.append(f"{house}: other values in the English of {sources[0]!r}")
    return found


def contradictions() -> list[str]:
    """Name every sentence to which two houses give different English: one would win unseen."""
    known: dict[Any, tuple[str, Any]] = {}
    found = []
    for house in HOUSES:
        path = path_of(house)
        if not path.exists():
            continue
        with path.open("rb") as file:
            catalog = read_po(file, locale="en")
        for message in catalog:
            if not message.id or not any(_all(message.string)):
                continue
            first, english = known.setdefault(message.id, (house, message.string))
            if english != message.string:
                found.append(f"{first} and {house}: other English for {_all(message.id)[0]!r}")
    return found


def _all(texts: Any) -> tuple[str, ...]:
    return tuple(texts) if isinstance(texts, tuple | list) else (texts or "",)


def _names(texts: tuple[str, ...]) -> set[str]:
    names: set[str] = set()
    for text in texts:
        names |= set(re.findall(r"%\((\w+)\)", text))
        try:
            names |= {
                name.split(".")[0] for _, name, _, _ in string.Formatter().parse(text) if name
            }
        except ValueError:
            continue
    return names


def main(arguments: list[str]) -> int:
    """Run a command; `update HOUSE` does one house only."""
    match arguments:
        case ["update", *houses]:
            for house in houses or HOUSES:
                sys.stdout.write(f"{house}: {update(house)} to translate\n")
            return 0
        case ["check"]:
            found = [line for house in HOUSES for line in problems(house)] + contradictions()
            for line in found:
                sys.stdout.write(line + "\n")
            return 1 if found else 0
    sys.stdout.write(__doc__ or "")
    return 2


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
