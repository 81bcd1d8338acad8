"""Words typed in a session that has ended come back, whichever form they were typed into.

The net for the next form: every form of the site that takes words is sent as from an earlier
session of the same person, and its page has to show them again.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from kit import clock, db
from kit.http import carried
from people import proofs, sign_ins
from people.tables.sessions import PersonSession
from tests import walk
from tests.forms import Form, forms
from tests.test_resent import Change, changes

pytestmark = pytest.mark.long

EACH = 2
"""Forms of a route that are sent: as it stands on a page or another, of one person or another."""
WRITTEN = {"text", "textarea", "email", "tel", "url", "number", "search"}


@pytest.fixture(scope="module")
def walked(committed: Any, application: Any) -> list[walk.Met]:
    return walk.walk(application, committed)


def worded(found: Form) -> list[str]:
    """The fields of a form in which people write words, but for forms that let somebody in."""
    if carried.SECRETS & found.values.keys():
        return []
    return [each.name for each in found.fields if each.kind in WRITTEN]


def sendings(application: Any, walked: list[walk.Met]) -> Iterator[tuple[Change, walk.Met]]:
    for change in changes(application):
        met = [
            each
            for each in walked
            if each.token and change.takes(each.form.action) and worded(each.form)
        ]
        yield from ((change, each) for each in met[:EACH])


def test_every_form_that_takes_words_shows_them_again_after_the_sign_in(
    application: Any, walked: list[walk.Met], committed: Any
) -> None:
    lost, routes = [], set()
    for change, met in sendings(application, walked):
        typed = {name: f"parole di prima {number}" for number, name in enumerate(worded(met.form))}
        answer = sent_from_an_older_session(application, committed, met, typed)
        routes.add(change.path)
        if not shows(answer, met.form.action, typed):
            lost.append((change.path, met.form.page, answer.status_code))
    assert not lost, lost
    assert len(routes) > 15, routes


def sent_from_an_older_session(
    application: Any, committed: Any, met: walk.Met, typed: dict[str, str]
) -> Any:
    """Send a form of a session before the one that its person has now."""
    from litestar.testing import TestClient

    with TestClient(application, base_url="https://testserver.local") as client:
        db.configure(committed.engine)
        with db.transaction() as session:
            now = clock.now(session)
            hashed = sign_ins.token_hash(met.token)
            whose = select(PersonSession.person_id).where(PersonSession.token_hash == hashed)
            person_id = session.scalars(whose).one()
            client.cookies.set(
                sign_ins.COOKIE,
                sign_ins.open_session(session, person_id, "test", now, proofs.BY_PASSWORD_AND_CODE),
            )
        headers = {"Referer": f"https://testserver.local{met.form.page}"}
        return client.post(
            met.form.action, data=met.form.but(typed), headers=headers, follow_redirects=False
        )


def shows(answer: Any, action: str, typed: dict[str, str]) -> bool:
    """Whether an answer is a refusal whose form holds all that was typed."""
    if answer.status_code < 400:
        return False
    found = [each.values for each in forms(answer.text) if each.action == action]
    return any(typed.items() <= values.items() for values in found)
