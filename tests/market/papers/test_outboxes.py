"""What became of the letters about an order, read once they are written."""

from market.group_orders import opening
from market.papers import outboxes
from tests import jobs
from tests.market import make


def test_who_no_letter_reaches_is_named_once_the_letters_are_written(session, at, order_id):
    at.second.email = None
    session.flush()
    before = outboxes.outbox(session, order_id)
    assert (before.sheet, before.by_voice, before.voices_in_words()) == (None, [], None)
    opening.cancel(session, at.coordinator, order_id, "gelata", at.now)
    jobs.run_all(session)
    after = outboxes.outbox(session, order_id)
    assert [letter.to for letter in after.by_voice] == [at.second.name]
    said = f"1 famiglia senza posta: dillo tu a {at.second.name}."
    assert after.sheet is None and str(after.voices_in_words()) == said


def test_of_another_order_nothing_is_read(session, at, order_id):
    at.second.email = None
    session.flush()
    opening.cancel(session, at.coordinator, order_id, "gelata", at.now)
    jobs.run_all(session)
    other = make.opened(session, at)
    assert outboxes.outbox(session, other).by_voice == []
