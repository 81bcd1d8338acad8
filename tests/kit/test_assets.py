"""The interface's assets: what is built is complete, and the pages use nothing else."""

import hashlib
import json
import re

import pytest

from kit import assets
from kit.assets.build import build
from kit.assets.purge import classes, purge

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


def test_the_manifest_names_files_that_carry_their_own_hash() -> None:
    files = assets.manifest()
    assert {"app.css", "app.js", "sprites.svg", "mark.svg", "licences.txt"} <= files.keys()
    for name, hashed in files.items():
        content = (assets.FOLDER / hashed).read_bytes()
        stem, _, ending = name.rpartition(".")
        assert hashed == f"{stem}-{hashlib.sha256(content).hexdigest()[:12]}.{ending}"


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


def test_the_sheet_loads_only_what_we_serve() -> None:
    sheet = (assets.FOLDER / assets.manifest()["app.css"]).read_text()
    addresses = re.findall(r"""url\(["']?([^"')]{1,200})""", sheet)
    served = {assets.PREFIX + name for name in assets.manifest().values()}
    assert {a for a in addresses if not a.startswith("data:image/") and a not in served} == set()


def test_a_build_with_nothing_new_does_nothing() -> None:
    assert build() is False


def test_an_unknown_asset_is_named() -> None:
    assert assets.url("app.css").startswith("/static/app-")
    with pytest.raises(assets.AssetsMissing, match=r"nothing\.css"):
        assets.url("nothing.css")


def test_the_lock_file_names_exact_versions_and_no_registry() -> None:
    lock = json.loads((assets.ROOT / "package-lock.json").read_text())
    wanted = json.loads((assets.ROOT / "package.json").read_text())["devDependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    packages = {path: package for path, package in lock["packages"].items() if path}
    assert not any("resolved" in package for package in packages.values())
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())


def test_purging_keeps_what_is_used_and_its_order() -> None:
    sheet = ".a{x:1}.b{x:2}p .a,.b .a,h1{x:3}.a:not(.b){x:4}a[href]{x:5}"
    assert purge(sheet, {"a"}).split("\n")[:4] == [
        ".a{x:1}",
        "p .a,h1{x:3}",
        ".a:not(.b){x:4}",
        "a[href]{x:5}",
    ]


def test_purging_looks_into_media_and_drops_empty_ones() -> None:
    sheet = "@media print{.a{x:1}.b{x:2}}@media screen{.b{x:3}}"
    assert purge(sheet, {"a"}).strip() == "@media print{.a{x:1}}"


def test_purging_keeps_only_animations_that_are_named() -> None:
    sheet = ".a{animation:turn 1s}@keyframes turn{to{x:1}}@keyframes jump{to{x:2}}@font-face{x:3}"
    kept = purge(sheet, {"a"})
    assert "turn" in kept and "jump" not in kept and "font-face" not in kept


def test_a_comma_inside_brackets_does_not_split_a_selector() -> None:
    assert purge(":is(h1,h2) .a{x:1}", {"a"}).strip() == ":is(h1,h2) .a{x:1}"
