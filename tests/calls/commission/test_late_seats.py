"""After points were seen people come to a commission for a reason, where judges are too few."""

import json

import pytest

from calls import checks, papers
from calls.commission import (
    chain_acts,
    evaluators,
    late_seats,
    progress,
    shortages,
    trials,
)
from calls.rankings import rankings, trial
from calls.score_sheets import queue
from calls.tables.envelopes import OpenedApplication
from calls.tables.texts import Call
from calls.texts import published
from calls.verification.verify_ranking_2 import verify
from kit import audit, clock
from kit.errors import NotFound, Refused
from kit.shown import Changed, pack
from people import roles
from people.tables.persons import Person
from tests import make
from tests.calls import commissions
from tests.calls.commission.test_notices import written
from tests.kit.pdf_checks import words

REASON = "Sulla domanda resta una persona sola."
REOPENED = "Un verbale non era firmato."


def lapsed(session, *, evaluators_=2, **changes):
    """Two applications, all sheets sent, points seen, then a conflict on the first."""
    found = commissions.world(session, evaluators=evaluators_, first_protocol=1, **changes)
    commissions.send_all(session, found)
    commissions.try_ranking(session, found)
    commissions.conflict(session, found.evaluators[0], found.keys[0])
    return found


def appoint(session, found, who=None, **how):
    new = who or make.person(session, name="Anna Ferrari")
    how = {"reason": REASON, **how}
    at = clock.now(session)
    evaluators.appoint(session, found.office, found.call_id, new.email, at, **how)
    return make.actor(session, new)


def code(session, key):
    return session.get_one(OpenedApplication, key.application_id).code


@pytest.mark.parametrize(("reason", "said"), [("", "Scrivi il motivo"), ("Serve.", "almeno 10")])
def test_it_wants_a_reason(session, now, reason, said):
    found = lapsed(session)
    with pytest.raises(Refused, match=said) as refusal:
        appoint(session, found, reason=reason)
    assert refusal.value.field == "reason"


def test_nobody_comes_where_every_application_has_its_judges(session, now):
    found = lapsed(session, evaluators_=3)
    assert shortages.of_call(session, found.call_id) == []
    with pytest.raises(Refused, match="meno di 2 persone che la possono valutare"):
        appoint(session, found)
    commissions.try_ranking(session, found)
    trial.reopen(session, found.office, found.call_id, REOPENED, now)
    with pytest.raises(Refused, match="meno di 2 persone che la possono valutare"):
        appoint(session, found)
    assert len(evaluators.commission(session, found.call_id)) == 3


def test_who_comes_judges_only_what_was_short_and_the_others_keep_their_sheets(session, now):
    found = lapsed(session)
    late = appoint(session, found)
    short, kept = found.keys
    assert [row.application_id for row in queue.queue(session, late, found.call_id)] == [
        short.application_id
    ]
    commissions.declare_all(session, found, late, [short])
    with pytest.raises(NotFound):
        commissions.declare_all(session, found, late, [kept])
    with pytest.raises(NotFound):
        commissions.send(session, late, kept, "10 10 10")
    mine = progress.of_evaluator(session, late, found.call_id)
    assert (mine.due, mine.sent) == (1, 0)
    commissions.send(session, late, short, "10 10 10")
    ready = rankings.readiness(session, found.office, found.call_id)
    assert ready.owed.complete
    rows = json.loads(rankings.compute(session, ready.call))["ranking"]
    assert {row["code"]: len(row["marks"]["A"]) for row in rows} == {
        code(session, short): 2,
        code(session, kept): 2,
    }
    assert checks.violations(session) == audit.violations(session) == []


def test_it_stands_on_page_and_paper_as_one_of_after_the_trial(session, now, client):
    found = lapsed(session)
    late = appoint(session, found)
    commissions.declare_all(session, found, late, found.keys[:1])
    commissions.send(session, late, found.keys[0], "8 6 6")
    commissions.try_ranking(session, found)
    row = rankings.publish(session, found.office, found.call_id, now)
    text = published.plain(session, row.call_version_id)
    assert list(verify(row.content.encode(), text, row.sha256)) == [], "the format is the same"
    assert REASON not in row.content
    session.commit()
    page = client.get(f"/calls/{found.call_id}/ranking").text
    first = code(session, found.keys[0])
    for told in (page, " ".join(words(papers.ranking(session, row.id).draw()).split())):
        assert "Anna Ferrari è nella commissione da " in told
        assert f", dopo la prova, per nomina di Ugo Ufficio, solo per {first}, che" in told
        assert REASON in told
        assert f"Sulla domanda {first} è stato dichiarato un conflitto di interesse " in told


