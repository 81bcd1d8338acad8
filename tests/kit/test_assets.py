"""The interface's assets: what is built is complete, and the pages use nothing else."""

import re

import pytest

from kit import assets
from kit.assets.build import build
from kit.assets.purge import classes

TEMPLATES = assets.ROOT / "templates"
# Printed documents have their own sheet and are never sent to a browser.
PAGES = [path for path in sorted(TEMPLATES.rglob("*.html")) if "documents" not in path.parts]
# Classes that carry no look: marks for tests and scripts.
HOOKS: set[str] = set()

CLASS_ATTRIBUTE = re.compile(r"""\bclass=(?:"([^"]*)"|'([^']*)')""")
EXPRESSION = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
LITERAL = re.compile(r"'([^']*)'")
FORBIDDEN = {
    "a style attribute": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "a script in the page": re.compile(r"<script\b(?![^>]*\bsrc=)", re.IGNORECASE),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "htmx code": re.compile(r"\bhx-on\b|['\"]js:|hx-(?:vals|headers)[^=]*=['\"]js:"),
    "a script address": re.compile(r"javascript:", re.IGNORECASE),
    "a foreign asset": re.compile(r"""\b(?:src|srcset)=["'](?:https?:)?//""", re.IGNORECASE),
}


@pytest.fixture(scope="module", autouse=True)
def built() -> None:
    build()
    assets.manifest.cache_clear()


def named_classes(page: str) -> set[str]:
    """Every class a template names for certain: literals, not the halves around a value."""
    found: set[str] = set()
    for double, single in CLASS_ATTRIBUTE.findall(re.sub(r"\{#.*?#\}", "", page, flags=re.DOTALL)):
        value = double or single
        for expression in EXPRESSION.findall(value):
            for literal in LITERAL.findall(expression):
                found |= {word for word in literal.split() if not word.endswith("-")}
        whole = EXPRESSION.sub("\0", value)
        found |= {word for word in whole.split() if "\0" not in word}
    return found


def test_every_class_of_a_page_exists_in_the_sheet() -> None:
    sheet = (assets.FOLDER / assets.manifest()["app.css"]).read_text()
    known = classes(sheet) | HOOKS
    unknown = {
        str(path.relative_to(TEMPLATES)): missing
        for path in PAGES
        if (missing := sorted(named_classes(path.read_text()) - known))
    }
    assert unknown == {}


@pytest.mark.parametrize(("what", "pattern"), FORBIDDEN.items(), ids=list(FORBIDDEN))
def test_no_page_needs_a_weaker_content_policy(what: str, pattern: re.Pattern[str]) -> None:
    guilty = [
        str(path.relative_to(TEMPLATES))
        for path in PAGES
        if pattern.search(re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL))
    ]
    assert guilty == [], what


def test_the_patterns_of_the_policy_test_catch_what_they_name() -> None:
    bad = (
        '<p style="x">',
        "<STYLE>",
        "<script>x</script>",
        '<a href="/" onclick="x">',
        '<p hx-on:click="x">',
        '<a href="javascript:x">',
        '<img src="//x.example/y">',
    )
    for sample, pattern in zip(bad, FORBIDDEN.values(), strict=True):
        assert pattern.search(sample), sample


def test_every_asset_a_template_asks_for_is_made() -> None:
    asked = {
        name
        for path in TEMPLATES.rglob("*.html")
        for name in re.findall(r"""\basset\(["']([^"']+)""", path.read_text())
    }
    assert asked and asked <= assets.manifest().keys()


def test_every_icon_a_template_shows_is_in_the_sprite() -> None:
    sprite = (assets.FOLDER / assets.manifest()["sprites.svg"]).read_text()
    shown = {
        name for path in PAGES for name in re.findall(r"""\bicon\(["']([\w-]+)""", path.read_text())
    }
    shown |= {"check-circle", "info-circle", "warning-circle", "error", "inbox"}
    assert {name for name in shown if f'id="it-{name}"' not in sprite} == set()


def test_an_unknown_asset_is_named() -> None:
    assert assets.url("app.css").startswith("/static/app-")
    with pytest.raises(assets.AssetsMissing, match=r"nothing\.css"):
        assets.url("nothing.css")
