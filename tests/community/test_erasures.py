"""An access that ends: what refuses it, what goes, what stays, and that nothing else is left."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Column, Text, cast, delete, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Session

import app  # noqa: F401 - every house, as it is served
from calls.tables.applications import Application, ApplicationField, LateAttempt
from community import erasures, jobs
from demo import world
from kit import db, migrate
from kit.audit import AuditEvent
from kit.db import Base
from kit.errors import Message, Refused
from kit.mail import Mail
from kit.own_data import Whose
from market.tables.centres import Household
from people import erasures as access
from people import identities, invitations, link_wishes, persons, proposals, roles, sign_ins
from people.actors import Actor
from people.known_devices import Caller
from people.tables.persons import Erasure, Person
from people.tables.roles import RoleGrant
from people.tables.sessions import PersonSession
from tests import make
from tests.calls import make as calls
from tests.jobs import run_all
from tests.market import make as market
from tests.people.providers.made import answer

migrate.load_tables()
HERE = Caller("192.0.2.1")
NAME, EMAIL = "Zenobia Quargnolino", "zenobia.quargnolino@esempio.it"

STAYS = {
    "mail.to": "the last letter, which says that it is done",
    "application_field.value": "sent: an act of the call",
    "submission.content": "sent: an act of the call",
    "household.note": "what somebody else wrote",
    "ranking.content": "an act of the call",
    "opened_application.firm": "an act of the call",
}
"""Where a name or an address may stand after an erasure, and why."""


def words() -> Iterator[Column[Any]]:
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if str(column.type).upper().startswith(("VARCHAR", "TEXT", "JSON", "ARRAY", "BLOB")):
                yield column


def where(session: Session, *said: str) -> set[str]:
    """The columns of any table in which one of these words stands."""
    found = set()
    for column in words():
        text: Any = cast(column, Text)
        if "BLOB" in str(column.type):
            text = func.encode(column, "escape")
        clause = or_(*(func.lower(text).contains(each.lower()) for each in said))
        if session.scalar(select(func.count()).select_from(column.table).where(clause)):
            found.add(f"{column.table.name}.{column.name}")
    return found


def somebody(session: Session, *grants: roles.Role) -> Actor:
    return make.actor(session, make.person(session, NAME, email=EMAIL), *grants)


def gone(session: Session, person_id: int) -> Erasure:
    """Let the days pass and the jobs run."""
    found = session.get_one(Erasure, person_id)
    found.due_at = found.asked_at
    session.flush()
    jobs.find_erasures(session, found.asked_at + timedelta(seconds=1))
    run_all(session)
    session.expire_all()
    return session.get_one(Erasure, person_id)


def test_the_search_finds_what_stands_anywhere(session: Session) -> None:
    somebody(session)
    assert {"person.name", "person.email"} <= where(session, NAME, EMAIL)
    assert {str(type(each.type)) for each in words()} >= {str(JSONB), str(ARRAY)}


def test_after_an_erasure_name_and_address_stand_nowhere_else(
    session: Session, client: Any, now: Any
) -> None:
    at = market.world(session)
    anna = somebody(session)
    household = market.household(session, at, credit=0)
    session.get_one(Household, household.id).email = EMAIL
    roles.grant(session, None, anna.person_id, "member", "household", household.id, now)
    call = calls.call(session)
    draft = calls.draft(session, call, anna, idea_what=NAME)
    offer = invitations.OfferedRole(("driver", "centre", at.centre.id), Message("un ruolo"))
    invitations.invite(session, None, invitations.Guest(EMAIL, NAME), offer, now)
    ada = make.actor(session, None, roles.ADMINISTRATION)
    proposals.propose(session, ada, invitations.Guest(EMAIL, NAME), None, now)
    said = answer(attributes={"given_name": NAME, "email": EMAIL})
    identities.link(session, anna, said, now)
    make.passkey(session, anna.person_id, name=NAME)
    link_wishes.request_reset(session, EMAIL, HERE, now)
    run_all(session)
    link_wishes.request_reset(session, EMAIL, HERE, now)
    erasures.ask(session, anna, now)
    assert session.scalar(select(func.count()).select_from(Mail).where(Mail.to == EMAIL))
    assert gone(session, anna.person_id).done_at is not None
    assert where(session, NAME, EMAIL) <= set(STAYS)
    assert where(session, NAME) == set()
    assert session.get(Application, draft) is None
    assert session.get_one(Person, anna.person_id).name == "Persona cancellata"


def test_nobody_signs_in_any_more_and_the_address_is_free_again(
    session: Session, client: Any, sign_in: Any, now: Any
) -> None:
    anna = somebody(session, ("driver", "centre", 1))
    person = session.get_one(Person, anna.person_id)
    sign_in(client, person)
    assert client.get("/account/data").status_code == 200
    erasures.ask(session, anna, now)
    gone(session, anna.person_id)
    assert client.get("/account/data", follow_redirects=False).status_code == 303
    assert persons.by_email(session, EMAIL) is None
    left = (PersonSession, RoleGrant)
    for table in left:
        rows = select(func.count()).select_from(table).where(table.person_id == anna.person_id)
        assert session.scalar(rows) == 0
    with pytest.raises(Refused, match="non corrispondono"):
        sign_ins.sign_in(EMAIL, "tre-cavalli-bianchi", HERE, "test")
    with pytest.raises(Refused):
        sign_ins.sign_in(access.address_of_nobody(anna.person_id), "x" * 12, HERE, "test")


def test_no_table_of_a_persons_own_keeps_a_row(session: Session, now: Any) -> None:
    """A new table with a person's id is taken away with the access, or named here with why."""
    stays = {
        "erasure": "says that it was done",
        "upload_day": "bytes and a day",
        "application": "sent ones are acts of a call",
        "late_attempt": "an act of a call",
        "conflict_declaration": "an act of a call",
        "score_sheet": "an act of a call",
        "dismissal": "an act of a call",
        "evaluator_progress": "an act of a call",
        "withheld_application": "an act of a call",
        "call": "an act of an office",
        "call_version": "an act of an office",
        "opening": "an act of an office",
        "double_decision": "an act of an office",
        "ranking": "an act of an office",
    }
    own = {
        f"{table.name}.{key.parent.name}"
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.target_fullname == "person.id" and table.name not in stays
    }
    by_id = {each for each in own if each.endswith(".person_id")}
    taken = {f"{table.__tablename__}.person_id" for table in (*access.IDENTITIES, *access.GONE)}
    beside = {
        "role_grant.person_id",
        "one_time_link.person_id",
        "mail_link.person_id",
        "passkey_challenge.person_id",  # with its session
    }
    assert by_id == taken | beside
    # Who did something to others stays as a number.
    assert own - by_id == {
        "administrator_proposal.ended_by",
        "administrator_proposal.proposed_by",
        "invitation.created_by",
        "one_time_link.created_by",
        "role_grant.granted_by",
    }


