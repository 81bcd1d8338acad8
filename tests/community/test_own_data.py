"""Nothing kept about a person is forgotten: the tables themselves are asked."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import BigInteger, Column, Table, func, select, text
from sqlalchemy.orm import Session

import app  # noqa: F401 - every house, as it is served
from community import own_data, readable
from demo import world
from kit import db, files, migrate
from kit import own_data as kit_data
from kit.audit import AuditEvent
from kit.db import Base
from kit.errors import NotFound, Refused
from kit.own_data import Whose
from kit.paper.documents import Document
from people import sign_ins
from people.tables.persons import Person
from tests import make
from tests.jobs import run_all

migrate.load_tables()
TABLES = [
    table
    for table in Base.metadata.sorted_tables
    if table.info.get("house") in {"kit", "people", "ledger", "market", "calls", "community"}
]
BY = {f"{kept.name}.{column}" for kept in own_data.EVERYTHING for column in kept.by}
NAMED = {kept.name for kept in own_data.EVERYTHING}
ADDRESSES = ("email", "to", "given_up_on", "address")


def may_be_a_person(column: Column[Any]) -> bool:
    """Whether a column holds a person's id or address, or a number no foreign key explains."""
    if any(key.target_fullname == "person.id" for key in column.foreign_keys):
        return True
    if column.name in ADDRESSES or column.name.endswith("_email") or column.name == "owner_ref":
        return True
    opaque = isinstance(column.type, BigInteger) and not column.foreign_keys
    return opaque and not column.primary_key and column.name.endswith(("_id", "_by"))


def columns() -> Iterator[str]:
    for table in TABLES:
        yield from (f"{table.name}.{each.name}" for each in table.columns if may_be_a_person(each))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_is_in_the_copy_or_has_its_reason(table: Table) -> None:
    name = table.name
    assert (name in NAMED) != (name in own_data.NOT_SHOWN), (
        f"say in the own_data.py of {table.info['house']} what {name} keeps about a person, or why "
        "it is not shown"
    )


@pytest.mark.parametrize("column", sorted(columns()))
def test_every_column_that_may_hold_a_person_is_asked_or_has_its_reason(column: str) -> None:
    table = column.partition(".")[0]
    assert column in BY or column in own_data.NOT_SHOWN or table in own_data.NOT_SHOWN


def test_what_is_said_of_tables_is_of_tables_that_are_there() -> None:
    known = {table.name for table in TABLES}
    of_columns = {f"{table.name}.{each.name}" for table in TABLES for each in table.columns}
    assert known >= NAMED and of_columns >= BY
    assert set(own_data.NOT_SHOWN) <= known | of_columns


def test_a_table_nobody_named_would_be_found() -> None:
    """The control: without what is said of it, every table and column is missed."""
    assert "audit_event.actor_id" in BY and "limit_use" in own_data.NOT_SHOWN
    assert {"audit_event.actor_id", "role_grant.granted_by", "mail.to"} <= set(columns())


@pytest.fixture(scope="module")
def demo(committed: Any) -> Any:
    world.build(lambda _line: None)
    return committed


