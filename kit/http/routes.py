"""What the gate must know of an address before its handler is looked for: lane and body."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from litestar.handlers import HTTPRouteHandler

from kit.http import bodies, places

_PARAMETER = re.compile(r"\{\w+:(\w+)\}")
_SHAPES = {"int": "[0-9]+", "str": "[^/]+"}


class Rule(NamedTuple):
    """In which lane a request waits, and how much of a body it may bring."""

    lane: places.Lane
    limits: bodies.Allowance


PAGE = Rule(places.PAGES, bodies.STRAY)


class Routes:
    """The rules of all handlers, found by method and path; PAGE where no handler is."""

    def __init__(self, handlers: Iterable[HTTPRouteHandler] = ()) -> None:
        self._rules: dict[str, list[Rule]] = {}
        found: dict[str, list[str]] = {}
        for handler in handlers:
            rule = _rule(handler)
            if rule == PAGE:
                continue
            method = "POST" if "POST" in handler.http_methods else "GET"
            for path in sorted(handler.paths):
                found.setdefault(method, []).append(_pattern(path))
                self._rules.setdefault(method, []).append(rule)
        # One search for all: the number of the group that was found is the rule's.
        self._patterns = {
            method: re.compile("|".join(f"({each})" for each in patterns))
            for method, patterns in found.items()
        }

    def rule(self, method: str, path: str) -> Rule:
        """Give the rule of a request; a HEAD is the same page as a GET."""
        method = "GET" if method == "HEAD" else method
        pattern = self._patterns.get(method)
        found = pattern.fullmatch(path) if pattern is not None else None
        if found is None or found.lastindex is None:
            return PAGE
        return self._rules[method][found.lastindex - 1]


def _rule(handler: HTTPRouteHandler) -> Rule:
    lane: places.Lane = handler.opt.get("lane", places.PAGES)
    if "POST" not in handler.http_methods:
        return Rule(lane, bodies.STRAY)
    if handler.opt.get("takes_files"):
        return Rule(lane, bodies.FILES)
    signed_in = handler.opt.get("access") == "signed-in"
    return Rule(lane, bodies.OWN if signed_in else bodies.OPEN)


def _pattern(path: str) -> str:
    pieces = _PARAMETER.split(path.rstrip("/") or "/")
    named = [re.escape(each) if n % 2 == 0 else _SHAPES[each] for n, each in enumerate(pieces)]
    return "".join(named)
