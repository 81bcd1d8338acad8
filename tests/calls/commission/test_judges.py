"""Nobody works in the office of a call and judges its applications."""

from concurrent.futures import ThreadPoolExecutor

import pytest

import calls.applications.offices  # noqa: F401 - objects to who judges
from calls import checks
from calls.commission import evaluators, judges
from calls.rankings import rankings, trial
from calls.tables.rankings import Ranking
from kit import clock, db
from kit.errors import Refused
from people import roles
from people.tables.persons import Person
from people.tables.roles import RoleGrant
from tests import make
from tests.calls import commissions
from tests.waiting import until_blocked


@pytest.mark.parametrize("scope", ["call", "calls"])
def test_the_office_is_not_appointed(session, now, scope):
    found = commissions.world(session)
    who = make.actor(session, None, (roles.OFFICE, scope, found.call_id if scope == "call" else 0))
    with pytest.raises(Refused, match="Chi lavora nell'ufficio") as refused:
        evaluators.appoint(session, found.office, found.call_id, who.email, now)
    assert refused.value.field == "email"


def test_the_office_of_another_call_is_appointed(session, now):
    found, other = commissions.world(session), commissions.world(session)
    who = make.actor(session, None, (roles.OFFICE, "call", other.call_id))
    assert evaluators.appoint(session, found.office, found.call_id, who.email, now)


@pytest.mark.parametrize("scope", ["call", "calls"])
def test_a_judge_is_not_taken_into_the_office(session, now, scope):
    found = commissions.world(session)
    me, id_ = found.evaluators[0].person_id, found.call_id if scope == "call" else 0
    with pytest.raises(Refused, match="non può stare nel suo ufficio"):
        roles.grant(session, None, me, roles.OFFICE, scope, id_, now)
    assert me not in {one.id for one in roles.holders(session, roles.OFFICE, scope, id_)}


@pytest.mark.parametrize("sent", [True, False])
def test_who_left_is_taken_into_the_office_only_without_a_sheet(session, now, sent):
    found = commissions.world(session)
    gone = found.evaluators[0]
    if sent:
        commissions.send(session, gone, found.keys[0], "8 6 6")
    evaluators.dismiss(
        session, found.office, found.call_id, gone.person_id, now, reason=commissions.WHY
    )
    role = (roles.OFFICE, "call", found.call_id)
    if sent:
        with pytest.raises(Refused, match="o ha giudicato"):
            roles.grant(session, None, gone.person_id, *role, now)
    else:
        roles.grant(session, None, gone.person_id, *role, now)
    held = {one.id for one in roles.holders(session, *role)}
    assert (gone.person_id in held) is not sent


def test_who_tried_the_ranking_is_not_appointed_even_after_leaving_the_office(session, now):
    found = commissions.world(session)
    commissions.send_all(session, found)
    role = (roles.OFFICE, "call", found.call_id)
    other = make.actor(session, None, role)
    trial.begin(session, other, found.call_id, now)
    trial.reopen(session, other, found.call_id, "Manca una persona.", now)
    roles.revoke(session, None, other.person_id, *role, now)
    commissions.conflict(session, found.evaluators[0], found.keys[0])
    why = "Resta una persona sola."
    with pytest.raises(Refused, match="ha provato la graduatoria"):
        evaluators.appoint(session, found.office, found.call_id, other.email, now, reason=why)
    assert other.person_id not in {one.id for one in evaluators.commission(session, found.call_id)}


def test_who_judged_a_ranked_call_may_work_in_the_office_of_all_calls(session, now):
    found = commissions.world(session, first_protocol=1)
    commissions.send_all(session, found)
    rankings.publish(session, found.office, found.call_id, now)
    roles.grant(session, None, found.evaluators[0].person_id, roles.OFFICE, "calls", 0, now)
    assert checks.violations(session) == []


def test_who_does_both_from_before_is_named_by_the_check(session, now):
    found = commissions.world(session, first_protocol=1)
    me = found.evaluators[0].person_id
    row = {"role": roles.OFFICE, "scope_kind": "calls", "scope_id": 0, "granted_at": now}
    session.add(RoleGrant(person_id=me, **row))
    session.flush()
    said = f"C24: person {me} judges call {found.call_id} and works in its office"
    assert said in checks.violations(session)


@pytest.fixture
def ready(committed):
    """A call whose ranking may be tried, and somebody who may be appointed."""
    db.configure(committed.engine)
    with db.transaction() as session:
        found = commissions.world(session)
        commissions.send_all(session, found)
        return found, make.person(session, name="Nina Nuova").id


def appoint(found, person_id):
    with db.transaction() as session:
        email = session.get_one(Person, person_id).email
        evaluators.appoint(session, found.office, found.call_id, email, clock.now(session))


def test_an_appointment_that_meets_a_trial_is_refused(committed, ready):
    found, new = ready
    with ThreadPoolExecutor(1) as pool:
        with db.transaction() as first:
            trial.begin(first, found.office, found.call_id, clock.now(first))
            second = pool.submit(appoint, found, new)
            until_blocked(committed.engine)
        error = second.exception(30)
    assert isinstance(error, Refused) and "è stata provata" in str(error.message)


def test_control_without_the_lock_the_appointment_passes_the_trial(committed, ready, monkeypatch):
    """The control: were this to refuse it, the test above would prove nothing."""
    found, new = ready
    monkeypatch.setattr(evaluators, "lock_exclusive", lambda *_args: None)
    monkeypatch.setattr("kit.audit.record_act", lambda *_args, **_more: None)
    with ThreadPoolExecutor(1) as pool, db.transaction() as first:
        trial.begin(first, found.office, found.call_id, clock.now(first))
        assert pool.submit(appoint, found, new).exception(30) is None


def test_a_trial_that_meets_an_appointment_waits_for_it(committed, ready):
    found, new = ready

    def begin():
        with db.transaction() as session:
            trial.begin(session, found.office, found.call_id, clock.now(session))

    with ThreadPoolExecutor(1) as pool:
        with db.transaction() as first:
            email = first.get_one(Person, new).email
            evaluators.appoint(first, found.office, found.call_id, email, clock.now(first))
            second = pool.submit(begin)
            until_blocked(committed.engine)
        error = second.exception(30)
    assert isinstance(error, Refused) and "Mancano ancora" in str(error.message)


def test_who_is_taken_into_the_office_is_not_appointed_meanwhile(committed, ready):
    found, new = ready
    with ThreadPoolExecutor(1) as pool:
        with db.transaction() as first:
            now = clock.now(first)
            roles.grant(first, None, new, roles.OFFICE, "call", found.call_id, now)
            second = pool.submit(appoint, found, new)
            until_blocked(committed.engine)
        error = second.exception(30)
    assert isinstance(error, Refused) and "Chi lavora nell'ufficio" in str(error.message)
    with db.transaction() as session:
        assert new not in {one.person_id for one in session.execute(judges.BOTH)}
        session.query(RoleGrant).filter_by(person_id=new).delete()
        assert session.query(Ranking).filter_by(call_id=found.call_id).count() == 0
