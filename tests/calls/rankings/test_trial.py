"""The trial of a ranking: an act that freezes commission and doubles, and its reopening."""

import json

import pytest
from sqlalchemy import select

from calls import checks, papers
from calls.commission import evaluators
from calls.envelopes import doubles
from calls.envelopes.rules.doubles import Decision
from calls.rankings import rankings, trial
from calls.texts import published
from calls.verification.verify_ranking_2 import verify
from kit import audit
from kit.audit import AuditEvent
from kit.errors import NotFound, Refused
from kit.shown import Changed, pack
from tests import make
from tests.calls import commissions
from tests.kit.pdf_checks import words

REASON = "Un verbale non era firmato."


@pytest.fixture
def found(session):
    """Two applications, two evaluators who sent all, and nothing tried yet."""
    found = commissions.world(session, first_protocol=1)
    commissions.send_all(session, found)
    return found


def acts(session, found):
    return session.scalars(
        select(AuditEvent.action)
        .where(AuditEvent.subject_kind == "call", AuditEvent.subject_id == found.call_id)
        .order_by(AuditEvent.id)
    ).all()


def test_no_point_is_seen_before_the_trial_which_is_an_act(session, found, now):
    preview = rankings.preview(session, found.office, found.call_id)
    assert preview.content is None and preview.parts == {}
    trial.begin(session, found.office, found.call_id, now)
    assert acts(session, found)[-1] == "calls.ranking.tried"
    assert rankings.preview(session, found.office, found.call_id).content is not None
    assert audit.violations(session) == []


def test_a_trial_freezes_who_judges_and_which_double_counts(session, now):
    found = commissions.world(session, applications=0, opened=False, sheets_of_dismissed="leave")
    for number in range(2):
        commissions.add_application(session, found, number, tax_code=commissions.code_of(0))
    commissions.open_and_declare(session, found)
    commissions.decide_last(session, found)
    commissions.send_all(session, found)
    commissions.try_ranking(session, found)
    office, call_id = found.office, found.call_id
    gone, new = found.evaluators[0], make.person(session)
    other = Decision(found.keys[1].application_id, "Questa, invece.")
    for act in (
        lambda: evaluators.appoint(session, office, call_id, new.email, now),
        lambda: evaluators.dismiss(
            session, office, call_id, gone.person_id, now, reason=commissions.WHY
        ),
        lambda: doubles.decide(session, office, call_id, other, now),
    ):
        with pytest.raises(Refused, match="graduatoria è stata provata"):
            act()
    trial.reopen(session, office, call_id, REASON, now)
    evaluators.dismiss(session, office, call_id, gone.person_id, now, reason=commissions.WHY)
    assert evaluators.appoint(session, office, call_id, new.email, now, reason=REASON) == new


def test_a_trial_is_refused_early_and_twice_and_to_everybody_else(session, now):
    found = commissions.world(session)
    with pytest.raises(Refused, match="Mancano ancora"):
        trial.begin(session, found.office, found.call_id, now)
    commissions.send_all(session, found)
    with pytest.raises(NotFound):
        trial.begin(session, found.evaluators[0], found.call_id, now)
    with pytest.raises(NotFound):
        trial.reopen(session, found.evaluators[0], found.call_id, REASON, now)
    commissions.try_ranking(session, found)
    with pytest.raises(Refused, match="già stata provata"):
        trial.begin(session, found.office, found.call_id, now)
    rankings.publish(session, found.office, found.call_id, now)
    for act in (
        lambda: trial.begin(session, found.office, found.call_id, now),
        lambda: trial.reopen(session, found.office, found.call_id, REASON, now),
    ):
        with pytest.raises(Refused, match="pubblicata"):
            act()


def test_where_nobody_applied_there_is_nothing_to_try(session, now):
    found = commissions.world(session, applications=0, evaluators=0)
    with pytest.raises(Refused, match="niente da provare"):
        trial.begin(session, found.office, found.call_id, now)
    assert rankings.preview(session, found.office, found.call_id).content is not None


