"""Opening the envelopes: after the deadline, once, by the office of that call only."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from calls.envelopes import openings
from kit.errors import NotFound, Refused
from tests import make
from tests.calls import commissions


def test_nothing_is_opened_before_a_minute_after_the_deadline(session):
    found = commissions.world(session, opened=False)
    deadline = found.content.deadline_at
    with pytest.raises(Refused, match="un minuto dopo la scadenza"):
        openings.open_envelopes(
            session, found.office, found.call_id, deadline + timedelta(seconds=59)
        )
    opened = openings.open_envelopes(
        session, found.office, found.call_id, deadline + timedelta(seconds=60)
    )
    assert opened == 2


def test_envelopes_are_opened_only_once(session, now):
    found = commissions.world(session)
    with pytest.raises(Refused, match="già aperte"):
        openings.open_envelopes(session, found.office, found.call_id, now)


@pytest.mark.parametrize("grant", [("office", "call", 999), ("evaluator", "call", 1), None])
def test_only_the_office_of_the_call_opens_it(session, now, grant):
    found = commissions.world(session, opened=False)
    stranger = make.actor(session, None, *([grant] if grant else []))
    with pytest.raises(NotFound):
        openings.open_envelopes(session, stranger, found.call_id, now)


def test_the_opening_keeps_firm_amount_and_protocol_and_leaves_an_act(session):
    found = commissions.world(session, applications=1)
    row = session.execute(
        text("select code, firm, requested, sheets from opened_application where call_id = :id"),
        {"id": found.call_id},
    ).one()
    assert (row.firm, row.requested, row.sheets) == ("Ruota libera", 6_000_00, 0)
    assert row.code.startswith("2026/1")
    act = session.execute(
        text("select after from audit_event where action = 'calls.call.opened' order by id desc")
    ).first()
    assert act.after["applications"] == 1
    assert len(act.after["seed"]) == 64


def test_a_call_without_applications_can_be_opened(session):
    assert commissions.world(session, applications=0).keys == []
