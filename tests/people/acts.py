"""Acts of one's own access that cannot be undone, each of somebody who may do it."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy.orm import Session

from kit import clock
from people import codes
from tests import make
from tests.calls.acts import Act
from tests.people.test_codes import with_app


def new_recovery_codes(session: Session) -> Act:
    """Somebody with an app, whose codes on paper are made anew."""
    now = clock.now(session)
    person = make.person(session)
    with_app(session, now - timedelta(days=1), person)
    codes.new_recovery_codes(session, person.id, now)
    session.commit()
    return Act(person.id, "/account/factors", "/account/factors/recovery-codes", {})


SEEN: dict[str, Callable[[Session], Act]] = {
    "/account/factors/recovery-codes": new_recovery_codes,
}
