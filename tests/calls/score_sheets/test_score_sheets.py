"""Marking: each step as a success and as a refusal."""

from contextlib import contextmanager
from decimal import Decimal

import pytest
from sqlalchemy import event, text

from calls.commission import progress
from calls.score_sheets import queue, score_sheets, sent_score_sheets
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
            sent_score_sheets.send(session, evaluator, key, now)
        score_sheets.save(session, evaluator, key, {"B": TypedScore("0", "")}, now)
        assert sent_score_sheets.send(session, evaluator, key, now).total == Decimal(33)

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
            sent_score_sheets.send(session, evaluator, key, now)
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
