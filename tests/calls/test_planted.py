"""Injustice planted by somebody who knows the tables: totals and hashes hold, still it is named."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, select, text, update
from sqlalchemy.orm import Session

from calls import checks
from calls.commission import evaluators, totals
from calls.rankings import rankings
from calls.tables.envelopes import OpenedApplication
from calls.tables.rankings import Ranking
from kit import clock, db
from kit.canonical import encode, sha256
from people import roles
from tests.calls import commissions

GUARDED = (
    "submission",
    "application",
    "opened_application",
    "score",
    "score_sheet",
    "conflict_declaration",
    "ranking",
    "dismissal",
)


@pytest.fixture
def owner(owner_engine: Engine) -> Iterator[Session]:
    """A session of the tables' owner, with the guards off, rolled back at the end."""
    with owner_engine.connect() as connection:
        transaction = connection.begin()
        db.configure(connection, join_transaction_mode="create_savepoint")
        session = db.new_session()
        yield session
        session.close()
        transaction.rollback()


def plant(owner, *statements, **values):
    for table in GUARDED:
        owner.execute(text(f"alter table {table} disable trigger user"))
    for statement in statements:
        given = {name: value for name, value in values.items() if f":{name}" in statement}
        assert owner.execute(text(statement), given).rowcount, statement
    owner.expire_all()


def publish(owner, found):
    row = rankings.publish(owner, found.office, found.call_id, clock.now(owner))
    owner.flush()
    return row


def rewrite(owner, change):
    """Change what a published ranking says, and its hash with it."""
    row = owner.scalars(select(Ranking)).one()
    content = json.loads(row.content)
    change(content)
    owner.execute(text("alter table ranking disable trigger user"))
    plain = encode(content)
    owner.execute(update(Ranking).values(content=plain.decode(), sha256=sha256(plain)))
    owner.expire_all()


def said(owner, code):
    return [line for line in checks.violations(owner) if line.startswith(f"{code}:")]


HOME = (
    "insert into role_grant (person_id, role, scope_kind, scope_id, granted_at)"
    " values (:judge, 'member', 'household', 4711, now() - interval '90 days'),"
    " (:applicant, 'member', 'household', 4711, now() - interval '90 days')"
)


@pytest.mark.parametrize("ranked", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("tie", "statement"),
    [
        ("own", "update application set person_id = :judge where id = :id"),
        # Another call, where the evaluator had sent an application with this tax code.
        ("same_code", "update application set person_id = :judge where id = :elsewhere"),
        ("household", HOME),
    ],
)
def test_an_evaluator_who_judges_an_application_of_their_own(owner, tie, statement, ranked):
    earlier = commissions.world(owner, applications=0, evaluators=0, opened=False)
    key = commissions.add_application(owner, earlier, 7, tax_code=commissions.code_of(0))
    commissions.open_and_declare(owner, earlier)
    found = commissions.world(owner, evaluators=3)
    commissions.send_all(owner, found)
    applicant = commissions.applicant(owner, found.keys[0]).person_id
    if ranked:
        publish(owner, found)
    plant(
        owner,
        statement,
        judge=found.evaluators[0].person_id,
        id=found.keys[0].application_id,
        elsewhere=key.application_id,
        applicant=applicant,
    )
    assert [line for line in said(owner, "C15") if f"({tie})" in line]
    assert [line for line in said(owner, "C16") if f"({tie})" in line]


@pytest.mark.parametrize("ranked", [False, True], ids=["before", "after"])
def test_an_evaluator_who_declared_on_another_application_of_the_same_person(owner, ranked):
    found = doubled(owner)
    if ranked:
        publish(owner, found)
    plant(
        owner,
        "insert into conflict_declaration (application_id, evaluator_id, kind, note, declared_at)"
        " values (:id, :judge, 'family', '', now())",
        judge=found.evaluators[0].person_id,
        id=found.keys[1].application_id,
    )
    sibling = owner.get_one(OpenedApplication, found.keys[2].application_id).code
    for code in ("C15", "C16"):
        assert [line for line in said(owner, code) if sibling in line and "(double)" in line]


