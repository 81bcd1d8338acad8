"""What a published ranking says of somebody's own application, and what reading it costs."""

import pytest

from calls.applications import drafts
from calls.applications.rules.standing import ApplicationStage, RankedOutcome
from calls.rankings import outcomes, published_rankings, rankings
from tests.calls import commissions
from tests.calls.test_statements import counted

CONTENT = {
    "ranking": [
        {"code": "2026/1", "state": "funded", "position": 1, "granted": 600_000},
        {"code": "2026/2", "state": "below_threshold", "position": None, "granted": 0},
    ],
    "excluded": [{"code": "2026/3"}],
}


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("2026/1", RankedOutcome("funded", 1, 600_000)),
        ("2026/2", RankedOutcome("below_threshold")),
        ("2026/3", RankedOutcome("excluded")),
        ("2026/4", None),
    ],
)
def test_the_outcome_is_that_of_its_row(code, outcome):
    assert outcomes.of_code(CONTENT, code) == outcome


def test_the_first_format_excludes_nobody():
    assert outcomes.of_code({"ranking": CONTENT["ranking"]}, "2026/3") is None


class TestARankedCall:
    @pytest.fixture
    def found(self, session, now):
        found = commissions.world(session)
        for evaluator in found.evaluators:
            for key, marks in zip(found.keys, ("8 6 6", "4 2 2"), strict=True):
                commissions.send(session, evaluator, key, marks)
        rankings.publish(session, found.office, found.call_id, now)
        return found

    def test_each_author_reads_their_own_outcome(self, session, found):
        stages = []
        for key in found.keys:
            author = commissions.applicant(session, key)
            (own,) = outcomes.mine(session, author)
            draft = drafts.own(session, author, key.application_id)
            assert outcomes.of_draft(session, draft, author.now) == own.said
            stages.append(own.said.stage)
        assert stages == [ApplicationStage.FUNDED, ApplicationStage.BELOW]
        assert outcomes.mine(session, found.office) == []

    def test_a_known_ranking_costs_one_statement_more(self, session, found):
        author = commissions.applicant(session, found.keys[0])
        published_rankings._parsed.forget()
        outcomes.mine(session, author)
        with counted(session) as statements:
            outcomes.mine(session, author)
        assert len(statements) == 2


def test_before_the_ranking_one_statement_says_all(session):
    found = commissions.world(session)
    author = commissions.applicant(session, found.keys[0])
    outcomes.mine(session, author)
    with counted(session) as statements:
        (own,) = outcomes.mine(session, author)
    assert own.said.stage is ApplicationStage.EVALUATED and len(statements) == 1
