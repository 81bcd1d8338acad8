"""A ranking part by part, as its preview shows it: what has to be so when it is published."""

from collections.abc import Mapping
from typing import Any

from kit.canonical import encode
from kit.errors import Message


def parts(content: Mapping[str, Any]) -> dict[str, str]:
    """Give what a ranking says (as `ranking_bundle.build` wrote it), by part.

    One for each application: its place, its points, what it asked and gets, and why; and one for
    all the rest (sums, rules, what stands apart). The code of an application has no blanks.
    """
    rows = {f"row-{row['code']}": encode(row).decode() for row in content["ranking"]}
    rest = {name: value for name, value in content.items() if name != "ranking"}
    return {"rest": encode({**rest, "rows": len(rows)}).decode(), **rows}


def named(part: str) -> Message:
    """Put the name of a part into words, also of an application that is gone."""
    code = part.partition("-")[2]
    if code:
        return Message("la domanda {code}", code=code)
    return Message("le somme, le regole o le domande escluse")
