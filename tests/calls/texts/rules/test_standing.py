"""How a call stands: every stage, both sides of every instant, in words for each reader."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.texts.rules import standing
from calls.texts.rules.standing import CallStage
from kit.words import text

OPENS = datetime(2026, 12, 1, 8, tzinfo=UTC)
NOON = datetime(2026, 12, 16, 11, tzinfo=UTC)
TICK, SECOND, MINUTE = timedelta(microseconds=1), timedelta(seconds=1), timedelta(minutes=1)


@dataclass(frozen=True)
class Call:
    """A published call as far as it tells how it stands."""

    opens_at: datetime = OPENS
    deadline_at: datetime = NOON
    opened: int | None = None
    ranked_at: datetime | None = None


OPENED = Call(opened=3)
EMPTY = Call(opened=0)
RANKED = replace(OPENED, ranked_at=NOON + timedelta(days=9))
DESERTED = replace(EMPTY, ranked_at=NOON + timedelta(days=9))

STAGES = [
    (None, NOON, CallStage.DRAFT),
    (Call(), OPENS - TICK, CallStage.AWAITED),
    (Call(), OPENS, CallStage.OPEN),
    (Call(), NOON + SECOND - TICK, CallStage.OPEN),
    (Call(), NOON + SECOND, CallStage.OVER),
    (Call(), NOON + MINUTE, CallStage.OVER),
    (OPENED, NOON + MINUTE, CallStage.EVALUATED),
    (EMPTY, NOON + MINUTE, CallStage.EMPTY),
    (RANKED, NOON + timedelta(days=9), CallStage.RANKED),
    (DESERTED, NOON + timedelta(days=9), CallStage.DESERTED),
]


@pytest.mark.parametrize(("call", "now", "stage"), STAGES)
def test_the_stage_is_the_one_of_the_instant(call, now, stage):
    assert standing.stage(call, now) is stage
    for reader, words in standing.WORDS.items():
        if stage in words:
            assert standing.of(call, now, reader).stage is stage


@given(
    st.sampled_from([Call(), OPENED, EMPTY, RANKED, DESERTED]),
    st.timedeltas(timedelta(days=-30), timedelta(days=60)),
)
def test_every_reader_gets_one_word_and_one_whole_sentence_at_every_instant(call, since):
    for reader in standing.WORDS:
        said = standing.of(call, NOON + since, reader)
        sentence = text.render(said.sentence)
        assert str(said.label) and "{" not in sentence and "None" not in sentence
        assert sentence.endswith(".")


def test_only_a_visitor_is_never_told_of_a_draft():
    lacking = {reader: set(CallStage) - set(words) for reader, words in standing.WORDS.items()}
    assert lacking == {"visitor": {CallStage.DRAFT}, "office": set(), "evaluator": set()}


def test_a_visitor_does_not_read_that_nobody_applied_before_it_is_published():
    words = standing.WORDS["visitor"]
    assert words[CallStage.EMPTY] == words[CallStage.OVER]


def test_the_office_reads_from_when_it_may_open():
    said = standing.of(Call(), NOON + SECOND, "office")
    assert said.sentence.values["opening"] == NOON + MINUTE
    assert str(said.label) == "domande da aprire"


def test_nothing_can_be_sent_to_a_call_that_is_past():
    for call, now, stage in STAGES:
        if call is None:
            continue
        assert standing.is_past(call, now) == (stage not in (CallStage.AWAITED, CallStage.OPEN))