# Rows of a person, counted by other words than the copy's.
RAW = {
    "person": "select count(*) from person where id = :id",
    "person_session": "select count(*) from person_session where person_id = :id",
    "known_device": "select count(*) from known_device where person_id = :id",
    "mail": 'select count(*) from mail where person_id = :id or "to" = :email',
    "act_once": "select count(*) from act_once where person_id = :id",
    "household": "select count(*) from household h join role_grant g on g.scope_id = h.id"
    " and g.scope_kind = 'household' and g.role = 'member' where g.person_id = :id",
    "booking": "select count(*) from booking b join role_grant g on g.scope_id = b.household_id"
    " and g.scope_kind = 'household' where g.person_id = :id",
    "booking_line": "select count(*) from booking_line l join booking b on b.id = l.booking_id"
    " join role_grant g on g.scope_id = b.household_id and g.scope_kind = 'household'"
    " where g.person_id = :id",
    "charge": "select count(*) from charge c join role_grant g on g.scope_id = c.household_id"
    " and g.scope_kind = 'household' where g.person_id = :id",
    "posting": "select count(*) from posting p join household h on h.account_id = p.account_id"
    " join role_grant g on g.scope_id = h.id and g.scope_kind = 'household'"
    " where g.person_id = :id",
    "journal": "select count(*) from journal where actor_id = :id",
    "application": "select count(*) from application where person_id = :id",
    "application_field": "select count(*) from application_field f join application a"
    " on a.id = f.application_id where a.person_id = :id",
    "attachment": "select count(*) from attachment f join application a"
    " on a.id = f.application_id where a.person_id = :id",
    "submission": "select count(*) from submission s join application a"
    " on a.id = s.application_id where a.person_id = :id",
    "score_sheet": "select count(*) from score_sheet where evaluator_id = :id",
    "score": "select count(*) from score s join score_sheet t on t.id = s.score_sheet_id"
    " where t.evaluator_id = :id",
    "conflict_declaration": "select count(*) from conflict_declaration where evaluator_id = :id",
    "group_order": "select count(*) from group_order where created_by = :id",
    "call_version": "select count(*) from call_version where published_by = :id",
}
WHO = ("anna.ferrari", "sara.zanotti", "davide.pini", "paola.galli", "enzo.maffezzoni")


@pytest.mark.parametrize("who", (*WHO, "lucia.ghisolfi"))
def test_the_copy_of_a_person_of_the_demo_has_every_row_of_theirs(demo: Any, who: str) -> None:
    with db.transaction() as session:
        person = session.scalars(select(Person).where(Person.email.startswith(f"{who}@"))).one()
        whose = Whose(person.id, person.email)
        copy = own_data.collect(session, person.id, make.SOON)
        things = [thing for house in copy["houses"] for thing in house["things"]]
        got: dict[str, int] = {}
        for kept, thing in zip(own_data.EVERYTHING, things, strict=True):
            # What is listed by its owner and by its author is looked at once.
            got.setdefault(kept.name, len(thing["rows"]))
        counted = kit_data.count(session, own_data.EVERYTHING, whose)
        assert counted == [len(thing["rows"]) for thing in things]
        values = {"id": person.id, "email": person.email}
        raw = {name: session.scalar(text(sql), values) for name, sql in RAW.items()}
        events = select(func.count()).select_from(AuditEvent)
        acts = session.scalar(events.where(AuditEvent.actor_id == person.id))
    assert {name: got[name] for name in RAW} == raw
    assert got["audit_event"] == acts


def test_every_act_of_the_demo_and_every_state_has_its_words(demo: Any) -> None:
    with db.transaction() as session:
        acts = set(session.scalars(select(AuditEvent.action).distinct()))
    assert " ".join(sorted(acts - set(readable.ACTS))) == ""


def test_a_copy_is_made_by_a_job_and_gone_after_a_while(session: Session) -> None:
    anna, other = make.actor(session), make.actor(session)
    own_data.ask(session, anna, anna.now)
    with pytest.raises(Refused, match="già in preparazione"):
        own_data.ask(session, anna, anna.now)
    with pytest.raises(Refused, match="non è ancora pronta"):
        own_data.hand_out(session, anna, anna.now)
    run_all(session)
    session.expire_all()
    document = own_data.hand_out(session, anna, anna.now)
    copy = json.loads(files.get(document.sha256 or ""))
    assert copy["email"] == anna.email and other.email not in json.dumps(copy)
    with pytest.raises(NotFound):
        own_data.hand_out(session, other, other.now)
    taken = select(AuditEvent).where(AuditEvent.action == "kit.document.handed_out")
    assert session.scalars(taken).one().actor_id == anna.person_id
    own_data.forget_old(session, document.created_at + own_data.KEPT)
    assert session.get(Document, document.id) is not None
    own_data.forget_old(session, document.created_at + own_data.KEPT + timedelta(seconds=1))
    session.expire_all()
    assert session.get(Document, document.id) is None


def test_the_page_counts_what_is_kept_in_one_statement(session: Session) -> None:
    anna = make.actor(session)
    houses = own_data.overview(session, anna)
    rows = {each.kept.name: each.rows for _, house in houses for each in house if each.rows}
    assert rows["person"] == 1 and rows["person_session"] == 1
    assert sign_ins.COOKIE
