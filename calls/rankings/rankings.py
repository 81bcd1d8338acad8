"""The ranking of a call: what it still lacks, how it would be, its publication."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from calls.commission import access, ends, progress, trials
from calls.commission.shortages import Shortage
from calls.commission.trials import Trials
from calls.envelopes import openings
from calls.rankings import audiences, doubts
from calls.rankings.audiences import RankingAudience
from calls.rankings.doubts import Doubts
from calls.rankings.rules import publication, ranking_bundle, ranking_parts
from calls.rankings.rules.ranking import RULE, Candidate
from calls.score_sheets.standing import STANDING
from calls.tables.applications import Submission
from calls.tables.envelopes import OpenedApplication, Opening
from calls.tables.rankings import Ranking
from calls.tables.score_sheets import Score, ScoreSheet
from calls.tables.texts import Call
from calls.texts import published
from calls.texts.published import Published
from kit import audit, db, jobs, shown
from kit.canonical import sha256
from kit.db import lock_exclusive
from kit.errors import Message, NotFound
from kit.paper import documents
from kit.paper.documents import Document
from people.actors import Actor

DOCUMENT = "calls.ranking"


@dataclass(frozen=True)
class Readiness:
    """Where a call stands between deadline and ranking, and what of it wants a look.

    `sealed` counts what was sent and waits for the opening.
    """

    call: Published
    opened: Opening | None
    sealed: int
    members: Sequence[progress.CommissionMember]
    doubts: Doubts
    ranking: Ranking | None
    trials: Trials

    @property
    def owed(self) -> publication.Owed:
        """What is still missing before the ranking may be published."""
        return publication.owed(
            self.opened.applications if self.opened else None,
            [(member.due, member.sent) for member in self.members],
            len(self.doubts.lacking),
            len(self.doubts.ties),
            self.doubts.undecided,
            judges=[one.judges for one in self.doubts.short],
        )

    @property
    def late(self) -> Sequence[Shortage] | None:
        """What alone somebody appointed now would judge, after a trial; else None: all of it."""
        return self.doubts.shortages if self.trials.tried else None

    @property
    def title(self) -> Message:
        """How its desk is called: where nobody applied there is nothing to rank."""
        if self.owed.deserted:
            return Message("Chiusura del bando")
        return Message("Commissione e graduatoria")

    @property
    def shown(self) -> bool:
        """Whether the office may see points: a trial is in force, or there are none to see."""
        return bool(self.trials.in_force or self.ranking or self.owed.deserted)


def readiness(session: Session, actor: Actor, call_id: int) -> Readiness:
    """Tell the office what is sent and what is missing; counts only, no mark."""
    access.require_office(actor, call_id)
    return _readiness(session, call_id)


def _readiness(session: Session, call_id: int) -> Readiness:
    call = published.of_call(session, call_id)
    opened = session.get(Opening, call_id)
    sealed = openings.sealed(session, call_id) if opened is None else 0
    members = progress.of_commission(session, call_id)
    found = doubts.of_call(session, call_id) if opened else Doubts()
    acts = trials.of_call(session, call_id)
    ranking = latest_ranking(session, call_id)
    return Readiness(call, opened, sealed, members, found, ranking, acts)


def latest_ranking(session: Session, call_id: int) -> Ranking | None:
    """The ranking in force: the last one published, if any."""
    return session.scalars(
        select(Ranking).where(Ranking.call_id == call_id).order_by(Ranking.number.desc()).limit(1)
    ).first()


@dataclass(frozen=True)
class RankingPreview:
    """The ranking as it would be published, with names by code; no content until it is tried.

    `audience` is who would be written to.
    """

    readiness: Readiness
    content: Mapping[str, Any] | None
    firms: Mapping[str, str]
    audience: RankingAudience

    @property
    def parts(self) -> dict[str, str]:
        """What a publication is made on (`kit.shown`); empty while there is nothing to publish."""
        if not self.content:
            return {}
        uneven = self.readiness.doubts.uneven
        trial = self.readiness.trials.in_force
        said = {"trial": str(trial.event_id)} if trial else {}
        shown_ = ranking_parts.parts(self.content, self.firms, uneven)
        return shown_ | self.audience.parts() | said


def preview(session: Session, actor: Actor, call_id: int) -> RankingPreview:
    """Compute the content as it would be published; none before the trial (`rankings.trial`)."""
    found = readiness(session, actor, call_id)
    if not found.owed.complete or not found.shown:
        return RankingPreview(found, None, {}, RankingAudience())
    return _as_shown(session, found, compute(session, found.call))


def _as_shown(session: Session, found: Readiness, content: bytes) -> RankingPreview:
    call_id = found.call.call_id
    firms, told = openings.firms(session, call_id), audiences.audience(session, call_id)
    return RankingPreview(found, json.loads(content), firms, told)


def publish(
    session: Session, actor: Actor, call_id: int, now: datetime, *, seen: str | None = None
) -> Ranking:
    """Compute and publish the ranking of a call, immutable, with PDF and letters on the way.

    `seen` is what the preview had shown (`ranking_parts.parts`, packed), None where there was
    none. Raises Changed where the ranking is no longer that, Refused while envelopes are closed
    or sheets are missing, where it was to be seen and no trial is in force, and the second time.
    """
    access.require_office(actor, call_id)
    lock_exclusive(session, "call", call_id)
    found = _readiness(session, call_id)
    publication.check_may_publish(found.owed, ranked=found.ranking is not None)
    content = compute(session, found.call)
    if seen is not None:
        tried, lapsed = found.trials.in_force, found.trials.lapsed
        publication.check_tried(found.owed, tried=tried is not None, lapsed=lapsed is not None)
        as_shown = _as_shown(session, found, content)
        shown.check(seen, as_shown.parts, partial(ranking_parts.named, as_shown.firms))
    row = Ranking(
        call_id=call_id,
        call_version_id=found.call.version_id,
        number=1,
        content=content.decode(),
        sha256=sha256(content),
        rule=RULE,
        published_by=actor.person_id,
        published_at=now,
    )
    session.add(row)
    session.flush()
    facts = {"number": 1, "sha256": row.sha256}
    call = audit.of(Call, call_id)
    audit.record_act(session, actor, "ranking.published", call, now, after=facts)
    ends.with_ranking(session, actor, call_id, now)
    documents.request(
        session,
        kind=DOCUMENT,
        subject_kind="ranking",
        subject_id=row.id,
        filename=f"{'bando-deserto' if found.owed.deserted else 'graduatoria'}-{call_id}.pdf",
        media_type="application/pdf",
        task=DOCUMENT,
        now=now,
        ranking_id=row.id,
    )
    jobs.enqueue(session, "calls.ranking_notices", ranking_id=row.id)
    return row


def printed(session: Session, ranking: Ranking) -> Document | None:
    """The printed ranking, in whatever state it is."""
    return documents.newest(session, DOCUMENT, "ranking", ranking.id)


def print_again(session: Session, actor: Actor, call_id: int) -> None:
    """Have the ranking printed once more. Raises Refused unless printing it failed."""
    access.require_office(actor, call_id)
    ranking = latest_ranking(session, call_id)
    document = printed(session, ranking) if ranking is not None else None
    if document is None:
        raise NotFound
    documents.retry(session, document)


def compute(session: Session, call: Published) -> bytes:
    """The ranking's canonical bytes, from the marks as they stand in the tables."""
    apart = doubts.apart(session, call.call_id)
    left_out = {one.code for one in apart.excluded}
    entries = [one for one in _entries(session, call.call_id) if one.code not in left_out]
    return ranking_bundle.build(
        call.content,
        call.sha256,
        entries,
        openings.envelopes(session, call.call_id),
        apart,
    )