def test_the_audit_says_that_it_was_done_and_nothing_of_whom(session: Session, now: Any) -> None:
    anna = somebody(session)
    erasures.ask(session, anna, now)
    gone(session, anna.person_id)
    event = session.scalars(
        select(AuditEvent).where(AuditEvent.action == "people.person.erased")
    ).one()
    assert (event.subject_id, event.before, event.after) == (anna.person_id, None, None)


def test_until_its_day_it_can_be_thought_better_of(session: Session, now: Any) -> None:
    anna = somebody(session)
    asked = erasures.ask(session, anna, now)
    assert asked.due_at == now + timedelta(days=7)
    jobs.find_erasures(session, asked.due_at - timedelta(seconds=1))
    run_all(session)
    assert session.get_one(Person, anna.person_id).name == NAME
    assert access.withdraw(session, anna, now)
    assert not access.withdraw(session, anna, now)
    jobs.find_erasures(session, asked.due_at + timedelta(days=1))
    run_all(session)
    assert session.get_one(Person, anna.person_id).name == NAME
    letters = session.scalars(select(Mail.subject).where(Mail.to == EMAIL).order_by(Mail.id)).all()
    assert letters == ["Il tuo accesso a FareLegami sarà cancellato", "Il tuo accesso resta"]


def test_the_last_letter_goes_after_a_while(session: Session, now: Any) -> None:
    anna = somebody(session)
    erasures.ask(session, anna, now)
    gone(session, anna.person_id)
    letter = session.scalars(select(Mail).where(Mail.to == EMAIL)).one()
    assert letter.person_id is None and NAME not in letter.text
    access.forget_told(session, letter.created_at + access.TOLD)
    assert where(session, EMAIL) == {"mail.to"}
    access.forget_told(session, letter.created_at + access.TOLD + timedelta(seconds=1))
    assert where(session, EMAIL) == set()


def obstacles(session: Session, anna: Actor) -> str:
    found = erasures.obstacles(session, session.get_one(Person, anna.person_id))
    return " ".join(str(each) for each in found)


def test_a_balance_and_an_open_booking_refuse_where_nobody_else_books(
    session: Session, now: Any
) -> None:
    at = market.world(session)
    household = market.household(session, at, credit=500)
    anna = somebody(session, ("member", "household", household.id))
    assert "ha un saldo di 5,00" in obstacles(session, anna)
    with pytest.raises(Refused, match="saldo"):
        erasures.ask(session, anna, now)
    make.actor(session, None, ("member", "household", household.id))
    assert obstacles(session, anna) == ""


