"""That a session is used is written beside the request's own work, and nobody waits for it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import OperationalError

from kit import clock, db
from people import proofs, sign_ins
from people.tables.sessions import PersonSession
from tests import make

LATE = sign_ins.SEEN_EVERY + timedelta(minutes=1)


@pytest.fixture
def hers(committed, application) -> Iterator[tuple[Any, Any]]:
    """The client of somebody whose last request was some time ago, and her session."""
    from litestar.testing import TestClient

    db.configure(committed.engine)
    with db.transaction() as session:
        now = clock.now(session)
        token = sign_ins.open_session(
            session, make.person(session).id, "test", now, proofs.BY_PASSWORD_AND_CODE
        )
        mine = PersonSession.token_hash == sign_ins.token_hash(token)
        session.execute(update(PersonSession).where(mine).values(last_seen_at=now - LATE))
    with TestClient(application, base_url="https://testserver.local") as client:
        db.configure(committed.engine)
        client.cookies.set(sign_ins.COOKIE, token)
        yield client, mine


def seen_at(mine: Any) -> Any:
    with db.transaction() as session:
        return session.scalar(select(PersonSession.last_seen_at).where(mine))


def test_the_first_request_after_a_while_writes_it_whatever_becomes_of_it(hers):
    client, mine = hers
    before = seen_at(mine)
    assert client.get("/households/999999").status_code == 404
    after = seen_at(mine)
    assert after - before > LATE
    assert client.get("/account").status_code == 200
    assert seen_at(mine) == after, "once in a while is enough"


def test_a_page_does_not_wait_for_who_holds_the_session(hers, committed):
    """Another page of hers that still runs, or an administrator who is about to end it."""
    client, mine = hers
    before = seen_at(mine)
    with committed.sessions() as holder:
        holder.execute(select(PersonSession.id).where(mine).with_for_update())
        with committed.sessions() as other, pytest.raises(OperationalError):  # the control
            other.execute(text("set local lock_timeout = '50ms'"))
            other.execute(update(PersonSession).where(mine).values(device="x"))
        assert client.get("/account").status_code == 200
        assert seen_at(mine) == before
    assert client.get("/account").status_code == 200
    assert seen_at(mine) > before
