"""The header's entries: what people want to do, not the tables of the database."""

import re
from typing import Any

from kit.http import templates
from kit.words.text import gettext as _
from people import roles
from people.actors import Actor

# Pages whose address lies elsewhere than the entry they belong to.
_BELONGS = (
    (re.compile(r"/centres/\d+/pickups"), "/pickups"),
    (re.compile(r"/centres/\d+/"), "/coordination"),
    (re.compile(r"/(households|producers|price-lists|price-list-imports)(/|$)"), "/coordination"),
    (re.compile(r"/group-orders/\d+(/(?!booking)|$)"), "/coordination"),
)


def navigation() -> list[tuple[str, str, bool]]:
    """Give (label, address, active) for whoever looks at the page."""
    current: dict[str, Any] = templates.current.get()
    actor: Actor | None = current.get("actor")
    path: str = current.get("path", "")
    entries = [(_("Inizio"), "/")]
    if actor is not None:
        entries += _of(actor)
    entries.append((_("Bandi"), "/calls"))
    entries.append((_("Centri"), "/centres"))
    return [(label, href, _is_active(href, path)) for label, href in entries]


def _of(actor: Actor) -> list[tuple[str, str]]:
    entries = []
    if actor.scopes(roles.MEMBER, "household"):
        entries += [(_("Ordina"), "/group-orders"), (_("Il mio conto"), "/statement")]
    centre_roles = (roles.COORDINATOR, roles.TREASURER, roles.DRIVER)
    if actor.scopes(roles.MEMBER, "household") or any(
        actor.scopes(role, "centre") for role in centre_roles
    ):
        entries.append((_("Ritiri"), "/pickups"))
    if actor.scopes(roles.COORDINATOR, "centre") or actor.scopes(roles.TREASURER, "centre"):
        entries.append((_("Il mio centro"), "/coordination"))
    if actor.scopes(roles.OFFICE, "call") or actor.scopes(roles.OFFICE, "calls"):
        entries.append((_("Ufficio bandi"), "/office/calls"))
    if actor.scopes(roles.EVALUATOR, "call"):
        entries.append((_("Valutazioni"), "/evaluations"))
    if actor.has(roles.ADMINISTRATOR, "house", 0):
        entries.append((_("Persone"), "/people"))
    return entries


def _is_active(href: str, path: str) -> bool:
    path = next((home for pages, home in _BELONGS if pages.match(path)), path)
    return path == href if href == "/" else path == href or path.startswith(href + "/")
