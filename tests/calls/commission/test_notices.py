"""Who comes to a commission or leaves it is written to, and may give up the place themselves."""

import pytest
from sqlalchemy import select

from calls import checks
from calls.applications import submissions
from calls.commission import evaluators, notices, trials
from calls.rankings import rankings
from kit import letters
from kit.errors import NotFound, Refused
from kit.mail import Mail
from people.tables.persons import Person
from tests import make
from tests.calls import commissions
from tests.calls import make as world


def written(session, person):
    return session.scalars(
        select(Mail)
        .where(Mail.kind == notices.COMMISSION, Mail.person_id == person.id)
        .order_by(Mail.id)
    ).all()


def test_who_is_appointed_and_dismissed_gets_a_letter(session, now):
    found = commissions.world(session)
    new = make.person(session, name="Nina Nuova")
    evaluators.appoint(session, found.office, found.call_id, new.email, now)
    evaluators.dismiss(session, found.office, found.call_id, new.id, now, reason=commissions.WHY)
    came, left = written(session, new)
    assert "ti ha nominato nella commissione" in came.text
    assert f"/calls/{found.call_id}/evaluations/renunciation" in came.text
    assert "ti ha tolto dalla commissione" in left.text and commissions.WHY in left.text
    assert found.content.title in came.subject and found.content.title in left.subject
    assert notices.COMMISSION in letters.kinds


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("count", "La scheda che avevi inviato conta ancora"),
        ("leave", "La scheda che avevi inviato non conta più"),
    ],
)
def test_who_is_dismissed_reads_what_becomes_of_the_sheets_that_were_sent(session, now, rule, said):
    found = commissions.world(session, sheets_of_dismissed=rule)
    gone, other = found.evaluators
    commissions.send(session, gone, found.keys[0], "8 6 6")
    for each in (gone, other):
        evaluators.dismiss(
            session, found.office, found.call_id, each.person_id, now, reason=commissions.WHY
        )
    (left,) = written(session, session.get_one(Person, gone.person_id))
    assert said in left.text
    (left,) = written(session, session.get_one(Person, other.person_id))
    assert "avevi inviato" not in left.text


def test_the_letter_says_the_same_whether_somebody_applies_or_not(session, now):
    call, office = world.call(session), world.office(session)
    applies, other = make.person(session, name="Nina"), make.person(session, name="Nina")
    world.draft(session, call, make.actor(session, applies))
    for who in (applies, other):
        evaluators.appoint(session, office, call.call_id, who.email, now)
    (one,), (two,) = written(session, applies), written(session, other)
    assert (one.subject, one.text) == (two.subject, two.text)
    assert "con l'invio rinunci alla commissione" in one.text


def test_past_the_deadline_the_letter_says_nothing_of_applying(session, now):
    found = commissions.world(session)
    new = make.person(session, name="Nina Nuova")
    evaluators.appoint(session, found.office, found.call_id, new.email, now)
    (letter,) = written(session, new)
    assert "una domanda in questo bando" not in letter.text
    assert "Se non vuoi valutare, rinuncia prima di inviare una scheda" in letter.text


def test_who_renounces_may_send_their_draft_and_the_office_is_told(session, now):
    call, office = world.call(session), world.office(session)
    person = make.person(session, name="Nina Nuova")
    draft = world.draft(session, call, make.actor(session, person))
    evaluators.appoint(session, office, call.call_id, person.email, now)
    judge = make.actor(session, person)
    evaluators.renounce(session, judge, call.call_id, now)
    assert evaluators.commission(session, call.call_id) == []
    assert submissions.submit(session, make.actor(session, person), draft, now)
    (told,) = written(session, session.get_one(Person, office.person_id))
    assert "Nina Nuova ha rinunciato" in told.subject
    assert [line for line in checks.violations(session) if not line.startswith("C5")] == []


def test_nobody_renounces_for_others_or_after_a_sheet_or_a_trial(session, now):
    found = commissions.world(session)
    first, second = found.evaluators
    with pytest.raises(NotFound):
        evaluators.renounce(session, found.office, found.call_id, now)
    commissions.send(session, first, found.keys[0], "8 6 6")
    with pytest.raises(Refused, match="già inviato una scheda"):
        evaluators.renounce(session, first, found.call_id, now)
    evaluators.renounce(session, second, found.call_id, now)
    with pytest.raises(NotFound):
        evaluators.renounce(session, second, found.call_id, now)
    (act,) = trials.of_call(session, found.call_id).renounced
    assert (act.person_id, act.by_id) == (second.person_id, second.person_id)


def test_who_owes_nothing_does_not_renounce_after_the_trial(session, now):
    found = commissions.world(session, evaluators=3)
    idle = found.evaluators[2]
    for key in found.keys:
        commissions.conflict(session, idle, key)
        for evaluator in found.evaluators[:2]:
            commissions.send(session, evaluator, key, "8 6 6")
    commissions.try_ranking(session, found)
    with pytest.raises(Refused, match="è stata provata"):
        evaluators.renounce(session, idle, found.call_id, now)
    rankings.publish(session, found.office, found.call_id, now)
    with pytest.raises(Refused, match="graduatoria è pubblicata"):
        evaluators.renounce(session, idle, found.call_id, now)


def test_who_tried_the_ranking_is_told_that_a_conflict_ended_the_trial(session, now):
    found = commissions.world(session, evaluators=3)
    commissions.send_all(session, found)
    commissions.try_ranking(session, found)
    officer = session.get_one(Person, found.office.person_id)
    assert written(session, officer) == []
    commissions.conflict(session, found.evaluators[0], found.keys[0])
    (letter,) = written(session, officer)
    assert "non vale più" in letter.subject and found.content.title in letter.subject
    assert f"/office/calls/{found.call_id}/evaluation" in letter.text
    assert found.evaluators[0].name not in letter.text and "cugina" not in letter.text
    commissions.conflict(session, found.evaluators[0], found.keys[1])
    assert len(written(session, officer)) == 1, "no trial was in force any more"
