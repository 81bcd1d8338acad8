"""Published rankings counted again; every tampering with one is in tests/calls/test_checks.py."""

from sqlalchemy import select

from calls.rankings import rankings, recounts
from calls.rankings.rules.ranking import RULE
from calls.tables.rankings import Ranking
from tests.calls import commissions


def test_a_ranking_that_holds_is_silent_and_one_that_says_something_else_is_named(session, now):
    found = commissions.world(session)
    commissions.send_all(session, found)
    row = rankings.publish(session, found.office, found.call_id, now)
    assert recounts.differing(session) == []
    other = Ranking(
        call_id=found.call_id,
        call_version_id=row.call_version_id,
        number=2,
        content=row.content.replace("2", "3"),
        sha256=row.sha256,
        rule=RULE,
        published_by=found.office.person_id,
        published_at=now,
    )
    session.add(other)
    session.flush()
    said = recounts.differing(session)
    assert [line.partition(":")[0] for line in said] == ["C12", "C13"]
    assert all(f"ranking {other.id}" in line for line in said)
    assert session.scalars(select(Ranking.id).where(Ranking.id == row.id)).one() == row.id
