"""Forms of the calls as a browser has them: what an untouched page sends, and what a changed one.

What `tests.forms` reads of a page is sent as browsers send it: a date field holds nothing that it
cannot show, and no seconds where there are none.
"""

import re
from collections.abc import Mapping
from typing import Any

from tests import forms

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_LOCAL = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?")


def untouched(page: str, action: str) -> dict[str, str]:
    """What a browser sends of the form of a page that goes to `action`, if nothing is touched."""
    found: dict[str, str] = {}
    for field in forms.form(page, action).fields:
        found.setdefault(field.name, _held(field.kind, field.value))
    return found


def changed(page: str, action: str, changes: Mapping[str, str | None]) -> dict[str, str]:
    """The same with other texts in some fields; None sends nothing of one."""
    sent = {**untouched(page, action), **changes}
    return {name: text for name, text in sent.items() if text is not None}


def press(
    client: Any, page: str, action: str = "", changes: Mapping[str, str | None] = {}, **how: Any
) -> Any:
    """Open a page, fill in its form that goes to `action` (else to its own address), send it."""
    action = action or page
    return client.post(action, data=changed(client.get(page).text, action, changes), **how)


def _held(kind: str, value: str) -> str:
    if kind == "date":
        return value if _DAY.fullmatch(value) else ""
    if kind == "datetime-local":
        found = _LOCAL.fullmatch(value)
        seconds = (found[3] or "").replace(":00", "") if found else ""
        return f"{found[1]}T{found[2]}{seconds}" if found else ""
    return value.replace("\r\n", "\n").replace("\n", "\r\n") if kind == "textarea" else value
