"""What is published or sent cannot be changed: by grants, and by trigger for the owner."""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

COLUMN = {
    "call_version": "title",
    "submission": "sha256",
    "late_attempt": "received_at",
    "conflict_declaration": "note",
    "opening": "opened_at",
    "ranking": "content",
}
VERBS = ["update {0} set {1} = {1}", "delete from {0}", "truncate {0} cascade"]


@pytest.mark.parametrize("table", COLUMN)
@pytest.mark.parametrize("verb", VERBS)
def test_the_application_role_may_only_add_and_read(session: Session, table, verb):
    with pytest.raises(DBAPIError, match="permission denied"):
        session.execute(text(verb.format(table, COLUMN[table])))


@pytest.mark.parametrize("column", ["code", "firm", "tax_code", "requested", "call_id"])
def test_of_an_opened_application_the_application_role_may_change_its_totals_alone(session, column):
    session.execute(text("update opened_application set sheets = sheets, total_sum = total_sum"))
    with pytest.raises(DBAPIError, match="permission denied"):
        session.execute(text(f"update opened_application set {column} = {column}"))


@pytest.mark.parametrize("column", ["sheets_count", "call_id", "person_id", "dismissed_at"])
def test_of_a_dismissal_the_application_role_may_only_write_its_end(session, column):
    session.execute(text("update dismissal set ended_at = ended_at"))
    with pytest.raises(DBAPIError, match="permission denied"):
        session.execute(text(f"update dismissal set {column} = {column}"))


@pytest.mark.parametrize("table", COLUMN)
@pytest.mark.parametrize("verb", VERBS)
def test_even_the_owner_is_refused(owner_engine: Engine, table, verb):
    with owner_engine.connect() as connection, pytest.raises(DBAPIError, match="only ever added"):
        connection.execute(text(verb.format(table, COLUMN[table])))
