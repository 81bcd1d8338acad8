"""How an application stands to who wrote it: every stage, both sides of the deadline."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from calls.applications.rules import lifecycle, standing
from calls.applications.rules.standing import ApplicationStage, RankedOutcome
from calls.rankings.rules import ranking_words
from kit.words import text

OPENS = datetime(2026, 12, 1, 8, tzinfo=UTC)
NOON = datetime(2026, 12, 16, 11, tzinfo=UTC)
LATE = NOON + timedelta(seconds=1)
IN_TIME = LATE - timedelta(microseconds=1)


@dataclass(frozen=True)
class Call:
    """A published call as far as it tells how it stands."""

    opens_at: datetime = OPENS
    deadline_at: datetime = NOON
    opened: int | None = None
    ranked_at: datetime | None = None


@dataclass(frozen=True)
class Own:
    """An application as far as it tells how it stands."""

    state: str = lifecycle.DRAFT
    submitted_at: datetime | None = None


DRAFT, SENT = Own(), Own(lifecycle.SUBMITTED, NOON - timedelta(hours=1))
RANKED = Call(opened=4, ranked_at=NOON + timedelta(days=9))
AFTER = NOON + timedelta(days=9)

STAGES = [
    (DRAFT, Call(), IN_TIME, None, ApplicationStage.DRAFT),
    (DRAFT, Call(), LATE, None, ApplicationStage.LATE),
    (DRAFT, RANKED, AFTER, None, ApplicationStage.LATE),
    (SENT, Call(), IN_TIME, None, ApplicationStage.SENT),
    (SENT, Call(), LATE, None, ApplicationStage.WAITING),
    (SENT, Call(opened=4), AFTER, None, ApplicationStage.EVALUATED),
    (SENT, RANKED, AFTER, RankedOutcome("funded", 1, 600_000), ApplicationStage.FUNDED),
    (
        SENT,
        RANKED,
        AFTER,
        RankedOutcome("partly_funded", 2, 300_000),
        ApplicationStage.PARTLY_FUNDED,
    ),
    (SENT, RANKED, AFTER, RankedOutcome("eligible_not_funded", 3), ApplicationStage.NOT_FUNDED),
    (SENT, RANKED, AFTER, RankedOutcome("below_threshold"), ApplicationStage.BELOW),
    (SENT, RANKED, AFTER, RankedOutcome("excluded"), ApplicationStage.EXCLUDED),
]


@pytest.mark.parametrize(("own", "call", "now", "outcome", "stage"), STAGES)
def test_the_stage_is_the_one_of_the_instant(own, call, now, outcome, stage):
    said = standing.of(own, call, now, outcome)
    sentence = text.render(said.sentence)
    assert said.stage is stage
    assert sentence.endswith(".") and "{" not in sentence and "None" not in sentence


def test_who_judges_the_call_or_works_in_its_office_reads_that_it_may_not_be_sent():
    assert standing.stage(DRAFT, Call(), IN_TIME, barred=True) is ApplicationStage.BARRED
    assert standing.stage(DRAFT, Call(), LATE, barred=True) is ApplicationStage.LATE
    assert standing.stage(SENT, Call(), IN_TIME, barred=True) is ApplicationStage.SENT


def test_the_outcome_says_place_and_amount():
    said = standing.of(SENT, RANKED, AFTER, RankedOutcome("funded", 2, 600_000))
    assert "al posto 2, con 6.000,00\u00a0€" in text.render(said.sentence)


def test_a_ranking_that_does_not_name_what_was_sent_is_a_fault():
    with pytest.raises(ValueError, match="does not name"):
        standing.stage(SENT, RANKED, AFTER)


def test_author_and_ranking_read_the_same_words():
    for state, label in ranking_words.STATES.items():
        assert standing.WORDS[ApplicationStage(state)][0] == label
    assert {ApplicationStage(state) for state in ranking_words.STATES} == standing.RANKED - {
        ApplicationStage.EXCLUDED
    }
