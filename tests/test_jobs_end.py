"""Every job ends: each task is failed for good, and says so where somebody waits for it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from calls.applications import attachments
from calls.tables.applications import FileInspection
from kit import clock, db, dead_jobs, jobs, mail
from kit.dead_jobs import DeadJob
from kit.errors import NotFound, Refused
from kit.http.forms import Upload
from kit.mail import Mail
from kit.paper import documents
from kit.paper.documents import Document
from market.tables.catalogue import PriceListImport
from tests import make
from tests.calls import make as calls
from tests.market import make as market
from tests.waiting import until
from tests.working import working

REAL = sorted(name for name in jobs.tasks if not name.startswith("kit.test_"))
Planted = tuple[dict[str, Any], Callable[[Session], str]]
"""The arguments of a job of somebody, and what they read once it is dead."""


def a_document(session: Session, name: str) -> Planted:
    row = documents.request(
        session,
        kind="x",
        subject_kind="nothing",
        subject_id=1,
        filename="x.pdf",
        media_type="application/pdf",
        task=name,
        now=clock.now(session),
    )
    return {"document_id": row.id}, lambda s: s.get_one(Document, row.id).error or ""


def a_letter(session: Session, _name: str) -> Planted:
    mail.queue(
        session,
        kind="kit.letter",
        to="anna@esempio.it",
        reader="Anna",
        subject="x",
        text="x",
        key="end:1",
    )
    id_ = session.scalars(select(Mail.id).where(Mail.key == "end:1")).one()

    def said(s: Session) -> str:
        row = s.get_one(Mail, id_)
        return f"{row.channel} {row.to} {row.given_up_on}"

    return {"mail_id": id_}, said


def an_import(session: Session, _name: str) -> Planted:
    row = PriceListImport(
        centre_id=market.world(session).centre.id,
        filename="x.json",
        sha256="0" * 64,
        state="waiting",
        facts={},
        created_at=clock.now(session),
    )
    session.add(row)
    session.flush()

    def said(s: Session) -> str:
        found = s.get_one(PriceListImport, row.id)
        return f"{found.state}: {found.facts['error']['text']}"

    return {"import_id": row.id}, said


def an_inspection(session: Session, _name: str) -> Planted:
    actor = make.actor(session)
    mine = calls.draft(session, calls.call(session), actor)
    upload = Upload("cv.pdf", "application/pdf", b"%PDF-1")
    file = attachments.add(session, actor, mine, upload, clock.now(session))
    return {"attachment_id": file.id}, lambda s: s.get_one(FileInspection, file.id).state


def about(**args: int) -> Callable[[Session, str], Planted]:
    """Letters about something: whoever looks after it reads that nobody writes them."""

    def plant(_session: Session, _name: str) -> Planted:
        ((argument, id_),) = args.items()
        return args, lambda s: " ".join(map(str, dead_jobs.about(s, argument, [id_])))

    return plant


def listed(session: Session, name: str) -> Planted:
    """What only the administration looks after."""
    return {}, lambda s: " ".join(str(row.undone) for row in dead_jobs.all_(s) if row.task == name)


OURS = "ci abbiamo provato più volte"
WHERE: dict[str, tuple[Callable[[Session, str], Planted], str]] = {
    "kit.send_mail": (a_letter, "none Anna anna@esempio.it"),
    "calls.inspection": (an_inspection, "unknown"),
    "market.price_list_import": (an_import, "failed: Non siamo riusciti"),
    "market.closing_notices": (about(group_order_id=1), OURS),
    "market.moving_notices": (about(group_order_id=2), OURS),
    "market.settlement_notices": (about(group_order_id=3), OURS),
    "market.cancelled_notices": (about(group_order_id=4), OURS),
    "calls.ranking_notices": (about(ranking_id=1), OURS),
    "calls.file_notice": (about(attachment_id=10**6), OURS),
    "people.write_link": (listed, "link per entrare"),
    "people.write_address": (listed, "un nuovo indirizzo"),
    "community.erase": (listed, "Cancellare un accesso"),
    **{
        name: (a_document, str(documents.GIVEN_UP))
        for name in REAL
        if jobs.tasks[name].ended is documents.ended
    },
    **{name: (listed, str(jobs.tasks[name].named)) for name in REAL if jobs.tasks[name].cron},
}


def test_every_task_says_where_its_end_is_read():
    assert sorted(WHERE) == REAL


@pytest.fixture
def house(committed) -> Iterator[str]:
    db.configure(committed.engine)
    with db.transaction() as session:
        for table in ("procrastinate_periodic_defers", "procrastinate_jobs", "dead_job"):
            session.execute(text(f"delete from {table}"))
    yield committed.app_url
    db.configure(committed.engine)


def queued(session: Session, name: str, args: dict[str, Any], attempts: int) -> None:
    """A job that was tried so often before, as it waits with procrastinate."""
    made = text(
        "insert into procrastinate_jobs (queue_name, task_name, args, attempts)"
        " values (:queue, :task, cast(:args as jsonb), :attempts)"
    )
    session.execute(
        made,
        {
            "queue": jobs.tasks[name].queue,
            "task": name,
            "args": json.dumps({"timestamp": 60} if jobs.tasks[name].cron else args),
            "attempts": attempts,
        },
    )


def break_(monkeypatch, name: str, error: Exception) -> None:
    def broken(*_args: Any, **_values: Any) -> None:
        raise error

    monkeypatch.setitem(jobs.tasks, name, replace(jobs.tasks[name], body=broken))


def left() -> dict[str, int]:
    """Which jobs stand with procrastinate, and how often each was tried."""
    with db.transaction() as session:
        rows = session.execute(text("select task_name, attempts from procrastinate_jobs"))
        return {name: attempts for name, attempts in rows if name in WHERE}


def test_a_job_that_used_up_its_tries_says_so_where_somebody_waits(house, monkeypatch):
    said = {}
    with db.transaction() as session:
        for name, (plant, _) in WHERE.items():
            args, said[name] = plant(session, name)
            session.execute(
                text("delete from procrastinate_jobs where task_name = :n"), {"n": name}
            )
            queued(session, name, args, attempts=8)
            break_(monkeypatch, name, ValueError("planted"))
    with capture_logs() as noted, working(house):
        until(lambda: not left(), "every job to have ended", 40)
    with db.transaction() as session:
        for name, (_, words) in WHERE.items():
            assert words in said[name](session), name
        assert {row.task for row in dead_jobs.all_(session)} == set(WHERE)
        named = "\n".join(dead_jobs.violations(session))
        assert all(f"job {name} " in named for name in WHERE)
    errors = [line for line in noted if line["event"] == "job_dead"]
    assert {line["task"] for line in errors} == set(WHERE)
    assert {line["log_level"] for line in errors} == {"error"}


def test_what_a_rule_refuses_is_tried_once_and_what_is_not_there_again(house, monkeypatch):
    refused, absent = "market.closing_notices", "market.settlement_notices"
    break_(monkeypatch, refused, Refused("No."))
    break_(monkeypatch, absent, NotFound())
    with db.transaction() as session:
        queued(session, refused, {"group_order_id": 7}, attempts=0)
        queued(session, absent, {"group_order_id": 7}, attempts=0)
    with working(house):
        until(lambda: set(left()) == {absent}, "one to be dead, one to wait", 40)
    assert left()[absent] >= 1
    with db.transaction() as session:
        assert [row.task for row in session.scalars(select(DeadJob))] == [refused]
        (said,) = dead_jobs.about(session, "group_order_id", [7])
        assert str(said).startswith("Le lettere sulle quantità cambiate")
        assert dead_jobs.about(session, "group_order_id", [8]) == []


def test_what_is_done_at_last_is_no_longer_dead(house):
    with db.transaction() as session:
        for args in ({}, {"wish_id": 7}):
            task = "kit.forget_acts" if not args else "people.write_link"
            dead = DeadJob(task=task, args=args, tries=9, killed=0, died_at=clock.now(session))
            session.add(dead)
    jobs.run("kit.forget_acts", {})
    with db.transaction() as session:
        assert [row.task for row in dead_jobs.all_(session)] == ["people.write_link"]
