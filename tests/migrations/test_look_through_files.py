"""Files kept before there was a job for them: they were looked through when they came."""

import pytest
from alembic.util import CommandError
from sqlalchemy import create_engine, text

from kit import migrate

BEFORE = "20261127_name_what_is_named"
ROWS = """
    insert into person (email, name, password_hash, locale, created_at)
        values ('a@b.example', 'Anna', 'x', 'it', now());
    insert into call (title, state, draft, created_by, created_at, updated_at)
        select 'Un bando', 'published', '{}', id, now(), now() from person;
    insert into call_version (call_id, number, title, content, sha256, opens_at, deadline_at,
        published_by, published_at)
        select id, 1, title, '{}', encode(sha256('{}'), 'hex'), now(), now() + interval '1 day',
        created_by, now() from call;
    insert into application (call_id, call_version_id, person_id, state, salt, created_at, saved_at)
        select v.call_id, v.id, v.published_by, 'draft', 'salt', now(), now() from call_version v;
    insert into attachment (application_id, filename, size, sha256, uploaded_at)
        select id, 'cv.pdf', 6, 'ab', '2026-11-20 10:00+00' from application;
"""


@pytest.fixture
def urls(cluster):
    found = cluster.create_database("files_looked_through")
    yield found
    cluster.drop_database("files_looked_through")


def test_what_is_there_already_was_looked_through(urls):
    engine = create_engine(urls.owner_url)
    with engine.begin() as connection:
        migrate.bring(connection, BEFORE)
        connection.execute(text(ROWS))
    migrate.upgrade(urls.owner_url, urls.app_url)
    with engine.connect() as connection:
        asked = "select state, tries, refusal, asked_at = ended_at from file_inspection"
        assert connection.execute(text(asked)).all() == [("opens", 1, None, True)]
    with pytest.raises(CommandError, match="would throw away what stands in file_inspection"):
        migrate.downgrade(urls.owner_url, BEFORE)
    with engine.begin() as connection:
        connection.execute(text("delete from file_inspection"))
    migrate.downgrade(urls.owner_url, BEFORE)
    with engine.connect() as connection:
        assert connection.scalar(text("select to_regclass('file_inspection')")) is None
        assert connection.scalar(text("select count(*) from attachment")) == 1
    engine.dispose()
