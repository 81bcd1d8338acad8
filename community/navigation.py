"""The header's entries: what people want to do, not the tables of the database."""

import re
from functools import lru_cache
from typing import Any

from kit.http import templates
from kit.http.frame import Entry
from kit.words import text
from kit.words.text import gettext as _
from people import resting as resting_roles
from people import roles
from people.actors import Actor

# Pages whose address lies elsewhere than the entry they belong to.
_BELONGS = (
    (re.compile(r"/centres/\d+/pickups"), "/pickups"),
    (re.compile(r"/centres/\d+/"), "/coordination"),
    (re.compile(r"/(households|producers|price-lists|price-list-imports)(/|$)"), "/coordination"),
    (re.compile(r"/group-orders/\d+(/(?!booking)|$)"), "/coordination"),
    (re.compile(r"/calls/\d+/evaluations(/|$)"), "/evaluations"),
)
Kinds = frozenset[tuple[str, str]]


def navigation() -> tuple[Entry, ...]:
    """Give the entries of whoever looks at the page, and which of them it belongs to."""
    current: dict[str, Any] = templates.current.get()
    actor: Actor | None = current.get("actor")
    path: str = current.get("path", "")
    home = next((home for pages, home in _BELONGS if pages.match(path)), path)
    entries = _entries(text.locale.get(), actor.kinds() if actor is not None else None)
    return tuple((label, href, _current(href, home, path)) for label, href in entries)


def resting() -> str:
    """Say which roles of whoever looks at the page rest; nothing where none does."""
    actor: Actor | None = templates.current.get().get("actor")
    found = resting_roles.said(actor) if actor is not None and actor.resting else None
    return "" if found is None else text.render(found)


@lru_cache(1000)
def _entries(_language: str, kinds: Kinds | None) -> tuple[tuple[str, str], ...]:
    """The entries in the language of the request; kinds of role, None for who is not signed in."""
    own = _of(kinds) if kinds is not None else []
    return ((_("Inizio"), "/"), *own, (_("Bandi"), "/calls"), (_("Centri"), "/centres"))


def _of(kinds: Kinds) -> list[tuple[str, str]]:
    entries = []
    member = (roles.MEMBER, "household") in kinds
    coordinator, treasurer, driver = (
        (role, "centre") in kinds for role in (roles.COORDINATOR, roles.TREASURER, roles.DRIVER)
    )
    if member:
        entries += [(_("Ordina"), "/group-orders"), (_("Il mio conto"), "/statement")]
    if member or coordinator or treasurer or driver:
        entries.append((_("Ritiri"), "/pickups"))
    if coordinator or treasurer:
        entries.append((_("Il mio centro"), "/coordination"))
    if kinds & {(roles.OFFICE, "call"), (roles.OFFICE, "calls")}:
        entries.append((_("Ufficio bandi"), "/office/calls"))
    if (roles.EVALUATOR, "call") in kinds:
        entries.append((_("Valutazioni"), "/evaluations"))
    if (roles.ADMINISTRATOR, "house") in kinds:
        entries.append((_("Persone"), "/people"))
    return entries


def _current(href: str, home: str, path: str) -> str:
    """How the entry is marked: its own page, a page that belongs to it, or neither."""
    if href == path:
        return "page"
    belongs = href == home or (href != "/" and home.startswith(href + "/"))
    return "true" if belongs else ""
