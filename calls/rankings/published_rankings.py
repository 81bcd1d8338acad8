"""Published rankings as everybody finds them: the content, and the files that go with it."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, BigInteger, Text, any_, bindparam, select
from sqlalchemy.orm import Session

from calls.envelopes import openings
from calls.rankings import rankings
from calls.rankings.rules import ranking_bundle
from calls.rankings.rules.ranking import FIRST_RULE
from calls.tables.rankings import Ranking
from calls.texts import published
from calls.verification import scripts
from kit import db
from kit.canonical import sha256
from kit.errors import NotFound
from kit.kept import Kept
from kit.paper.documents import Document


class FoundEnvelope(NamedTuple):
    """An application sent: code, hash of its content, and its row, or why it has none."""

    code: str
    sha256: str
    row: Mapping[str, Any] | None
    excluded: Mapping[str, Any] | None
    received: openings.Received | None

    @property
    def receipt(self) -> str | None:
        """The fingerprint of its receipt; a ranking of the first format names none."""
        if self.row is not None:
            fingerprint: str | None = self.row.get("receipt")
            return fingerprint
        return None if self.received is None else self.received.fingerprint


@dataclass(frozen=True)
class PublishedRanking:
    """A published ranking: its row, its parsed content, the names of firms by code.

    The names are not part of what was hashed: they are those the applications carry today. Nor
    are the receipts of who is excluded (`apart`, by code): the bundle has no row of theirs.
    """

    row: Ranking
    content: Mapping[str, Any]
    firms: Mapping[str, str]
    apart: Mapping[str, openings.Received]

    @property
    def in_first_format(self) -> bool:
        """Whether it was published by the first rule, whose program reads the bundle alone."""
        return self.row.rule == FIRST_RULE

    @property
    def envelopes(self) -> list["FoundEnvelope"]:
        """Every application sent, in the order of the codes."""
        rows = {row["code"]: row for row in self.content["ranking"]}
        excluded = {one["code"]: one for one in self.content.get("excluded", ())}
        return [
            FoundEnvelope(code, sha, rows.get(code), excluded.get(code), self.apart.get(code))
            for code, sha in self.content["envelopes"].items()
        ]

    @property
    def names(self) -> bytes:
        """The file of names that goes with the bundle."""
        return ranking_bundle.names(self.row.sha256, self.firms)


PRINTED = "file"  # where the printed ranking lies


class OfferedFile(NamedTuple):
    """A file that the page of a ranking offers: its name, where it lies there, its SHA-256."""

    name: str
    place: str
    sha256: str


def offered(session: Session, found: PublishedRanking, pdf: Document | None) -> list[OfferedFile]:
    """Name every file of the page: what it leads to and what it compares are the same.

    The first format is verified from the bundle alone; where nobody applied there are no names.
    """
    row, files = found.row, [OfferedFile("graduatoria.json", "bundle", found.row.sha256)]
    if not found.in_first_format:
        call = published.plain(session, row.call_version_id)
        files.append(OfferedFile("bando.json", "call", sha256(call)))
    script = scripts.script(row.rule)
    files.append(OfferedFile(scripts.NAME, "verifier", sha256(script)))
    if found.content["ranking"]:
        files.append(OfferedFile("nomi.json", "names", sha256(found.names)))
    if pdf is not None and pdf.sha256 is not None:
        files.append(OfferedFile(pdf.filename, PRINTED, pdf.sha256))
    return files


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
    excluded = [one["code"] for one in content.get("excluded", ())]
    apart = openings.received(session, row.call_id, excluded)
    return PublishedRanking(row, content, openings.firms(session, row.call_id), apart)


def contents(session: Session, call_ids: Collection[int]) -> dict[int, Mapping[str, Any]]:
    """Content of the ranking in force by call; one statement, two for those not yet parsed."""
    if not call_ids:
        return {}
    heads = db.rows(session, _Head, _HEADS, {"call_ids": list(call_ids)})
    in_force_ = {head.call_id: head.sha256 for head in heads}

    def read(missing: Iterable[str]) -> dict[str, Mapping[str, Any]]:
        texts = db.rows(session, _Text, _TEXTS, {"hashes": list(missing)})
        return {text.sha256: _read(text.content) for text in texts}

    known = _parsed.get_all(set(in_force_.values()), read)
    return {call_id: known[sha256] for call_id, sha256 in in_force_.items()}


class _Head(NamedTuple):
    call_id: int
    sha256: str


class _Text(NamedTuple):
    sha256: str
    content: str


# In the order of the numbers, so that the last one of a call is the one in force.
_HEADS = (
    select(Ranking.call_id, Ranking.sha256)
    .where(Ranking.call_id == any_(bindparam("call_ids", type_=ARRAY(BigInteger))))
    .order_by(Ranking.number)
)
_TEXTS = select(Ranking.sha256, Ranking.content).where(
    Ranking.sha256 == any_(bindparam("hashes", type_=ARRAY(Text)))
)


def _read(content: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(content)
    return found
