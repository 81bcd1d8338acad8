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


@pytest.mark.parametrize("table", COLUMN)
@pytest.mark.parametrize("verb", VERBS)
def test_even_the_owner_is_refused(owner_engine: Engine, table, verb):
    with owner_engine.connect() as connection, pytest.raises(DBAPIError, match="only ever added"):
        connection.execute(text(verb.format(table, COLUMN[table])))
