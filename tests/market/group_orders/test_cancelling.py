"""What cancelling an order would do, told before it is done."""

import pytest
from sqlalchemy import update

from kit import shown
from kit.errors import NotFound
from kit.mail import Mail
from market.closings import closings, dry_runs
from market.group_orders import cancelling, opening, orders
from tests import jobs
from tests.market import make


def test_it_tells_who_is_written_to_and_what_is_free_again(session, at, order_id, statements):
    # At most 5 boxes and a honey for the one, 4 boxes for the other.
    found = cancelling.of(session, order_id)
    assert found[:3] == (2, 5 * 200 + 850 + 4 * 200, "open")
    assert sorted(found.audience.addresses) == sorted([at.first.email, at.second.email])
    assert statements(lambda: cancelling.of(session, order_id)) == 4


def test_a_household_that_gave_everything_back_is_not_told(session, at, order_id):
    for product in (at.boxes, at.honey):
        make.book(session, at, order_id, at.first, (product.id, 0))
    assert cancelling.of(session, order_id)[:3] == (1, 800, "open")


def test_an_order_nobody_booked_tells_nobody(session, at):
    make.pieces(session, at)
    assert cancelling.of(session, make.opened(session, at))[:3] == (0, 0, "open")
    with pytest.raises(NotFound):
        cancelling.of(session, 999_999)


def test_an_order_is_cancelled_only_as_it_was_shown(session, at, order_id):
    seen = shown.pack(cancelling.of(session, order_id).parts())
    dry_run = dry_runs.dry_run(session, at.coordinator, order_id)
    closings.close(session, at.coordinator, order_id, dry_run.token, at.now)
    with pytest.raises(shown.Changed, match="lo stato dell'ordine"):
        opening.cancel(session, at.coordinator, order_id, "gelata", at.now, seen=seen)
    assert orders.get(session, order_id).state == "closed"
    seen = shown.pack(cancelling.of(session, order_id).parts())
    opening.cancel(session, at.coordinator, order_id, "gelata", at.now, seen=seen)
    assert orders.get(session, order_id).state == "cancelled"


def test_a_closed_order_is_cancelled_only_while_its_sheet_is_where_the_page_said(
    session, at, closed_id
):
    before = shown.pack(cancelling.of(session, closed_id).parts())
    jobs.run_all(session)  # the sheet is drawn, and its letter written
    with pytest.raises(shown.Changed, match="il foglio per il produttore"):
        opening.cancel(session, at.coordinator, closed_id, "gelata", at.now, seen=before)
    assert orders.get(session, closed_id).state == "closed"
    seen = shown.pack(cancelling.of(session, closed_id).parts())
    # That it left a moment later changes nothing of what is to be done about it.
    session.execute(update(Mail).values(sent_at=at.now))
    opening.cancel(session, at.coordinator, closed_id, "gelata", at.now, seen=seen)
    assert orders.get(session, closed_id).state == "cancelled"


def test_a_part_that_is_none_has_a_name_too():
    assert str(cancelling.named("boh")) == "l'ordine"