def test_it_freezes_what_its_page_had_shown(session, found, now):
    seen = pack(trial.parts(rankings.readiness(session, found.office, found.call_id)))
    new = make.person(session, name="Nina Nuova")
    evaluators.appoint(session, found.office, found.call_id, new.email, now)
    evaluators.dismiss(session, found.office, found.call_id, new.id, now, reason=commissions.WHY)
    gone = found.evaluators[0]
    with pytest.raises(Changed):
        trial.begin(session, found.office, found.call_id, now, seen=pack({"commission": "x"}))
    assert gone.person_id in {
        one.person_id for one in rankings.readiness(session, found.office, found.call_id).members
    }
    trial.begin(session, found.office, found.call_id, now, seen=seen)


@pytest.mark.parametrize(
    ("reason", "said"), [("", "Scrivi il motivo"), ("Ripenso.", "10"), ("x" * 1001, "troppo lungo")]
)
def test_a_trial_is_taken_back_only_with_a_reason(session, found, now, reason, said):
    with pytest.raises(Refused, match="nessuna prova"):
        trial.reopen(session, found.office, found.call_id, REASON, now)
    commissions.try_ranking(session, found)
    with pytest.raises(Refused, match=said):
        trial.reopen(session, found.office, found.call_id, reason, now)
    trial.reopen(session, found.office, found.call_id, REASON, now)
    assert acts(session, found)[-1] == "calls.trial.reopened"
    assert rankings.preview(session, found.office, found.call_id).content is None


def test_a_ranking_that_was_tried_before_the_reopening_is_not_published_as_it_was_seen(
    session, found, now
):
    commissions.try_ranking(session, found)
    seen = pack(rankings.preview(session, found.office, found.call_id).parts)
    trial.reopen(session, found.office, found.call_id, REASON, now)
    with pytest.raises(Refused, match="Prima prova la graduatoria"):
        rankings.publish(session, found.office, found.call_id, now, seen=seen)
    commissions.try_ranking(session, found)
    with pytest.raises(Changed, match="la prova della graduatoria"):
        rankings.publish(session, found.office, found.call_id, now, seen=seen)
    again = pack(rankings.preview(session, found.office, found.call_id).parts)
    assert rankings.publish(session, found.office, found.call_id, now, seen=again).number == 1


def test_page_and_paper_say_who_reopened_and_who_came_and_left(session, found, now, client):
    commissions.try_ranking(session, found)
    trial.reopen(session, found.office, found.call_id, REASON, now)
    new = make.person(session, name="Nina Nuova")
    commissions.conflict(session, found.evaluators[0], found.keys[0])
    evaluators.appoint(session, found.office, found.call_id, new.email, now, reason=REASON)
    evaluators.dismiss(session, found.office, found.call_id, new.id, now, reason=commissions.WHY)
    rita = make.person(session, name="Rita Valli")
    evaluators.appoint(session, found.office, found.call_id, rita.email, now, reason=REASON)
    judge = make.actor(session, rita)
    commissions.declare_all(session, found, judge, found.keys[:1])
    commissions.send(session, judge, found.keys[0], "8 6 6")
    commissions.try_ranking(session, found)
    row = rankings.publish(session, found.office, found.call_id, now)
    text = published.plain(session, row.call_version_id)
    assert list(verify(row.content.encode(), text, row.sha256)) == []
    assert REASON not in row.content and "Nina" not in row.content
    assert set(json.loads(row.content)) == set(json.loads(before(session, now)))
    assert checks.violations(session) == []
    session.commit()
    page = client.get(f"/calls/{found.call_id}/ranking").text
    for told in (page, " ".join(words(papers.ranking(session, row.id).draw()).split())):
        assert "La prova è stata riaperta" in told
        assert "da Ugo Ufficio: Un verbale non era firmato." in told
        assert "Nina Nuova è nella commissione da " in told
        assert "Nina Nuova non è più nella commissione da " in told
        assert f"per atto di Ugo Ufficio: {commissions.WHY}" in told


def before(session, now):
    """What is published where nothing was tried, reopened or changed."""
    plain = commissions.world(session, first_protocol=3)
    commissions.send_all(session, plain)
    return rankings.publish(session, plain.office, plain.call_id, now).content
