"""How somebody's own applications stand, with what a published ranking says of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from calls.applications import drafts, submissions
from calls.applications.contents import ApplicationDraft
from calls.applications.rules import lifecycle, standing
from calls.applications.rules.standing import RankedOutcome
from calls.rankings import published_rankings
from calls.tables.applications import Application
from calls.texts.published import Published
from calls.texts.rules.standing import Said
from people.actors import Actor


class OwnStanding(NamedTuple):
    """One of a person's own applications, its call, and how it stands."""

    application: Application
    call: Published
    said: Said

    @property
    def sent(self) -> bool:
        """Whether it was sent."""
        return lifecycle.is_sent(self.application.state)

    @property
    def deserted(self) -> bool:
        """Whether it is published that nobody applied to its call: there is no ranking then."""
        return self.call.ranked_at is not None and not self.call.opened


def mine(session: Session, actor: Actor) -> list[OwnStanding]:
    """The actor's own applications and how each stands at the actor's instant, the newest first.

    One statement; one or two more where one of them is in a published ranking.
    """
    own = drafts.mine(session, actor)
    ranked = {one.call.call_id for one in own if _is_ranked(one.application, one.call)}
    contents = published_rankings.contents(session, ranked)
    found = []
    for one in own:
        outcome = None
        if one.code is not None and one.call.call_id in contents:
            outcome = of_code(contents[one.call.call_id], one.code)
        said = standing.of(
            one.application,
            one.call,
            actor.now,
            outcome,
            barred=one.barred,
            came_late=one.came_late,
        )
        found.append(OwnStanding(one.application, one.call, said))
    return found


def of_draft(session: Session, draft: ApplicationDraft, now: datetime) -> Said:
    """How one application stands; no statement unless it is in a published ranking."""
    outcome = None
    if draft.submission is not None and _is_ranked(draft.application, draft.call):
        content = published_rankings.contents(session, [draft.call.call_id])
        outcome = of_code(content[draft.call.call_id], submissions.protocol(draft.submission))
    return standing.of(
        draft.application,
        draft.call,
        now,
        outcome,
        barred=draft.barred,
        came_late=draft.came_late,
    )


def _is_ranked(application: Application, call: Published) -> bool:
    return call.ranked_at is not None and lifecycle.is_sent(application.state)


def of_code(content: Mapping[str, Any], code: str) -> RankedOutcome | None:
    """What a ranking's content says of an application by its code; None where it names it not."""
    for row in content["ranking"]:
        if row["code"] == code:
            return RankedOutcome(row["state"], row["position"], row["granted"])
    if any(one["code"] == code for one in content.get("excluded", [])):
        return RankedOutcome(standing.ApplicationStage.EXCLUDED)
    return None
