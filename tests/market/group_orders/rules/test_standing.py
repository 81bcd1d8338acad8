"""How an order stands: every stage, both sides of every instant, in words for each reader."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.rome import to_rome
from kit.words import text
from market.group_orders.rules import lifecycle, standing
from market.group_orders.rules.standing import Stage

OPENS = datetime(2026, 12, 1, 8, tzinfo=UTC)
CLOSES = datetime(2026, 12, 3, 19, tzinfo=UTC)
DAY = date(2026, 12, 5)  # in Rome from 23:00 UTC of the 4th to 23:00 UTC of the 5th
MIDNIGHT = datetime(2026, 12, 4, 23, tzinfo=UTC)
TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Order:
    """An order as far as it tells how it stands."""

    state: str = lifecycle.OPEN
    opens_at: datetime = OPENS
    closes_at: datetime = CLOSES
    closed_at: datetime | None = None
    delivery_day: date = DAY
    settled_at: datetime | None = None
    cancelled_at: datetime | None = None


CLOSED = Order(lifecycle.CLOSED, closed_at=CLOSES + timedelta(hours=1))
EARLY = replace(CLOSED, closed_at=CLOSES - timedelta(days=1))
SETTLED = replace(CLOSED, state=lifecycle.SETTLED, settled_at=MIDNIGHT + timedelta(hours=18))
EMPTY = replace(CLOSED, state=lifecycle.EMPTY)
CANCELLED = Order(lifecycle.CANCELLED, cancelled_at=OPENS - timedelta(hours=3))
LATE_CANCELLED = replace(
    CLOSED, state=lifecycle.CANCELLED, cancelled_at=CLOSES + timedelta(hours=2)
)

STAGES = [
    (Order(), OPENS - TICK, Stage.COMING),
    (Order(), OPENS, Stage.OPEN),
    (Order(), CLOSES - TICK, Stage.OPEN),
    (Order(), CLOSES, Stage.OVER),
    (Order(), MIDNIGHT + timedelta(days=9), Stage.OVER),
    (EARLY, CLOSES - timedelta(hours=2), Stage.ORDERED),
    (CLOSED, MIDNIGHT - TICK, Stage.ORDERED),
    (CLOSED, MIDNIGHT, Stage.DUE),
    (CLOSED, MIDNIGHT + timedelta(days=1) - TICK, Stage.DUE),
    (CLOSED, MIDNIGHT + timedelta(days=1), Stage.LATE),
    (EMPTY, CLOSES + timedelta(hours=2), Stage.NOTHING),
    (EMPTY, MIDNIGHT + timedelta(days=9), Stage.NOTHING),
    (SETTLED, MIDNIGHT + timedelta(days=9), Stage.ARRIVED),
    (CANCELLED, OPENS - TICK, Stage.CANCELLED),
    (LATE_CANCELLED, MIDNIGHT, Stage.CANCELLED),
]


@pytest.mark.parametrize(("order", "now", "stage"), STAGES)
def test_the_stage_is_the_one_of_the_instant(order, now, stage):
    assert standing.stage(order, now) is stage
    for reader in standing.WORDS:
        assert standing.of(order, now, reader).stage is stage


@given(
    st.sampled_from([Order(), CLOSED, EARLY, SETTLED, EMPTY, CANCELLED, LATE_CANCELLED]),
    st.timedeltas(timedelta(days=-30), timedelta(days=60)),
)
def test_the_rule_gives_one_word_and_one_sentence_at_every_instant(order, since):
    now = OPENS + since
    for reader in standing.WORDS:
        said = standing.of(order, now, reader)
        for message in (said.label, said.sentence, standing.hours(order, now)[0]):
            assert "{" not in text.render(message)
    coming = standing.delivery(order, now)
    assert (coming is None) == (said.stage in (Stage.NOTHING, Stage.CANCELLED))
    assert not standing.to_fetch(order, now) or coming is not None


def test_no_two_stages_share_a_sentence_or_a_label_for_one_reader():
    for reader in ("household", "staff"):
        words = standing.WORDS[reader]
        assert words.keys() == set(Stage)
        assert len({told[0].text for told in words.values()}) == len(Stage)
        assert len({told[2].text for told in words.values()}) == len(Stage)


@pytest.mark.parametrize("order", [CLOSED, SETTLED])
@pytest.mark.parametrize("asked", [True, False])
def test_who_gets_nothing_is_told_of_no_goods(order, asked):
    """Neither a day nor a place, whatever the others get; until closing everybody reads alike."""
    reader = standing.reader_of(counts=False, asked=asked)
    for days in (-1, 0, 1):
        now = MIDNIGHT + timedelta(days=days, hours=1)
        assert standing.delivery(order, now, reader) is None
        assert not standing.to_fetch(order, now, reader)
        said = text.render(standing.of(order, now, reader).sentence)
        assert "niente" in said and "arriva " not in said.lower()
    assert standing.of(Order(), OPENS, reader) == standing.of(Order(), OPENS, "household")
    assert standing.reader_of(counts=True, asked=asked) == "household"


@pytest.mark.parametrize(
    ("order", "now", "words", "instant"),
    [
        (Order(), OPENS - TICK, "Si apre", OPENS),
        (Order(), OPENS, "Si chiude", CLOSES),
        (Order(), CLOSES - TICK, "Si chiude", CLOSES),
        (Order(), CLOSES, "L'ora di chiusura era", CLOSES),
        (EARLY, CLOSES - timedelta(hours=2), "Chiuso", EARLY.closed_at),
        (CANCELLED, OPENS - TICK, "Annullato", CANCELLED.cancelled_at),
        (LATE_CANCELLED, MIDNIGHT, "Annullato", LATE_CANCELLED.cancelled_at),
    ],
)
def test_the_hour_that_counts_is_named_and_never_a_closing_that_is_past(order, now, words, instant):
    said, at = standing.hours(order, now)
    assert (str(said), at) == (words, instant)


@pytest.mark.parametrize(
    ("order", "now", "words", "day"),
    [
        (Order(), CLOSES, "Arriva", DAY),
        (CLOSED, MIDNIGHT + timedelta(days=1) - TICK, "Arriva", DAY),
        (CLOSED, MIDNIGHT + timedelta(days=1), "Doveva arrivare", DAY),
        (SETTLED, MIDNIGHT + timedelta(days=2), "Consegna confermata", DAY),
    ],
)
def test_the_day_that_counts_is_named(order, now, words, day):
    told = standing.delivery(order, now)
    assert told is not None
    assert (str(told[0]), told[1]) == (words, day)


@pytest.mark.parametrize("confirmed_days_later", [0, 2])
def test_goods_count_as_to_be_fetched_until_three_days_after_the_later_of_day_and_confirmation(
    confirmed_days_later,
):
    later = timedelta(days=confirmed_days_later)
    order = replace(SETTLED, settled_at=MIDNIGHT + later + timedelta(hours=1))
    end = MIDNIGHT + later + timedelta(days=4)  # the midnight after the third day
    assert standing.to_fetch(order, end - TICK)
    assert not standing.to_fetch(order, end)
    early = replace(order, settled_at=MIDNIGHT - timedelta(days=9))
    assert standing.to_fetch(early, MIDNIGHT + timedelta(days=4) - TICK)
    assert to_rome(end).date() - DAY == timedelta(days=4 + confirmed_days_later)


def test_what_is_late_is_to_be_fetched_however_late_and_what_is_cancelled_never():
    assert standing.to_fetch(CLOSED, MIDNIGHT + timedelta(days=300))
    assert not standing.to_fetch(CANCELLED, OPENS)
    assert not standing.to_fetch(EMPTY, MIDNIGHT)
