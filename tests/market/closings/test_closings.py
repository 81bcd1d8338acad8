"""The act of closing: that what was seen is what is written, once, by whom it is for."""

import pytest

from kit.errors import NotFound, Refused
from kit.mail import Mail
from kit.paper import documents
from kit.sentences import recall
from ledger import accounts
from market import checks, pickups, settlements
from market.closings import closings, dry_runs
from market.group_orders import opening
from market.papers import notices
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


def test_closing_moves_no_money_and_holds_what_is_assigned_with_its_transport(session, at, order):
    """A wanted goods of 11,00 and B of 17,50; the cut leaves 9,25 and 12,25, transport 10,00."""
    make.book(session, at, order, at.b, (at.honey.id, 0, 3))
    session.expire_all()
    assert session.get(Household, at.b.id).commitment_cents == 1750 + 600
    closed = close(session, at, order)
    session.expire_all()
    for household, outcome in zip((at.a, at.b), closed.households, strict=True):
        assert session.get(Household, household.id).commitment_cents == outcome.total_cents
        assert accounts.balance(session, household.account_id) == 10_000
    assert closed.households[1].total_cents == 1225 + 583
    assert session.get(GroupOrder, order).ordered_cents == 2150
    assert checks.violations(session) == []


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
    notices.closed(session, order, at.now)
    notices.closed(session, order, at.now)
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
    assert statements(lambda: closings.close(session, actor, order_id, token, at.now)) == 22


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


@pytest.fixture
def nothing(session, at):
    """An order in which every case stays too empty: 3 and 2 of 6 boxes, and somebody to help."""
    at.boxes = make.pieces(session, at, case_size=6, whole_cases=True)
    at.crates = make.pieces(session, at, case_size=4, whole_cases=True)
    at.a, at.b, at.c = (make.household(session, at, code) for code in "ABC")
    order_id = make.opened(session, at, transport_cents=1001, minimum_cents=5000)
    make.book(session, at, order_id, at.a, (at.boxes.id, 3))
    make.book(session, at, order_id, at.b, (at.crates.id, 2))
    make.book(session, at, order_id, at.c, (at.crates.id, 0, 1))
    return order_id


def test_an_order_cut_to_nothing_ends_and_nobody_is_asked_for_anything(session, at, nothing):
    closed = close(session, at, nothing)
    session.expire_all()
    assert not closed.ordered
    assert (closed.goods_cents, closed.transport_cents) == (0, 0)
    order = session.get(GroupOrder, nothing)
    assert (order.state, order.ordered_cents, order.closed_at) == ("empty", 0, at.now)
    for household in (at.a, at.b, at.c):
        assert session.get(Household, household.id).commitment_cents == 0
    assert [name for name, _ in jobs.queued(session)] == ["market.closing_notices"]
    assert documents.of(session, "group_order", nothing) == []
    assert checks.violations(session) == []


def test_everybody_who_booked_in_an_order_cut_to_nothing_is_told_why(session, at, nothing):
    close(session, at, nothing)
    jobs.run_all(session)
    letters = {letter.to: letter for letter in session.query(Mail)}
    assert letters.keys() == {at.a.email, at.b.email, at.c.email}
    for letter in letters.values():
        assert letter.subject == "Ordine di prova: non si ordina niente"
        assert "È chiuso senza ordinare niente: non ricevi e non paghi niente." in letter.text
    assert "per un altro collo mancavano 3 pezzi." in letters[at.a.email].text
    assert "per un altro collo mancava 1 pezzo." in letters[at.b.email].text
    assert "invece di" not in letters[at.c.email].text and "Arriva" not in letters[at.a.email].text


def test_an_order_cut_to_nothing_is_past_and_nothing_more_can_be_done_with_it(session, at, nothing):
    close(session, at, nothing)
    for act in (
        lambda: settlements.settle(session, at.coordinator, nothing, at.now),
        lambda: opening.cancel(session, at.coordinator, nothing, "", at.now),
        lambda: dry_runs.dry_run(session, at.coordinator, nothing),
    ):
        with pytest.raises(Refused, match="senza ordinare niente"):
            act()
    day = session.get(GroupOrder, nothing).delivery_day
    assert pickups.of_member(session, make.member(session, at.a), at.now) == []
    assert pickups.days(session, at.coordinator, at.now) == []
    assert pickups.day(session, at.coordinator, at.centre.id, day).orders == []


def test_one_full_case_is_an_order_and_carries_its_transport(session, at, nothing):
    """The other side: one piece more, and the same act orders."""
    make.book(session, at, nothing, at.c, (at.crates.id, 0, 2))
    closed = close(session, at, nothing)
    assert closed.ordered and closed.transport_cents == 1001
    session.expire_all()
    assert session.get(GroupOrder, nothing).state == "closed"
    assert checks.violations(session) == []


def test_who_would_only_complete_a_case_and_gets_nothing_is_told_like_everybody_cut(
    session, at, nothing
):
    """C held credit for a crate that nobody began; A and B fill theirs, and read nothing."""
    make.book(session, at, nothing, at.a, (at.boxes.id, 6))
    make.book(session, at, nothing, at.b, (at.crates.id, 4))
    seen = close(session, at, nothing)
    told = {each.name: each.changes for each in seen.households if each.changes}
    assert list(told) == [at.c.name] and seen.audience.letters == 1
    kept = line(session, nothing, at.c, at.crates)
    said = str(recall(kept.reason))
    assert (kept.assigned, said) == (0, "Niente: non c'era un collo da 4 pezzi da completare.")
    jobs.run_all(session)
    (letter,) = session.query(Mail).filter(Mail.subject.contains("quantità cambiate"))
    assert letter.to == at.c.email
    assert f"- {at.crates.name}, fino a 1 pezzo. {said}" in letter.text.replace("\u00a0", " ")
    assert checks.violations(session) == []
