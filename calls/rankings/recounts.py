"""Published rankings counted again: what `litestar check` asks of each (C12, C13)."""

import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.rankings import rankings
from calls.rankings.rules.ranking import FIRST_RULE
from calls.tables.rankings import Ranking
from calls.texts import published
from calls.verification import verify_ranking_1
from kit.canonical import sha256


def differing(session: Session) -> list[str]:
    """Say which published ranking is not what its hash says, or what the marks still come to."""
    found: list[str] = []
    for row in session.scalars(select(Ranking).order_by(Ranking.id)):
        if sha256(row.content.encode()) != row.sha256:
            found.append(f"C12: ranking {row.id} is not what its SHA-256 says")
        try:
            call = published.of_version(session, row.call_version_id)
            content = rankings.compute(session, call)
            holds = _first_format if row.rule == FIRST_RULE else _same_bytes
            computed = sha256(content) if not holds(row, content) else None
        except (ValueError, KeyError) as error:
            computed = f"nothing ({error})"
        if computed is not None:
            found.append(f"C13: the marks come to {computed}, not to the ranking {row.id}")
    return found


def _same_bytes(row: Ranking, content: bytes) -> bool:
    return row.content.encode() == content


def _first_format(row: Ranking, content: bytes) -> bool:
    """Whether a ranking of the first rule has today's marks, and its own program agrees with it.

    Its order is not today's: equal totals went by protocol number.
    """

    def taken(text: str | bytes) -> dict[str, Any]:
        plain = json.loads(text)
        rows = {row["code"]: [row[key] for key in _TAKEN] for row in plain["ranking"]}
        return {key: plain[key] for key in ("formula", "envelopes")} | {"rows": rows}

    own = verify_ranking_1.verify(row.content.encode())
    return not own and taken(row.content) == taken(content)


_TAKEN = ("protocol", "requested", "marks")
