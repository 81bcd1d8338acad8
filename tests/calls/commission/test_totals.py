"""Totals counted anew are those that every single act left."""

from calls.commission import totals
from calls.tables.envelopes import OpenedApplication
from tests.calls import commissions


def test_counting_anew_gives_what_was_kept(session):
    found = commissions.world(session, evaluators=3)
    commissions.send_all(session, found)
    commissions.conflict(session, found.evaluators[2], found.keys[0])
    before = [(row.sheets, row.total_sum) for row in rows(session, found)]
    totals.recount(session, found.call_id)
    session.expire_all()
    assert [(row.sheets, row.total_sum) for row in rows(session, found)] == before
    assert [sheets for sheets, _ in before] == [2, 3]


def rows(session, found):
    return [session.get_one(OpenedApplication, key.application_id) for key in found.keys]
