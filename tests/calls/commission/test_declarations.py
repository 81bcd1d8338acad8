"""Declaring before reading: each step as a success and as a refusal."""

from decimal import Decimal

import pytest
from sqlalchemy import text

from calls.commission import declarations, evaluators
from calls.commission.declarations import Declared
from calls.commission.standings import ApplicationKey
from calls.rankings import rankings
from calls.score_sheets import queue, score_sheets, sent_score_sheets
from calls.score_sheets.score_sheets import TypedScore
from calls.tables.commission import ConflictDeclaration
from kit.errors import NotFound, Refused
from people.tables.persons import Person
from tests import make
from tests.calls import commissions


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


class TestDeclaring:
    def test_nothing_is_read_or_marked_before_the_declaration(self, session, now, undeclared):
        evaluator, key = undeclared.evaluators[0], undeclared.keys[0]
        with pytest.raises(NotFound):
            queue.view(session, evaluator, key)
        with pytest.raises(NotFound):
            score_sheets.save(session, evaluator, key, {"A": TypedScore("8")}, now)
        assert declarations.declare(session, evaluator, key, Declared("none"), now)
        assert queue.view(session, evaluator, key).firm == "Ruota libera"

    @pytest.mark.parametrize("kind", [k for k in declarations.KINDS if k != "none"])
    def test_every_conflict_takes_the_application_away_at_once(self, session, now, found, kind):
        evaluator, key = found.evaluators[0], found.keys[0]
        assert not declarations.declare(session, evaluator, key, Declared(kind), now)
        for act in (
            lambda: queue.view(session, evaluator, key),
            lambda: declarations.applicant(session, evaluator, key),
            lambda: score_sheets.save(session, evaluator, key, {"A": TypedScore("8")}, now),
            lambda: sent_score_sheets.send(session, evaluator, key, now),
            lambda: declarations.declare(session, evaluator, key, Declared("none"), now),
        ):
            with pytest.raises(NotFound):
                act()

    def test_an_unknown_kind_is_refused(self, session, now, undeclared):
        with pytest.raises(Refused, match="Scegli una delle possibilità"):
            declarations.declare(
                session, undeclared.evaluators[0], undeclared.keys[0], Declared("maybe"), now
            )

    def test_declaring_the_same_again_adds_no_row(self, session, now, found):
        evaluator, key = found.evaluators[0], found.keys[0]
        declarations.declare(session, evaluator, key, Declared("none"), now)
        rows = session.scalar(
            text(
                "select count(*) from conflict_declaration"
                " where application_id = :id and evaluator_id = :me"
            ),
            {"id": key.application_id, "me": evaluator.person_id},
        )
        assert rows == 1

    def test_a_conflict_found_after_sending_takes_the_sheet_out_of_the_totals(
        self, session, now, found
    ):
        first, second = found.evaluators
        key = found.keys[0]
        commissions.send(session, first, key, "10 8 6")
        commissions.send(session, second, key, "8 6 6")
        assert totals(session, key) == (2, Decimal(55 + 45))
        commissions.conflict(session, first, key)
        assert totals(session, key) == (1, Decimal(45))
        kept = session.scalar(
            text("select count(*) from score_sheet where application_id = :id"),
            {"id": key.application_id},
        )
        assert kept == 2

    def test_nobody_outside_the_commission_declares(self, session, now, undeclared):
        with pytest.raises(NotFound):
            declarations.declare(
                session, make.actor(session), undeclared.keys[0], Declared("none"), now
            )

    def test_an_application_is_not_found_under_another_call(self, session, now, undeclared):
        other = commissions.world(session, evaluators=0)
        evaluator = make.actor(
            session, None, ("evaluator", "call", undeclared.call_id),
            ("evaluator", "call", other.call_id),
        )  # fmt: skip
        crossed = ApplicationKey(other.call_id, undeclared.keys[0].application_id)
        with pytest.raises(NotFound):
            declarations.declare(session, evaluator, crossed, Declared("none"), now)

    def test_sealed_applications_cannot_even_be_declared_on(self, session, now):
        sealed = commissions.world(session, opened=False)
        with pytest.raises(NotFound):
            declarations.declare(
                session, sealed.evaluators[0], sealed.keys[0], Declared("none"), now
            )

    def test_after_the_ranking_nobody_declares_any_more(self, session, now, found):
        commissions.send_all(session, found)
        rankings.publish(session, found.office, found.call_id, now)
        for kind in declarations.KINDS:
            with pytest.raises(Refused, match="la valutazione è chiusa"):
                declarations.declare(
                    session, found.evaluators[0], found.keys[0], Declared(kind), now
                )

    def test_to_declare_one_is_told_firm_and_name_and_nothing_else(self, session, undeclared):
        who = declarations.applicant(session, undeclared.evaluators[0], undeclared.keys[0])
        # Besides what they did themselves.
        told = set(who._fields) - {"declared", "note", "sent"}
        assert told == {"code", "firm", "proponent", "holder"}
        assert (who.firm, who.proponent, who.declared) == ("Ruota libera", "Giulia Ferrari", False)
        assert who.holder == "Proponente 1"  # the account it came from has another name


def test_the_same_conflict_said_twice_is_said_once(session, now):
    found = commissions.world(session)
    judge, key = found.evaluators[0], found.keys[0]
    said = Declared("work", "Un lavoro insieme.")
    assert not declarations.declare(session, judge, key, said, now)
    assert not declarations.declare(session, judge, key, said, now)
    rows = session.query(ConflictDeclaration).filter_by(evaluator_id=judge.person_id, kind="work")
    assert rows.count() == 1
    for other in (said._replace(kind="family"), Declared("none"), said._replace(note="Altro.")):
        with pytest.raises(NotFound):
            declarations.declare(session, judge, key, other, now)
    evaluators.dismiss(
        session, found.office, found.call_id, judge.person_id, now, reason=commissions.WHY
    )
    gone = make.actor(session, session.get_one(Person, judge.person_id))
    with pytest.raises(NotFound):
        declarations.declare(session, gone, key, said, now)
