"""What whoever runs a centre sees of its orders."""

from datetime import timedelta

from kit.paper.documents import Document
from market import boards
from market.group_orders import opening
from market.group_orders.rules.standing import Stage
from tests import make as people_make
from tests.market import make


def test_orders_under_way_come_with_what_is_due_first(session, at, order_id):
    late = make.opened(session, at, closes_at=at.now + timedelta(days=1))
    (board,) = boards.of_actor(session, at.coordinator, at.now + timedelta(days=2))
    assert [(e.order.id, e.standing.stage, e.due, e.to_close) for e in board.current] == [
        (late, Stage.OVER, True, True),
        (order_id, Stage.OPEN, False, False),
    ]
    assert board.past == []


def test_papers_are_counted_and_what_failed_among_them(session, at, closed_id):
    papers = session.query(Document).filter_by(subject_id=closed_id).order_by(Document.id).all()
    papers[0].state, papers[0].sha256, papers[0].size = "ready", "0" * 64, 1
    papers[0].ready_at = at.now
    papers[1].state = "failed"
    session.flush()
    (board,) = boards.of_actor(session, at.coordinator, at.now)
    (entry,) = board.current
    assert (entry.documents, entry.documents_ready, entry.documents_failed) == (4, 1, 1)


def test_only_the_latest_of_what_is_over_is_shown(session, at, order_id):
    gone = []
    for _ in range(boards.PAST + 1):
        gone.append(make.opened(session, at))
        opening.cancel(session, at.coordinator, gone[-1], "gelata", at.now)
    (board,) = boards.of_actor(session, at.coordinator, at.now)
    assert [order.id for order, _ in board.past] == gone[:0:-1]
    assert {said.stage for _, said in board.past} == {Stage.CANCELLED}


def test_a_treasurer_keeps_accounts_and_does_not_coordinate(session, at):
    treasurer = people_make.actor(session, None, ("treasurer", "centre", at.centre.id))
    (board,) = boards.of_actor(session, treasurer, at.now)
    assert (board.coordinates, board.keeps_accounts) == (False, True)
    driver = people_make.actor(session, None, ("driver", "centre", at.centre.id))
    assert boards.of_actor(session, driver, at.now) == []


def test_only_delivered_orders_count_as_reached(session, at, order_id):
    before = boards.reached(session)
    make.household(session, at)
    after = boards.reached(session)
    assert (after.households, after.orders) == (before.households + 1, before.orders)