@pytest.mark.parametrize(
    ("role", "said"),
    [
        ("coordinator", "l'unica persona che coordina"),
        ("treasurer", "l'unica persona che tiene la cassa"),
    ],
)
def test_the_last_who_runs_a_centre_stays(session: Session, role: str, said: str) -> None:
    at = market.world(session)
    if role == "coordinator":
        anna = at.coordinator
    else:
        anna = somebody(session, (role, "centre", at.centre.id))
    assert said in obstacles(session, anna)
    other = make.actor(session, None, (role, "centre", at.centre.id))
    assert obstacles(session, anna) == ""
    session.get_one(Person, other.person_id).disabled_at = other.now
    session.flush()
    assert said in obstacles(session, anna)


def test_the_last_administrator_and_the_last_of_the_office_stay(session: Session) -> None:
    anna = somebody(session, ("administrator", "house", 0), ("office", "calls", 0))
    assert "l'unica persona che amministra" in obstacles(session, anna)
    assert "l'unica persona dell'ufficio bandi" in obstacles(session, anna)


def test_a_running_application_refuses_and_a_draft_does_not(session: Session, now: Any) -> None:
    call = calls.call(session)
    sent = calls.sent(session, call)
    author = session.get_one(Person, session.get_one(Application, sent.application_id).person_id)
    assert "è in corso" in " ".join(map(str, erasures.obstacles(session, author)))
    anna = somebody(session)
    calls.draft(session, call, anna)
    assert obstacles(session, anna) == ""


def test_what_comes_in_the_way_later_puts_it_off_and_is_told(session: Session, now: Any) -> None:
    anna = somebody(session)
    erasures.ask(session, anna, now)
    at = market.world(session)
    roles.grant(session, None, anna.person_id, "treasurer", "centre", at.centre.id, now)
    found = gone(session, anna.person_id)
    assert found.done_at is None and found.due_at > now
    letter = session.scalars(select(Mail).where(Mail.to == EMAIL).order_by(Mail.id.desc())).first()
    assert letter is not None and "tiene la cassa" in letter.text


def test_a_draft_that_came_late_leaves_an_empty_row(session: Session, now: Any) -> None:
    anna = somebody(session)
    draft = calls.draft(session, calls.call(session), anna)
    salt = session.get_one(Application, draft).salt
    late = LateAttempt(
        application_id=draft, person_id=anna.person_id, received_at=now, deadline_at=now
    )
    session.add(late)
    session.flush()
    erasures.ask(session, anna, now)
    gone(session, anna.person_id)
    assert session.get_one(Application, draft).salt != salt
    assert session.scalars(select(ApplicationField)).all() == []


def test_an_access_nobody_uses_is_announced_and_erased_unless_somebody_comes(
    session: Session, client: Any, sign_in: Any, now: Any
) -> None:
    old = now - timedelta(days=366)
    anna = make.person(session, NAME, email=EMAIL, created_at=old)
    young = make.person(session, created_at=now - timedelta(days=364))
    applied = make.person(session, created_at=old)
    calls.draft(session, calls.call(session), make.actor(session, applied))
    session.execute(delete(PersonSession))
    jobs.find_erasures(session, now)
    waiting = session.scalars(select(Erasure)).all()
    assert [(each.person_id, each.because) for each in waiting] == [(anna.id, "unused")]
    assert young.id not in {each.person_id for each in waiting}
    assert waiting[0].due_at == now + timedelta(days=30)
    jobs.find_erasures(session, now)  # once
    sign_in(client, anna)
    waiting[0].due_at = now
    session.flush()
    jobs.find_erasures(session, now + timedelta(days=1))
    run_all(session)
    session.expire_all()
    assert session.get_one(Person, anna.id).name == NAME
    assert session.get(Erasure, anna.id) is None


@pytest.mark.long
def test_a_person_of_the_demo_leaves_only_what_the_list_says(committed: Any) -> None:
    world.build(lambda _line: None)
    with db.transaction() as session:
        person = session.scalars(select(Person).where(Person.email.startswith("anna."))).one()
        name, email = person.name, person.email
        whose = Whose(person.id, email)
        now = make.SOON
        access.announce(session, person, now)
        found = session.get_one(Erasure, person.id)
        from calls import leavings as of_calls
        from market import leavings as of_market

        access.forget_wishes(session, person)
        of_market.leave(session, whose, now)
        of_calls.leave(session, whose)
        access.close(session, found, now, lambda _alone: None)
        session.flush()
        assert where(session, email) == {"mail.to"}
        assert where(session, name) <= set(STAYS)
        session.rollback()
