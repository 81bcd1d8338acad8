"""A ranking part by part, as its preview shows it: what has to be so when it is published."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from kit.canonical import encode
from kit.errors import Message

_ROW = ("requested", "points", "total", "failed", "position", "decided_by", "state", "granted")
_NAMES = {
    "totals": Message("i totali"),
    "excluded": Message("le domande escluse"),
    "sheets": Message("le schede che contano"),
    "uneven": Message("le domande con meno schede delle altre"),
    "letters": Message("a chi si scrive"),
    "trial": Message("la prova della graduatoria"),
    "unreached": Message("a chi non arriva nessuna lettera"),
}


class Short(Protocol):
    """An application with fewer sheets than others."""

    @property
    def code(self) -> str: ...  # noqa: D102
    @property
    def sheets(self) -> int: ...  # noqa: D102


def parts(
    content: Mapping[str, Any], firms: Mapping[str, str], uneven: Iterable[Short]
) -> dict[str, str]:
    """Give what a ranking says (as `ranking_bundle.build` wrote it), by part.

    One for each application, under its code (which has no blanks): its place, its points, what
    it asked and gets, and why; then what stands apart, and the totals.
    """
    found = {
        f"row-{row['code']}": _said([firms.get(row["code"], ""), *(row[name] for name in _ROW)])
        for row in content["ranking"]
    }
    totals = [len(content["ranking"]), content["granted"], content["formula"]["budget"]]
    return {
        "totals": _said(totals),
        "excluded": _said(content["excluded"]),
        "sheets": _said(content["sheets"]),
        "uneven": _said([[one.code, one.sheets] for one in uneven]),
        **found,
    }


def named(firms: Mapping[str, str], part: str) -> Message:
    """Put the name of a part into words, also of an application that is gone."""
    if part in _NAMES:
        return _NAMES[part]
    code = part.partition("-")[2]
    if code in firms:
        return Message("{firm} ({code})", firm=firms[code], code=code)
    return Message("la domanda {code}", code=code)


def _said(value: Any) -> str:
    return encode({"": value}).decode()
