"""Who opened which application, and when."""

from sqlalchemy import select

from kit.audit import AuditEvent
from people.tables.persons import Person
from tests.calls import commissions


def address(key, *rest):
    return "/".join([f"/calls/{key.call_id}/evaluations/{key.application_id}", *rest])


def readings(session):
    read = select(AuditEvent.actor_id, AuditEvent.subject_id, AuditEvent.after)
    query = read.where(AuditEvent.action == "calls.application.read").order_by(AuditEvent.id)
    return [(who, what, _but_signed(after)) for who, what, after in session.execute(query)]


def _but_signed(after):
    return {name: value for name, value in after.items() if name != "signed"}


def enter(client, session, sign_in, actor):
    return sign_in(client, session.get(Person, actor.person_id))


def test_every_opening_of_an_application_stands_in_the_audit(session, client, sign_in):
    found = commissions.world(session)
    key, other = found.keys[:2]
    first, second = found.evaluators[:2]
    enter(client, session, sign_in, first)
    client.get(address(key)), client.get(address(key)), client.get(address(other))
    enter(client, session, sign_in, second)
    client.get(address(key))
    one, two = first.person_id, second.person_id
    wanted = [(one, key), (one, key), (one, other), (two, key)]
    assert readings(session) == [(who, each.application_id, {}) for who, each in wanted]


def test_where_nothing_is_shown_nothing_is_recorded(session, client, sign_in):
    found = commissions.world(session, declared=False)
    key = found.keys[0]
    enter(client, session, sign_in, found.evaluators[0])
    assert "Prima di leggere" in client.get(address(key)).text
    assert client.get(address(key, "attachments", "1")).status_code == 404
    client.cookies.clear()
    client.get(address(key))
    assert readings(session) == []
