"""What somebody has for a second step, and the mark of it."""

from people import codes, factors, proofs
from tests import make
from tests.people.test_codes import with_app


def test_an_app_counts_once_it_was_confirmed_and_codes_on_paper_are_none(session, now):
    anna = make.person(session)
    codes.begin(session, anna.id, now)
    codes.new_recovery_codes(session, anna.id, now)
    assert factors.of(session, anna.id) == []
    with_app(session, now, anna)
    (found,) = factors.of(session, anna.id)
    assert (found.kind, found.since) == (proofs.CODE, now)
    assert factors.of(session, make.person(session).id) == []


def test_the_mark_is_another_as_soon_as_there_is_another(session, now):
    anna = make.person(session)
    none = factors.mark(factors.of(session, anna.id))
    with_app(session, now, anna)
    one = factors.mark(factors.of(session, anna.id))
    with_app(session, now, anna)
    other = factors.mark(factors.of(session, anna.id))
    assert len({none, one, other}) == 3
    assert other == factors.mark(factors.of(session, anna.id))
