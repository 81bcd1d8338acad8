"""The checks of the data: silent on a sound world, by name on every tampering."""

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, select, text, update
from sqlalchemy.orm import Session

from calls import checks
from calls.commission import evaluators
from calls.rankings import rankings
from calls.rankings.rules.ranking import FIRST_RULE
from calls.tables.rankings import Ranking
from calls.verification import verify_ranking_1
from kit import clock, db
from kit.canonical import encode, sha256
from tests.calls import commissions

# One tampering as only the owner of the database could do it, and what must be said.
TAMPERINGS = {
    "C1": "update call_version set content = content || ' '",
    "C2": "update submission set content = content || ' '::bytea",
    "C3": "update submission set received_at = received_at + interval '60 days'",
    "C4": "update application set submitted_at = submitted_at + interval '1 second'",
    "C5": "update submission set protocol_number = protocol_number + 5",
    "C6": "update score set mark = 7 where criterion = 'A'",
    "C7": "update score_sheet set total = total + 1",
    "C8": "update opened_application set total_sum = total_sum + 1",
    "C9": "update opening set applications = applications + 1",
    "C10": "update opening set opened_at = opened_at - interval '60 days'",
    "C11": "delete from conflict_declaration",
    "C12": "update ranking set content = content || ' '",
    "C14": "update evaluator_progress set begun = begun + 1",
    # An evaluator has the account of an application, and sheets on it that count.
    "C15": "update application set person_id ="
    " (select min(person_id) from role_grant where role = 'evaluator')"
    " where id = (select min(id) from application)",
    "C16": "update application set person_id = (select min(evaluator_id) from score_sheet)"
    " where id = (select min(application_id) from score_sheet)",
    "C13": "update score set mark = 10 where criterion = 'A'",
    "C17": "update opened_application set requested = requested - 1",
    "C18": "update dismissal set ended_at = now()",
    "C19": "update dismissal set sheets_count = false",
    # Somebody of no commission, with a whole sheet in the files.
    "C20": "update score_sheet set evaluator_id = (select min(person_id) from application)"
    " where id = (select min(id) from score_sheet)",
    "C21": "update submission set received_at = received_at - interval '1 s'",
    "C24": "insert into role_grant (person_id, role, scope_kind, scope_id, granted_at)"
    " select min(person_id), 'office', 'calls', 0, now() - interval '90 days'"
    " from role_grant where role = 'evaluator'",
    "C22": "update submission set content = convert_to(replace(convert_from(content, 'UTF8'),"
    " (select max(tax_code) from opened_application),"
    " (select min(tax_code) from opened_application)), 'UTF8')",
}


TABLES = [
    "call_version",
    "submission",
    "application",
    "score",
    "score_sheet",
    "opened_application",
    "opening",
    "conflict_declaration",
    "ranking",
    "evaluator_progress",
    "dismissal",
]


@pytest.fixture
def sound(owner_engine: Engine) -> Iterator[Session]:
    """A finished call, written as the owner, whose session may then tamper with it."""
    with owner_engine.connect() as connection:
        transaction = connection.begin()
        db.configure(connection, join_transaction_mode="create_savepoint")
        session = db.new_session()
        found = commissions.world(session, first_protocol=1, evaluators=3)
        commissions.send_all(session, found)
        leave(session, found)
        rankings.publish(session, found.office, found.call_id, clock.now(session))
        yield session
        session.close()
        transaction.rollback()


def leave(session: Session, found: commissions.World) -> None:
    """One of three leaves, whose sheets count by the call's rule; the sending is on record."""
    now = clock.now(session)
    gone = found.evaluators[2].person_id
    evaluators.dismiss(session, found.office, found.call_id, gone, now, reason=commissions.WHY)
    commissions.recorded(session, found)


@pytest.fixture
def first_format(sound: Session) -> Session:
    """The same world with its ranking as the first format published it."""
    row = sound.scalars(select(Ranking)).one()
    content = {**json.loads(row.content), "format": FIRST_RULE}
    for line in content["ranking"]:
        line["firm"] = line.pop("received_at")
    text_ = encode(verify_ranking_1.recompute(content))
    sound.execute(text("alter table ranking disable trigger user"))
    sound.execute(
        update(Ranking).values(content=text_.decode(), sha256=sha256(text_), rule=FIRST_RULE)
    )
    sound.expire_all()
    return sound


def test_a_ranking_of_the_first_format_still_holds_and_its_marks_are_still_compared(first_format):
    assert checks.violations(first_format) == []
    first_format.execute(text("alter table score disable trigger user"))
    first_format.execute(text("update score set mark = 10 where criterion = 'A'"))
    assert any(line.startswith("C13:") for line in checks.violations(first_format))


def test_a_ranking_of_the_first_format_that_contradicts_itself_is_named(first_format):
    row = first_format.scalars(select(Ranking)).one()
    text_ = row.content.replace('"position":1,', '"position":2,').encode()
    first_format.execute(update(Ranking).values(content=text_.decode(), sha256=sha256(text_)))
    first_format.expire_all()
    assert any(line.startswith("C13:") for line in checks.violations(first_format))


def test_a_sound_world_has_no_violations(sound):
    assert checks.violations(sound) == []


@pytest.mark.parametrize("code", TAMPERINGS)
def test_every_tampering_is_named(sound, code):
    for table in TABLES:
        sound.execute(text(f"alter table {table} disable trigger user"))
    sound.execute(text(TAMPERINGS[code]))
    sound.expire_all()
    assert [line for line in checks.violations(sound) if line.startswith(f"{code}:")]
