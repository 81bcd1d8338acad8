"""What of the calls keeps somebody from going (tests/community/test_erasures.py has the rest)."""

from sqlalchemy.orm import Session

from calls import leavings
from calls.tables.applications import Application
from kit.own_data import Whose
from tests import make
from tests.calls import commissions
from tests.calls import make as calls


def test_who_sits_on_a_commission_at_work_stays(session: Session) -> None:
    at = commissions.world(session)
    judge = at.evaluators[0]
    found = leavings.obstacles(session, Whose(judge.person_id, judge.email), [])
    assert "nella commissione" in " ".join(map(str, found))


def test_drafts_go_and_what_was_sent_stays(session: Session) -> None:
    call = calls.call(session)
    anna = make.actor(session)
    draft = calls.draft(session, call, anna)
    sent = calls.sent(session, call)
    author = session.get_one(Application, sent.application_id).person_id
    assert leavings.has_applied(session, anna.person_id)
    leavings.leave(session, Whose(anna.person_id, anna.email))
    leavings.leave(session, Whose(author, ""))
    session.expire_all()
    assert session.get(Application, draft) is None
    assert session.get(Application, sent.application_id) is not None
    assert not leavings.has_applied(session, anna.person_id)
