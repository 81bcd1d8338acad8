"""Which sheets count."""

from sqlalchemy import select

from calls.score_sheets.standing import STANDING
from calls.tables.score_sheets import ScoreSheet
from tests.calls import commissions


def test_a_sheet_counts_when_it_is_sent_by_somebody_without_a_conflict(session):
    found = commissions.world(session)
    me, other = found.evaluators
    first, second = found.keys
    commissions.send(session, me, first, "8 6 6")
    commissions.send(session, other, first, "8 6 6")
    commissions.mark(session, me, second, "8 6 6")
    commissions.conflict(session, other, first)
    query = select(ScoreSheet.evaluator_id, ScoreSheet.application_id).where(STANDING)
    rows = {tuple(row) for row in session.execute(query)}
    assert rows == {(me.person_id, first.application_id)}