def _entries(session: Session, call_id: int) -> list[Candidate]:
    """What the formula needs, in two statements; sheets in conflict are left out."""
    sheets: dict[int, list[Mapping[str, Decimal]]] = defaultdict(list)
    values = {"call_id": call_id}
    for marked in db.rows(session, _Marked, _MARKED, values):
        sheets[marked.application_id].append(dict(zip(marked.codes, marked.marks, strict=True)))
    return [
        Candidate(
            code=row.code,
            protocol=(row.protocol_year, row.protocol_number),
            received_at=row.received_at,
            requested=row.requested,
            sheets=tuple(sheets[row.application_id]),
        )
        for row in db.rows(session, _Opened, _OPENED, values)
    ]


class _Opened(NamedTuple):
    application_id: int
    code: str
    requested: int
    protocol_year: int
    protocol_number: int
    received_at: datetime


_OPENED = (
    select(
        OpenedApplication.application_id,
        OpenedApplication.code,
        OpenedApplication.requested,
        Submission.protocol_year,
        Submission.protocol_number,
        Submission.received_at,
    )
    .join(Submission, Submission.application_id == OpenedApplication.application_id)
    .where(OpenedApplication.call_id == bindparam("call_id"))
)


class _Marked(NamedTuple):
    application_id: int
    codes: Sequence[str]
    marks: Sequence[Decimal]


# Marks are taken from the single scores, not from what the sheet's row repeats.
_MARKED = (
    select(
        ScoreSheet.application_id,
        func.array_agg(Score.criterion).label("codes"),
        func.array_agg(Score.mark).label("marks"),
    )
    .join(Score, Score.score_sheet_id == ScoreSheet.id)
    .join(OpenedApplication, OpenedApplication.application_id == ScoreSheet.application_id)
    .where(OpenedApplication.call_id == bindparam("call_id"), STANDING)
    .group_by(ScoreSheet.id, ScoreSheet.application_id)
)
