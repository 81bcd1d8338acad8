"""Leaves of a style sheet only what the pages use."""

import re
from collections.abc import Iterator
from typing import Any

import tinycss2

WORD = re.compile(r"[A-Za-z_][\w-]*")
_CLASS_IN_SHEET = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
# At-rules that hold rules, and are kept only if one of those is.
_HOLDERS = frozenset({"media", "supports", "container", "layer"})


def words(text: str) -> set[str]:
    """Every word of a template or module that could be the name of a class."""
    return set(WORD.findall(text))


def classes(sheet: str) -> set[str]:
    """Every class that a sheet names."""
    return set(_CLASS_IN_SHEET.findall(sheet))


def purge(sheet: str, used: set[str]) -> str:
    """Drop the rules whose every selector needs a class that is not used.

    Rules on elements and attributes stay. Font faces go (the interface ships its own), and
    so do animations that no remaining rule names. Classes inside `:not()` are not needed.
    """
    rules = tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True)
    kept = list(_kept(rules, used))
    body = "\n".join(text for name, text in kept if name is None)
    animations = [text for name, text in kept if name and re.search(rf"\b{name}\b", body)]
    return body + "\n" + "\n".join(animations) + "\n"


def _kept(rules: list[Any], used: set[str]) -> Iterator[tuple[str | None, str]]:
    """The remaining rules as text; an animation comes with its name."""
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = [text for text in _selectors(rule.prelude) if _wanted(text, used)]
            if selectors:
                yield None, f"{','.join(selectors)}{{{tinycss2.serialize(rule.content)}}}"
        elif rule.type == "at-rule" and rule.lower_at_keyword in _HOLDERS:
            inner = tinycss2.parse_rule_list(
                rule.content or [], skip_comments=True, skip_whitespace=True
            )
            content = "".join(text for name, text in _kept(inner, used) if name is None)
            if content:
                prelude = tinycss2.serialize(rule.prelude)
                yield None, f"@{rule.at_keyword}{prelude}{{{content}}}"
        elif rule.type == "at-rule" and rule.lower_at_keyword.endswith("keyframes"):
            yield tinycss2.serialize(rule.prelude).strip(), rule.serialize()
        elif rule.type == "at-rule" and rule.lower_at_keyword != "font-face":
            yield None, rule.serialize()


def _selectors(prelude: list[Any]) -> Iterator[str]:
    """The selectors of a rule, split at the commas outside brackets."""
    part: list[Any] = []
    for token in [*prelude, None]:
        if token is None or (token.type == "literal" and token.value == ","):
            yield tinycss2.serialize(part).strip()
            part = []
        else:
            part.append(token)


def _wanted(selector: str, used: set[str]) -> bool:
    return all(name in used for name in _CLASS_IN_SHEET.findall(_without_not(selector)))


def _without_not(selector: str) -> str:
    return re.sub(r":not\([^()]*\)", "", selector)
