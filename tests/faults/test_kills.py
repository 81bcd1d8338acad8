"""SIGKILL in the middle of closing and of settling: before or wholly after, never between."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest
from sqlalchemy import create_engine, func, select, text

import ledger.checks
import market.checks
from bench import seed
from kit import audit, clock, db
from kit.paper.documents import Document
from ledger.tables import Journal
from market.tables.bookings import Booking
from market.tables.orders import GroupOrder
from people import sign_ins
from tests.forms import sent_to
from tests.served import serving
from tests.waiting import until, until_blocked

pytestmark = pytest.mark.kill

SCENE = seed.Size(120, 120, 2, 120, 2, 60, 40, 120 * 40 * 2, members=1)


@pytest.fixture(scope="module")
def seeded(committed):
    db.configure(committed.engine)
    with db.transaction() as session:
        return seed.market(session, SCENE)


@pytest.fixture(scope="module")
def served(committed, seeded, tmp_path_factory):
    with serving(
        committed.app_url, committed.owner_url, tmp_path_factory.mktemp("served"), workers=1
    ) as found:
        yield found


def browser(served, seeded) -> httpx.Client:
    token = seeded.coordinator_token
    return httpx.Client(
        base_url=served.url,
        cookies={"session": token},
        headers={"X-CSRF-Token": sign_ins.csrf_token(sign_ins.token_hash(token))},
        timeout=30,
    )


@contextmanager
def sent(served, seeded, path: str, fields: dict[str, str]) -> Iterator[None]:
    """Send the request and let the block, which kills the web, run while it is served."""

    def send() -> None:
        with browser(served, seeded) as client, contextlib.suppress(httpx.HTTPError):
            client.post(path, data=fields)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        served.kill("web")
        thread.join()
        served.start_web()


def kill_at(table: str, committed, served, seeded, path: str, fields: dict[str, str]) -> None:
    """Kill the web process in the middle of its transaction: as it writes to this table."""
    holder = create_engine(committed.owner_url)
    with holder.connect() as line:
        line.execute(text(f"lock table {table} in share mode"))
        with sent(served, seeded, path, fields):
            until_blocked(committed.engine)
            served.kill("web")
            line.rollback()
    holder.dispose()


def kill_after(done: Callable[[], bool], served, seeded, path: str, fields: dict[str, str]) -> None:
    """Kill the web process as soon as what it did is there for everybody to see."""
    with sent(served, seeded, path, fields):
        until(done, "the act to be done")
        served.kill("web")


def check_everything(committed) -> None:
    db.configure(committed.engine)
    for violations in (ledger.checks.violations, market.checks.violations, audit.violations):
        with db.transaction() as session:
            assert violations(session) == []


def state_of(committed, order_id: int) -> str:
    with committed.sessions() as session:
        return session.scalar(select(GroupOrder.state).where(GroupOrder.id == order_id))


def closed(committed, order_id: int) -> tuple[str, int, int]:
    """The state of an order, its bookings with an assigned amount, its documents."""
    assigned = select(func.count()).where(
        Booking.group_order_id == order_id, Booking.assigned_cents.is_not(None)
    )
    sheets = select(func.count()).where(
        Document.subject_kind == "group_order", Document.subject_id == order_id
    )
    with committed.sessions() as session:
        numbers = session.scalar(assigned), session.scalar(sheets)
    return state_of(committed, order_id), *numbers


def test_killing_the_web_while_closing_leaves_before_or_after(committed, seeded, served):
    first, second = seeded.order_ids
    path = f"/group-orders/{first}/closing"
    fields = shown_now(served, seeded, path)
    for table in ("booking_line", "group_order", "procrastinate_jobs"):
        kill_at(table, committed, served, seeded, path, fields)
        assert closed(committed, first) == ("open", 0, 0), table
        check_everything(committed)
    with browser(served, seeded) as client:
        assert client.post(path, data=fields).status_code == 303

    path = f"/group-orders/{second}/closing"
    fields = shown_now(served, seeded, path)
    kill_after(lambda: state_of(committed, second) == "closed", served, seeded, path, fields)
    assert closed(committed, first) == closed(committed, second) == ("closed", 120, 4)
    check_everything(committed)


def test_killing_the_web_while_settling_charges_nobody_twice(committed, seeded, served):
    first, second = seeded.order_ids
    path = f"/group-orders/{first}/settlement"
    for table in ("journal", "charge", "procrastinate_jobs"):
        kill_at(table, committed, served, seeded, path, shown_now(served, seeded, path))
        assert (state_of(committed, first), charges(committed, first)) == ("closed", 0), table
        check_everything(committed)
    with browser(served, seeded) as client:
        fields = shown_now(served, seeded, path)
        assert client.post(path, data=fields).status_code == 303
    assert charges(committed, first) == 120

    path = f"/group-orders/{second}/settlement"
    fields = shown_now(served, seeded, path)
    kill_after(lambda: state_of(committed, second) == "settled", served, seeded, path, fields)
    assert charges(committed, second) == 120
    with browser(served, seeded) as client:
        assert client.post(path, data=fields).status_code == 409
    assert (charges(committed, first), charges(committed, second)) == (120, 120)
    check_everything(committed)


def shown_now(served, seeded, path: str) -> dict[str, str]:
    """What the form of a page sends as it stands."""
    with browser(served, seeded) as client:
        return sent_to(client.get(path), path)


def charges(committed, order_id: int) -> int:
    with committed.sessions() as session:
        return session.scalar(
            select(func.count()).where(Journal.key.like(f"group-order:{order_id}:household:%"))
        )


def test_a_killed_worker_leaves_nothing_unmade(committed, seeded, served):
    """The documents of the closed orders get made though the worker is killed at its work.

    Whoever was killed is known by its heartbeat, which is put back here as by time.
    """
    served.start_worker()
    until(lambda: count(committed, "procrastinate_jobs where status = 'doing'"), "work")
    served.kill("worker")
    assert count(committed, "procrastinate_jobs where status = 'doing'") > 0
    with committed.sessions() as session:
        older = "last_heartbeat = last_heartbeat - interval '1 minute'"
        session.execute(text(f"update procrastinate_workers set {older}"))
        session.commit()
    served.start_worker()
    made = "document where state = 'ready'"
    until(lambda: count(committed, made) == 8, "the last document", 150)
    assert count(committed, "document") == 8
    check_everything(committed)
    with committed.sessions() as session:
        assert clock.now(session)


def count(committed, rows: str) -> int:
    with committed.sessions() as session:
        return int(session.scalar(text(f"select count(*) from {rows}")))
