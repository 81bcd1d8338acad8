"""Closing: what is still wrong, the dry run, and that what was seen is what is written."""

from datetime import timedelta

import pytest

from kit.errors import NotFound, Refused
from kit.mail import Mail
from kit.sentences import recall
from ledger import accounts
from market import checks
from market.closings import closings, dry_runs
from market.group_orders import opening
from market.tables.bookings import Booking, BookingLine
from market.tables.centres import Household
from market.tables.orders import GroupOrder, Offer
from tests import jobs
from tests.market import make


@pytest.fixture
def order(session, at):
    """Apples in whole cases of 5 kg: A wants 2 kg, B 5 kg; honey by the piece for A."""
    at.apples = make.product(session, at, case_size=5000, whole_cases=True, step=500)
    at.honey = make.pieces(session, at, unit_weight_g=500)
    at.a, at.b = make.household(session, at, "A"), make.household(session, at, "B")
    order_id = make.opened(
        session, at, transport_cents=1000, transport_by="weight", minimum_cents=5000
    )
    make.book(session, at, order_id, at.a, (at.apples.id, 2000))
    make.book(session, at, order_id, at.a, (at.honey.id, 2))
    make.book(session, at, order_id, at.b, (at.apples.id, 5000))
    return order_id


def close(session, at, order_id):
    seen = dry_runs.dry_run(session, at.coordinator, order_id)
    return closings.close(session, at.coordinator, order_id, seen.token, at.now)


def issues(session, at, order_id, now):
    return dry_runs.rehearse(session, at.coordinator, order_id, now).issues


def line(session, order_id, household, product):
    return (
        session.query(BookingLine)
        .join(Booking, Booking.id == BookingLine.booking_id)
        .join(Offer, Offer.id == BookingLine.offer_id)
        .filter(Booking.household_id == household.id, Offer.product_id == product.id)
        .filter(Booking.group_order_id == order_id)
        .one()
    )


def test_the_dry_run_shows_every_household_and_writes_nothing(session, at, order):
    seen = dry_runs.dry_run(session, at.coordinator, order)
    first, second = seen.households
    # 7 kg wanted, one case: 5 kg x 2/7 = 2.86 and 5 x 5/7 = 7.14 of ten half-kilos.
    assert [c.assigned for c in first.changes] == [1500]
    assert [c.assigned for c in second.changes] == [3500]
    assert "mancavano 3 kg" in str(first.changes[0].reason)
    # Goods: 1.5 kg x 3.50 + 2 x 2.00; transport by weight: 2.5 kg and 3.5 kg of 6.
    assert (first.goods_cents, first.transport_cents) == (925, 417)
    assert (second.goods_cents, second.transport_cents) == (1225, 583)
    assert str(first.transport_proof) == "4,17\u00a0€ = 10,00\u00a0€ × 2,5 kg / 6 kg"
    assert (seen.goods_cents, seen.transport_cents) == (2150, 1000)
    assert [(offer.total, offer.cases) for offer in seen.offers] == [(5000, 1), (2, None)]
    assert session.get(GroupOrder, order).state == "open"
    assert line(session, order, at.a, at.apples).assigned is None


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


def test_the_token_stands_for_every_quantity_of_every_household(session, at, order):
    tokens = [dry_runs.dry_run(session, at.coordinator, order).token]
    tokens.append(dry_runs.dry_run(session, at.coordinator, order).token)
    assert tokens[0] == tokens[1]
    for household, asked in (
        (at.a, (at.honey.id, 2, 3)),
        (at.a, (at.honey.id, 1, 3)),
        (at.b, (at.honey.id, 0, 1)),
        (at.b, (at.honey.id, 0, 2)),
        (at.a, (at.apples.id, 0)),
    ):
        make.book(session, at, order, household, asked)
        tokens.append(dry_runs.dry_run(session, at.coordinator, order).token)
    assert len(set(tokens)) == len(tokens) - 1


def test_a_closed_order_takes_no_bookings_and_is_not_closed_again(session, at, order):
    closed = close(session, at, order)
    with pytest.raises(Refused, match="è stato chiuso"), session.begin_nested():
        make.book(session, at, order, at.a, (at.honey.id, 1))
    with pytest.raises(Refused, match="già chiuso"):
        closings.close(session, at.coordinator, order, closed.token, at.now)
    with pytest.raises(Refused, match="già chiuso"):
        dry_runs.dry_run(session, at.coordinator, order)


def test_an_order_nobody_booked_in_cannot_be_closed(session, at):
    make.pieces(session, at)
    order_id = make.opened(session, at)
    seen = dry_runs.dry_run(session, at.coordinator, order_id)
    with pytest.raises(Refused, match="Nessuno ha prenotato"):
        closings.close(session, at.coordinator, order_id, seen.token, at.now)


def test_only_the_coordinators_of_the_centre_see_and_close(session, at, order):
    other = make.world(session)
    member = make.member(session, at.a)
    for actor in (other.coordinator, member):
        with pytest.raises(NotFound):
            dry_runs.rehearse(session, actor, order, at.now)
        with pytest.raises(NotFound):
            dry_runs.dry_run(session, actor, order)
        with pytest.raises(NotFound):
            closings.close(session, actor, order, "x", at.now)


def test_the_list_names_the_hour_the_minimum_and_every_open_case(session, at, order):
    words = [str(issue.text) for issue in issues(session, at, order, at.now)]
    assert any("L'ora di chiusura promessa" in x for x in words)
    assert any("Mancano 21,50\u00a0€ al minimo" in x for x in words)
    assert any("mancano 3 kg al collo. Chiudendo ora si tolgono 2 kg" in x for x in words)
    later = at.now + timedelta(days=4)
    make.book(session, at, order, at.b, (at.apples.id, 8000))
    make.top_up(session, at.b.account_id, 10_000, at.now)
    make.book(session, at, order, at.b, (at.honey.id, 10))
    assert issues(session, at, order, later) == []


def test_credit_that_is_gone_and_a_producer_without_address_are_named(session, at, order):
    make.top_up(session, at.b.account_id, -9_000, at.now)
    at.producer.email = None
    session.flush()
    words = [str(issue.text) for issue in issues(session, at, order, at.now)]
    assert any(x.startswith(at.b.name) and "mancano 7,50\u00a0€" in x for x in words)
    assert any("non ha un indirizzo" in x for x in words)


def test_an_order_without_bookings_is_blocked_first(session, at):
    make.pieces(session, at)
    order_id = make.opened(session, at)
    first = issues(session, at, order_id, at.now)[0]
    assert first.blocking and "Nessuno ha prenotato" in str(first.text)


@pytest.mark.parametrize("families", [2, 12])
def test_closing_costs_the_same_statements_whatever_the_size(session, at, statements, families):
    apples = make.product(session, at, case_size=5000, whole_cases=True)
    order_id = make.opened(session, at, transport_cents=900)
    for _ in range(families):
        make.book(session, at, order_id, make.household(session, at), (apples.id, 3000))
    actor = at.coordinator
    assert statements(lambda: dry_runs.rehearse(session, actor, order_id, at.now)) == 2
    assert statements(lambda: dry_runs.dry_run(session, actor, order_id)) == 1
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
