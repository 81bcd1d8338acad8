"""Declaring, marking and sending: each step as a success and as a refusal."""

from contextlib import contextmanager
from decimal import Decimal

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from calls.commission import progress
from calls.rankings import rankings
from calls.score_sheets import queue, score_sheets
from calls.score_sheets.score_sheets import TypedScore
from kit.errors import NotFound, Refused
from tests.calls import commissions


@contextmanager
def counted(session):
    statements = []

    def note(connection, cursor, statement, parameters, context, many):
        if "SAVEPOINT" not in statement:
            statements.append(statement)

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(connection, "before_cursor_execute", note)


@pytest.fixture
def found(session):
    return commissions.world(session)


@pytest.fixture
def undeclared(session):
    return commissions.world(session, declared=False)


def totals(session, key):
    return tuple(
        session.execute(
            text("select sheets, total_sum from opened_application where application_id = :id"),
            {"id": key.application_id},
        ).one()
    )


class TestMarking:
    def test_a_mark_is_kept_and_the_running_total_grows(self, session, now, found):
        evaluator, key = found.evaluators[0], found.keys[0]
        score_sheets.save(session, evaluator, key, {"A": TypedScore("8")}, now)
        saved = score_sheets.save(
            session, evaluator, key, {"C": TypedScore("6", " Buoni conti. ")}, now
        )
        assert saved.total == Decimal(8 * 3) + Decimal("1.5") * 6
        sheet = queue.view(session, evaluator, key)
        assert sheet.marks == {"A": Decimal(8), "C": Decimal(6)}
        assert sheet.motivations["C"] == "Buoni conti."
        assert [lack.criterion.code for lack in sheet.missing] == ["B"]

    def test_a_mark_taken_away_is_missing_again_and_not_zero(self, session, now, found):
        evaluator, key = found.evaluators[0], found.keys[0]
        commissions.mark(session, evaluator, key, "8 6 6")
        score_sheets.save(session, evaluator, key, {"B": TypedScore("", "")}, now)
        with pytest.raises(Refused, match="Competenze: manca il punteggio"):
            score_sheets.send(session, evaluator, key, now)
        score_sheets.save(session, evaluator, key, {"B": TypedScore("0", "")}, now)
        assert score_sheets.send(session, evaluator, key, now).total == Decimal(33)

    @pytest.mark.parametrize("mark", ["7", "11", "-1", "8e0", "otto"])
    def test_a_mark_outside_the_grid_changes_nothing(self, session, now, found, mark):
        evaluator, key = found.evaluators[0], found.keys[0]
        with pytest.raises(Refused, match="la griglia ammette"):
            score_sheets.save(session, evaluator, key, {"A": TypedScore(mark, "")}, now)
        assert queue.view(session, evaluator, key).state == "new"

    def test_a_criterion_of_another_grid_is_not_found(self, session, now, found):
        with pytest.raises(NotFound):
            score_sheets.save(
                session, found.evaluators[0], found.keys[0], {"Z": TypedScore("8")}, now
            )

    def test_an_endless_motivation_is_refused(self, session, now, found):
        with pytest.raises(Refused, match="troppo lunga"):
            score_sheets.save(
                session, found.evaluators[0], found.keys[0], {"A": TypedScore("8", "x" * 5001)}, now
            )

    def test_the_audit_of_a_draft_names_criteria_and_never_a_mark(self, session, now, found):
        score_sheets.save(
            session, found.evaluators[0], found.keys[0], {"A": TypedScore("8", "segreto")}, now
        )
        after = session.scalar(
            text(
                "select after from audit_event where action = 'calls.score_sheet.saved'"
                " order by id desc limit 1"
            )
        )
        assert after["criteria"] == ["A"]
        assert "segreto" not in str(after) and set(after) == {"criteria", "salted_sha256"}


class TestSending:
    def test_a_sent_sheet_counts_and_never_changes(self, session, now, found):
        evaluator, key = found.evaluators[0], found.keys[0]
        commissions.send(session, evaluator, key, "10 8 6")
        assert totals(session, key) == (1, Decimal(55))
        with pytest.raises(Refused, match="è stata inviata"):
            score_sheets.save(session, evaluator, key, {"A": TypedScore("8")}, now)
        with pytest.raises(Refused, match="è stata inviata"):
            score_sheets.send(session, evaluator, key, now)
        assert totals(session, key) == (1, Decimal(55))

    def test_an_empty_sheet_cannot_be_sent(self, session, now, found):
        with pytest.raises(Refused, match="manca il punteggio"):
            score_sheets.send(session, found.evaluators[0], found.keys[0], now)

    def test_a_mark_that_excludes_needs_its_reason(self, session, now, found):
        evaluator, key = found.evaluators[0], found.keys[0]
        commissions.mark(session, evaluator, key, "4 8 6", why="")
        with pytest.raises(Refused, match="manca la motivazione"):
            score_sheets.send(session, evaluator, key, now)

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


class TestStatements:
    """One statement for the actor comes on top: at most six in all."""

    def test_saving_takes_five_statements(self, session, now, found):
        evaluator, key = found.evaluators[0], found.keys[0]
        commissions.mark(session, evaluator, key, "8 6 6")
        with counted(session) as statements:
            score_sheets.save(
                session, evaluator, key, {"A": TypedScore("6"), "B": TypedScore("8")}, now
            )
        assert len(statements) <= 5, statements

    def test_sending_takes_five_statements(self, session, now, found):
        evaluator, key = found.evaluators[0], found.keys[0]
        commissions.mark(session, evaluator, key, "8 6 6")
        with counted(session) as statements:
            score_sheets.send(session, evaluator, key, now)
        assert len(statements) <= 5, statements

    @pytest.mark.parametrize("applications", [1, 5])
    def test_queue_and_sheet_take_one_statement_each_at_any_size(self, session, applications):
        found = commissions.world(session, applications=applications)
        evaluator = found.evaluators[0]
        queue.view(session, evaluator, found.keys[0])
        with counted(session) as statements:
            rows = queue.queue(session, evaluator, found.call_id)
            queue.view(session, evaluator, found.keys[0])
            progress.of_evaluator(session, evaluator, found.call_id)
        assert len(rows) == applications
        assert len(statements) == 3
