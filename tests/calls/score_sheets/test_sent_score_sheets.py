"""Sending a sheet: once, whole, and nothing moves afterwards."""

from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from calls.rankings import rankings
from calls.score_sheets import score_sheets, sent_score_sheets
from calls.score_sheets.score_sheets import TypedScore
from kit.errors import Refused
from tests.calls import commissions


@pytest.fixture
def found(session):
    return commissions.world(session)


def totals(session, key):
    return tuple(
        session.execute(
            text("select sheets, total_sum from opened_application where application_id = :id"),
            {"id": key.application_id},
        ).one()
    )


class TestSending:
    def test_a_sent_sheet_counts_and_never_changes(self, session, now, found):
        evaluator, key = found.evaluators[0], found.keys[0]
        commissions.send(session, evaluator, key, "10 8 6")
        assert totals(session, key) == (1, Decimal(55))
        with pytest.raises(Refused, match="è stata inviata"):
            score_sheets.save(session, evaluator, key, {"A": TypedScore("8")}, now)
        with pytest.raises(Refused, match="è stata inviata"):
            sent_score_sheets.send(session, evaluator, key, now)
        assert totals(session, key) == (1, Decimal(55))

    def test_an_empty_sheet_cannot_be_sent(self, session, now, found):
        with pytest.raises(Refused, match="manca il punteggio"):
            sent_score_sheets.send(session, found.evaluators[0], found.keys[0], now)

    def test_a_mark_that_excludes_needs_its_reason(self, session, now, found):
        evaluator, key = found.evaluators[0], found.keys[0]
        commissions.mark(session, evaluator, key, "4 8 6", why="")
        with pytest.raises(Refused, match="manca la motivazione"):
            sent_score_sheets.send(session, evaluator, key, now)

    @pytest.mark.parametrize(
        "statement",
        [
            "update score_sheet set total = 99 where id = :id",
            "update score_sheet set state = 'draft', sent_at = null where id = :id",
            "delete from score_sheet where id = :id",
            "update score set mark = 10 where score_sheet_id = :id",
            "delete from score where score_sheet_id = :id",
            "insert into score (score_sheet_id, criterion, motivation, saved_at)"
            " values (:id, 'Z', '', now())",
        ],
    )
    def test_the_database_itself_refuses_to_change_a_sent_sheet(self, session, found, statement):
        commissions.send(session, found.evaluators[0], found.keys[0], "8 6 6")
        sheet = session.scalar(
            text("select id from score_sheet where application_id = :id"),
            {"id": found.keys[0].application_id},
        )
        with pytest.raises(DBAPIError, match=r"sent|foreign key|permission"):
            session.execute(text(statement), {"id": sheet})

    def test_a_mark_cannot_be_moved_from_a_sent_sheet_to_a_draft(self, session, found):
        evaluator = found.evaluators[0]
        commissions.send(session, evaluator, found.keys[0], "8 6 6")
        commissions.mark(session, evaluator, found.keys[1], "4 6 6")
        ids = [
            session.scalar(
                text("select id from score_sheet where application_id = :id"),
                {"id": key.application_id},
            )
            for key in found.keys
        ]
        with pytest.raises(DBAPIError, match="stays where it was written"):
            session.execute(
                text("update score set score_sheet_id = :to where score_sheet_id = :from_"),
                {"to": ids[1], "from_": ids[0]},
            )

    def test_after_the_ranking_nothing_is_scored_any_more(self, session, now, found):
        commissions.send_all(session, found)
        rankings.publish(session, found.office, found.call_id, now)
        with pytest.raises(Refused, match="la valutazione è chiusa"):
            score_sheets.save(
                session, found.evaluators[0], found.keys[0], {"A": TypedScore("8")}, now
            )