@pytest.mark.parametrize(("kind", "named"), [("call", True), ("calls", True), ("centre", False)])
def test_an_applicant_who_works_in_the_office_of_the_call(owner, kind, named):
    found = commissions.world(owner)
    given = (
        "insert into role_grant (person_id, role, scope_kind, scope_id, granted_at)"
        " select person_id, 'office', cast(:kind as text),"
        " case cast(:kind as text) when 'call' then call_id else 0 end, now()"
        " from application where id = :id"
    )
    plant(owner, given, kind=kind, id=found.keys[0].application_id)
    assert bool(said(owner, "C23")) is named


def test_who_applied_may_work_for_all_calls_once_that_one_is_ranked(owner):
    found = commissions.world(owner)
    commissions.send_all(owner, found)
    publish(owner, found)
    who, now = commissions.applicant(owner, found.keys[0]).person_id, clock.now(owner)
    roles.grant(owner, None, who, roles.OFFICE, "calls", 0, now)
    assert said(owner, "C23") == []


@pytest.mark.parametrize(
    ("rule", "statement", "code"),
    [
        ("leave", "update dismissal set sheets_count = true", "C19"),
        ("count", "update dismissal set sheets_count = false", "C19"),
        ("leave", "update dismissal set ended_at = now()", "C18"),
        ("leave", "delete from dismissal", "C18"),
    ],
)
def test_a_dismissed_evaluators_sheet_counted_against_the_calls_rule(owner, rule, statement, code):
    found = commissions.world(owner, evaluators=3, sheets_of_dismissed=rule)
    commissions.send_all(owner, found)
    gone = found.evaluators[0].person_id
    evaluators.dismiss(
        owner, found.office, found.call_id, gone, clock.now(owner), reason=commissions.WHY
    )
    plant(owner, statement)
    totals.recount(owner, found.call_id)
    publish(owner, found)
    assert said(owner, code) and not said(owner, "C8") and not said(owner, "C13")


def doubled(owner):
    found = commissions.world(owner, applications=1, opened=False)
    for number in (1, 2):
        commissions.add_application(owner, found, number, tax_code=commissions.code_of(1))
    commissions.open_and_declare(owner, found)
    commissions.decide_last(owner, found)
    commissions.send_all(owner, found)
    return found


def test_one_tax_code_twice_made_two_before_the_ranking(owner):
    found = doubled(owner)
    id_ = found.keys[1].application_id
    other = "update opened_application set tax_code = 'X' where application_id = :id"
    plant(owner, other, id=id_)
    assert len(json.loads(publish(owner, found).content)["ranking"]) == 3
    assert said(owner, "C17") and said(owner, "C22") and not said(owner, "C13")


def test_one_tax_code_twice_put_back_into_a_published_ranking(owner):
    found = doubled(owner)
    publish(owner, found)
    assert said(owner, "C22") == []

    def put_back(content):
        (gone,) = content.pop("excluded")
        content["excluded"] = []
        content["ranking"].append({**content["ranking"][-1], "code": gone["code"]})

    rewrite(owner, put_back)
    assert said(owner, "C22") and said(owner, "C13")


def first_sent(owner):
    """Three applications that are equal but for the instant, by which the call parts them."""
    rules: dict[str, Any] = {"tie_break-1": "sent_first", "tie_break-2": "", "tie_break-3": ""}
    return commissions.world(owner, applications=3, evaluators=2, **rules)


def test_equal_totals_that_do_not_follow_the_instant_of_sending(owner):
    found = first_sent(owner)
    commissions.send_all(owner, found)
    publish(owner, found)
    assert said(owner, "C13") == []

    def swap(content):
        one, two = content["ranking"][:2]
        assert one["received_at"] < two["received_at"]
        one["code"], two["code"] = two["code"], one["code"]
        one["received_at"], two["received_at"] = two["received_at"], one["received_at"]

    rewrite(owner, swap)
    assert said(owner, "C13")


def test_an_instant_of_sending_that_was_moved_before_the_ranking(owner):
    found = first_sent(owner)
    commissions.recorded(owner, found)
    commissions.send_all(owner, found)
    last = found.keys[0].application_id
    plant(
        owner,
        "update submission set received_at = received_at - interval '9 h'"
        " where application_id = :id",
        "update application set submitted_at = submitted_at - interval '9 h' where id = :id",
        id=last,
    )
    publish(owner, found)
    assert said(owner, "C21") and not said(owner, "C13") and not said(owner, "C4")