def test_a_dismissal_after_the_trial_says_so(session, now):
    found = lapsed(session, evaluators_=3)
    gone = found.evaluators[1]
    evaluators.dismiss(
        session, found.office, found.call_id, gone.person_id, now, reason=commissions.WHY
    )
    told = str(trials.of_call(session, found.call_id).told[-1])
    assert "Commissaria 2 non è più nella commissione da " in told
    assert told.endswith(f", dopo la prova, per atto di Ugo Ufficio: {commissions.WHY}")


def test_who_left_and_whose_sheets_do_not_count_does_not_bring_them_back(session, now):
    found = lapsed(session, evaluators_=3, sheets_of_dismissed="leave")
    gone = found.evaluators[2]
    evaluators.dismiss(
        session, found.office, found.call_id, gone.person_id, now, reason=commissions.WHY
    )
    with pytest.raises(Refused, match="conterebbero di nuovo") as refusal:
        appoint(session, found, session.get_one(Person, gone.person_id))
    assert refusal.value.field == "email"
    late = appoint(session, found)
    assert len(queue.queue(session, late, found.call_id)) == 1


def test_who_comes_back_where_sheets_count_keeps_them_and_judges_what_is_short_by_now(session, now):
    found = lapsed(session)
    late = appoint(session, found)
    commissions.declare_all(session, found, late, found.keys[:1])
    commissions.send(session, late, found.keys[0], "8 6 6")
    evaluators.dismiss(
        session, found.office, found.call_id, late.person_id, now, reason=commissions.WHY
    )
    commissions.conflict(session, found.evaluators[0], found.keys[1])
    again = appoint(session, found, session.get_one(Person, late.person_id))
    rows = queue.queue(session, again, found.call_id)
    assert [row.application_id for row in rows] == [key.application_id for key in found.keys]
    assert rankings.readiness(session, found.office, found.call_id).owed.sheets == 1
    assert checks.violations(session) == []


def test_it_is_done_only_on_what_the_page_had_shown_as_short(session, now):
    found = lapsed(session)
    ready = rankings.readiness(session, found.office, found.call_id)
    seen = pack(evaluators.parts(ready.members, short=ready.late))
    commissions.conflict(session, found.evaluators[0], found.keys[1])
    with pytest.raises(Changed, match="le domande che chi nomini può valutare"):
        appoint(session, found, seen=seen)
    ready = rankings.readiness(session, found.office, found.call_id)
    appoint(session, found, seen=pack(evaluators.parts(ready.members, short=ready.late)))


def test_their_letter_says_which_they_judge(session, now):
    found = lapsed(session)
    late = appoint(session, found)
    (letter,) = written(session, session.get_one(Person, late.person_id))
    assert f"troppo poche persone potevano valutare: {code(session, found.keys[0])}." in letter.text


def test_a_sheet_on_what_had_its_judges_is_named_by_the_check(session, now):
    found = lapsed(session)
    late = appoint(session, found)
    kept = found.keys[1]
    late_seats.withhold(session, found.call_id, late.person_id, [])
    assert said(session, "C27") == 1, "the first application is kept from them by no act"
    late_seats.withhold(
        session, found.call_id, late.person_id, [key.application_id for key in found.keys]
    )
    assert said(session, "C26") == said(session, "C27") == 0
    commissions.declare_all(session, found, late, [kept])
    commissions.send(session, late, kept, "10 10 10")
    assert said(session, "C26") == 1


def test_so_is_one_of_an_appointment_from_before_it_named_them(session, now):
    found = lapsed(session, evaluators_=3)
    new = make.person(session, name="Anna Ferrari")
    roles.grant(session, None, new.id, roles.EVALUATOR, "call", found.call_id, now)
    call, facts = audit.of(Call, found.call_id), {"person": new.id}
    later = clock.now(session)
    audit.record_act(session, found.office, chain_acts.APPOINTED, call, later, after=facts)
    late = make.actor(session, new)
    commissions.declare_all(session, found, late, found.keys)
    assert said(session, "C26") == 0
    commissions.send(session, late, found.keys[1], "10 10 10")
    assert said(session, "C26") == 1


def said(session, which):
    return sum(line.startswith(f"{which}:") for line in checks.violations(session))
