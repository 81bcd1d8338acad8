"""The act of closing: that what was seen is what is written, once, by whom it is for."""

import pytest

from kit.errors import NotFound, Refused
from kit.mail import Mail
from kit.sentences import recall
from ledger import accounts
from market import checks
from market.closings import closings, dry_runs
from market.group_orders import opening
from market.tables.centres import Household
from market.tables.orders import GroupOrder
from tests import jobs
from tests.market import make
from tests.market.closings.written import line


def close(session, at, order_id):
    seen = dry_runs.dry_run(session, at.coordinator, order_id)
    return closings.close(session, at.coordinator, order_id, seen.token, at.now)


def test_closing_writes_what_the_dry_run_showed(session, at, order):
    seen = dry_runs.dry_run(session, at.coordinator, order)
    closed = closings.close(session, at.coordinator, order, seen.token, at.now)
    assert closed == seen
    session.expire_all()
    assert session.get(GroupOrder, order).state == "closed"
    kept = line(session, order, at.a, at.apples)
    assert (kept.assigned, kept.assigned_cents) == (1500, 525)
    assert str(recall(kept.reason)) == str(seen.households[0].changes[0].reason)
    untouched = line(session, order, at.a, at.honey)
    assert (untouched.assigned, untouched.reason) == (2, None)
    assert checks.violations(session) == []


def test_closing_moves_no_money_and_keeps_the_commitments(session, at, order):
    close(session, at, order)
    session.expire_all()
    assert session.get(Household, at.b.id).commitment_cents == 1750
    assert accounts.balance(session, at.b.account_id) == 10_000


def test_closing_orders_the_documents_and_writes_to_households_with_cuts(session, at, order):
    close(session, at, order)
    queued = [name for name, _ in jobs.queued(session)]
    assert queued == [
        "market.order_sheet",
        "market.order_sheet_csv",
        "market.sorting_by_household",
        "market.sorting_by_product",
        "market.closing_notices",
    ]
    at.b.language = "it"
    session.flush()
    from market.papers import notices

    notices.closed(session, order)
    notices.closed(session, order)
    letters = session.query(Mail).all()
    assert sorted(letter.to for letter in letters) == sorted([at.a.email, at.b.email])
    assert "1,5 kg invece di 2 kg" in next(x.text for x in letters if x.to == at.a.email)


def test_a_booking_after_the_dry_run_stops_the_closing(session, at, order):
    seen = dry_runs.dry_run(session, at.coordinator, order)
    make.book(session, at, order, at.b, (at.honey.id, 1))
    with pytest.raises(Refused, match="sono cambiate dopo la prova"):
        closings.close(session, at.coordinator, order, seen.token, at.now)
    assert session.get(GroupOrder, order).state == "open"
    close(session, at, order)


def test_a_closed_order_takes_no_bookings_and_is_not_closed_again(session, at, order):
    closed = close(session, at, order)
    with pytest.raises(Refused, match="è stato chiuso"), session.begin_nested():
        make.book(session, at, order, at.a, (at.honey.id, 1))
    with pytest.raises(Refused, match="già chiuso"):
        closings.close(session, at.coordinator, order, closed.token, at.now)


def test_an_order_nobody_booked_in_cannot_be_closed(session, at):
    make.pieces(session, at)
    order_id = make.opened(session, at)
    seen = dry_runs.dry_run(session, at.coordinator, order_id)
    with pytest.raises(Refused, match="Nessuno ha prenotato"):
        closings.close(session, at.coordinator, order_id, seen.token, at.now)


def test_only_the_coordinators_of_the_centre_close(session, at, order):
    token = dry_runs.dry_run(session, at.coordinator, order).token
    other = make.world(session)
    member = make.member(session, at.a)
    for actor in (other.coordinator, member):
        with pytest.raises(NotFound):
            closings.close(session, actor, order, token, at.now)
    assert session.get(GroupOrder, order).state == "open"


@pytest.mark.parametrize("families", [2, 12])
def test_closing_costs_the_same_statements_whatever_the_size(session, at, statements, families):
    apples = make.product(session, at, case_size=5000, whole_cases=True)
    order_id = make.opened(session, at, transport_cents=900)
    for _ in range(families):
        make.book(session, at, order_id, make.household(session, at), (apples.id, 3000))
    actor = at.coordinator
    token = dry_runs.dry_run(session, actor, order_id).token
    assert statements(lambda: closings.close(session, actor, order_id, token, at.now)) == 18


def test_a_cancelled_order_frees_its_commitments_and_takes_no_more(session, at, order):
    opening.cancel(session, at.coordinator, order, "gelata", at.now)
    session.expire_all()
    assert session.get(Household, at.b.id).commitment_cents == 0
    assert session.get(GroupOrder, order).state == "cancelled"
    with pytest.raises(Refused, match="annullato"), session.begin_nested():
        make.book(session, at, order, at.a, (at.honey.id, 1))
    with pytest.raises(Refused, match="annullato"):
        opening.cancel(session, at.coordinator, order, "", at.now)
    assert checks.violations(session) == []
    jobs.run_all(session)
    assert any("gelata" in letter.text for letter in session.query(Mail))


def test_only_its_coordinators_cancel(session, at, order):
    with pytest.raises(NotFound):
        opening.cancel(session, make.member(session, at.a), order, "", at.now)
