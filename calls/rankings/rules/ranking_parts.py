"""A ranking part by part, as its preview shows it: what has to be so when it is published."""

from collections.abc import Mapping
from typing import Any

from kit.canonical import encode
from kit.errors import Message

_ROW = ("firm", "requested", "points", "total", "failed", "position", "decided_by", "state")


def parts(content: Mapping[str, Any]) -> dict[str, str]:
    """Give what a ranking says (as `ranking_bundle.build` wrote it), by part.

    One for each application: its place, its points, what it asked and gets, and why; and the
    totals. The code of an application has no blanks.
    """
    rows = {
        f"row-{row['code']}": encode({name: row[name] for name in (*_ROW, "granted")}).decode()
        for row in content["ranking"]
    }
    totals = [len(content["ranking"]), content["granted"], content["formula"]["budget"]]
    return {"totals": encode({"": totals}).decode(), **rows}


def named(content: Mapping[str, Any], part: str) -> Message:
    """Put the name of a part into words, also of an application that is gone."""
    code = part.partition("-")[2]
    firms = {row["code"]: row["firm"] for row in content["ranking"]}
    if code in firms:
        return Message("{firm} ({code})", firm=firms[code], code=code)
    return Message("la domanda {code}", code=code) if code else Message("i totali")
