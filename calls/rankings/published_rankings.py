"""Published rankings as everybody finds them: the content, and the files that go with it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from calls.envelopes import openings
from calls.rankings import rankings
from calls.rankings.rules import ranking_bundle
from calls.rankings.rules.ranking import FIRST_RULE
from calls.tables.rankings import Ranking
from kit.errors import NotFound
from kit.kept import Kept


@dataclass(frozen=True)
class PublishedRanking:
    """A published ranking: its row, its parsed content, the names of firms by code.

    The names are not part of what was hashed: they are those the applications carry today.
    """

    row: Ranking
    content: Mapping[str, Any]
    firms: Mapping[str, str]

    @property
    def in_first_format(self) -> bool:
        """Whether it was published by the first rule, whose program reads the bundle alone."""
        return self.row.rule == FIRST_RULE

    @property
    def envelopes(self) -> list[tuple[str, str, Mapping[str, Any] | None]]:
        """Code, hash and row of every application sent, in the order of the codes."""
        rows = {row["code"]: row for row in self.content["ranking"]}
        return [(code, sha, rows.get(code)) for code, sha in self.content["envelopes"].items()]

    @property
    def names(self) -> bytes:
        """The file of names that goes with the bundle."""
        return ranking_bundle.names(self.row.sha256, self.firms)


_parsed: Kept[str, Mapping[str, Any]] = Kept(20)


def in_force(session: Session, call_id: int) -> Ranking:
    """The ranking in force.

    Raises NotFound before the publication, as for a call that does not exist.
    """
    row = rankings.latest_ranking(session, call_id)
    if row is None:
        raise NotFound
    return row


def of_row(session: Session, row: Ranking) -> PublishedRanking:
    """A published ranking with all that is shown of it; the content is parsed once per process."""
    content = _parsed.get(row.sha256, lambda: _read(row.content))
    return PublishedRanking(row, content, openings.firms(session, row.call_id))


def _read(content: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(content)
    return found
