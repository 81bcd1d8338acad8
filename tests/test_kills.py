"""SIGKILL in the middle of closing and of settling: before or wholly after, never between."""

import contextlib
import threading
import time

import httpx
import pytest
from sqlalchemy import func, select

import ledger.checks
import market.checks
from bench import seed
from kit import audit, clock, db
from kit.paper.documents import Document
from ledger.tables import Journal
from market.closings import dry_runs
from market.tables.bookings import Booking
from market.tables.orders import GroupOrder
from people import sign_ins
from tests.served import serving

pytestmark = pytest.mark.kill

SCENE = seed.Size(120, 120, 2, 120, 2, 60, 40, 120 * 40 * 2, members=1)
DELAYS_S = (0.05, 0.2)


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
        headers={"X-CSRF-Token": sign_ins.csrf_token(token)},
        timeout=30,
    )


def fire_and_kill(served, seeded, path: str, fields: dict, delay_s: float) -> None:
    """Send the request and kill the web process while it is being served."""

    def send() -> None:
        with browser(served, seeded) as client, contextlib.suppress(httpx.HTTPError):
            client.post(path, data=fields)

    thread = threading.Thread(target=send)
    thread.start()
    time.sleep(delay_s)
    served.kill("web")
    thread.join()
    served.start_web()


def check_everything(committed) -> None:
    db.configure(committed.engine)
    for violations in (ledger.checks.violations, market.checks.violations, audit.violations):
        with db.transaction() as session:
            assert violations(session) == []


def state_of(committed, order_id: int) -> str:
    with committed.sessions() as session:
        return session.scalar(select(GroupOrder.state).where(GroupOrder.id == order_id))


def token_of(committed, seeded, order_id: int) -> str:
    with committed.sessions() as session:
        actor = sign_ins.require(session, seeded.coordinator_token)
        return dry_runs.dry_run(session, actor, order_id).token


def test_killing_the_web_while_closing_leaves_before_or_after(committed, seeded, served):
    for order_id, delay_s in zip(seeded.order_ids, DELAYS_S, strict=True):
        fields = {"token": token_of(committed, seeded, order_id)}
        path = f"/group-orders/{order_id}/closing"
        fire_and_kill(served, seeded, path, fields, delay_s)
        state = state_of(committed, order_id)
        assert state in ("open", "closed")
        with committed.sessions() as session:
            assigned = session.scalar(
                select(func.count()).where(
                    Booking.group_order_id == order_id, Booking.assigned_cents.is_not(None)
                )
            )
            sheets = session.scalar(
                select(func.count()).where(
                    Document.subject_kind == "group_order", Document.subject_id == order_id
                )
            )
        assert (assigned, sheets) == ((0, 0) if state == "open" else (120, 4))
        check_everything(committed)
        if state == "open":
            with browser(served, seeded) as client:
                assert client.post(path, data=fields).status_code == 303


def test_killing_the_web_while_settling_charges_nobody_twice(committed, seeded, served):
    for order_id, delay_s in zip(seeded.order_ids, DELAYS_S, strict=True):
        path = f"/group-orders/{order_id}/settlement"
        fire_and_kill(served, seeded, path, {}, delay_s)
        state = state_of(committed, order_id)
        assert state in ("closed", "settled")
        charged = charges(committed, order_id)
        assert charged == (0 if state == "closed" else 120)
        check_everything(committed)
        with browser(served, seeded) as client:
            again = client.post(path)
        assert again.status_code == (303 if state == "closed" else 409)
        assert charges(committed, order_id) == 120
    check_everything(committed)


def charges(committed, order_id: int) -> int:
    with committed.sessions() as session:
        return session.scalar(
            select(func.count()).where(Journal.key.like(f"group-order:{order_id}:household:%"))
        )


def test_a_killed_worker_leaves_nothing_unmade(committed, seeded, served):
    """The documents of the closed orders get made though the worker is killed at its work."""
    for delay_s in (4.0,):
        served.start_worker()
        time.sleep(delay_s)
        served.kill("worker")
    served.start_worker()
    end = time.monotonic() + 150
    while time.monotonic() < end:
        with committed.sessions() as session:
            left = session.scalar(select(func.count()).where(Document.state != "ready"))
            made = session.scalar(select(func.count()).where(Document.state == "ready"))
        if left == 0:
            break
        time.sleep(0.5)
    assert (left, made) == (0, 8)
    check_everything(committed)
    with committed.sessions() as session:
        assert clock.now(session)
