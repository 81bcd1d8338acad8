"""`python -m bench crowd`: five times what can be served, one greedy person, a deadline.

For a minute before a call's deadline the house is asked for five times what it was just measured to
serve: pages of members, and households that change their lines. One applicant keeps sending heavy
files over 40 connections. 300 applicants send in that minute, most of them in its last seconds, and
a few too late. The load does not wait for answers. Afterwards what was acknowledged is compared
with what is stored, and every invariant of the data is checked. Exit code 1 where anything was
lost, or where a sending was treated otherwise than its instant deserves.
"""

import json
import random
import secrets
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from bench import client, meters, pages, place, seed, seed_calls
from bench.report import Verdict
from bench.run import checked
from kit import db, migrate
from people import sign_ins
from tests.kit.paper.hostile import crowded

MEMBERS, CHANGING, GREEDY, LATE = 160, 48, 40, 20
SHARE_OF_CHANGES = 0.1

# A deadline's own second is in time (docs/rules/calls.md, DR-1): what is whole in it may be read
# within it or after it.
_WHEN = ("in time", "in the deadline's second", "late")
_RECEIVED = text(
    "select application_id, received_at from submission where application_id = any(:ids)"
)
_TOO_LATE = text(
    "select application_id, received_at from late_attempt where application_id = any(:ids)"
)


@dataclass(frozen=True)
class Wanted:
    """What a crowd does: for how long (s), how often as much as can be served, how many applicants
    send, in how many seconds it is prepared."""

    seconds: float
    times: float
    sends: int
    prepared: float


@dataclass(frozen=True)
class Change:
    """A household that changes one line again and again: to which quantities, in turn."""

    household_id: int
    offer_id: int
    wanted: list[int]
    requests: list[bytes]


def run(found: place.Place, wanted: Wanted) -> Verdict:
    """Seed, serve, measure what can be served, send the crowd, judge."""
    with place.database(found) as cluster:
        migrate.upgrade(cluster.owner_url, cluster.app_url)
        engine = db.make_engine(cluster.app_url, statement_timeout_s=600)
        db.configure(engine)
        with db.transaction() as session:
            market = seed.market(session, replace(seed.SIZES["M"], members=MEMBERS))
        with db.transaction() as session:
            world = pages.world(session, market, {}, MEMBERS)
        found.start_web()
        meter = meters.Meter(meters.postmaster(cluster.directory), found.web_pid)
        with found.worker():
            verdict = _crowd(found, world, wanted, meter)
        found.stop_web()
        checked()
        engine.dispose()
        return verdict


def _crowd(found: place.Place, world: pages.World, wanted: Wanted, meter: meters.Meter) -> Verdict:
    reads, changes = _reads(found, world), _changes(found, world)
    capacity = client.run(
        found.port, reads[: pages.CLIENTS], count=20_000, seconds=min(4.0, wanted.seconds)
    ).rate
    deadline = datetime.now(UTC) + timedelta(seconds=wanted.prepared + wanted.seconds)
    deadline = deadline.replace(microsecond=0)
    with db.transaction() as session:
        drafts = seed_calls.open_call(session, deadline, wanted.sends + LATE + 1)
    ends = deadline.timestamp()
    rng = random.Random(2026)
    # Twice as dense every few seconds, the last a tenth of a second before the end; then the late.
    early = sorted(
        ends - 0.1 - rng.random() ** 3 * (wanted.seconds - 1) for _ in drafts[LATE + 1 :]
    )
    instants = [*early, *(ends + 1.2 + 0.1 * n for n in range(LATE))]
    sending = [
        {"at": at, "raw": _send(found, draft).decode("latin-1")}
        for at, draft in zip(instants, drafts[1:], strict=True)
    ]
    rate = wanted.times * capacity
    job: dict[str, Any] = {
        "port": found.port,
        "ends_at": ends,
        "streams": [
            _stream("pages", rate * (1 - SHARE_OF_CHANGES), reads, ordered=False),
            _stream(
                "changes", rate * SHARE_OF_CHANGES, [c.requests for c in changes], ordered=True
            ),
        ],
        "timed": sending,
        "connections": GREEDY,
        "greedy": _upload(found, drafts[0]).decode("latin-1"),
    }
    if time.time() > ends - wanted.seconds:
        raise RuntimeError("the crowd needs more time to be prepared: --prepared")
    time.sleep(ends - wanted.seconds - time.time())
    with meters.watched(meter, min(wanted.seconds, 10.0)) as memory:
        seen = _go(job, wanted.seconds)
    rows = [
        ("pages a second, 16 clients one after the other", f"{capacity:,.0f}"),
        ("asked for a second, for so long", f"{rate:,.0f}, {wanted.seconds:.0f} s"),
    ]
    for stream in job["streams"]:
        rows.append(_told(stream["name"], seen["streams"][stream["name"]]))
    rows.append(("greedy person, 40 connections: answers", _statuses(seen["greedy"])))
    lost = _unstored(changes, seen["streams"]["changes"])
    rows.append(("changes acknowledged and not stored", str(lost)))
    more, unfair, told = _sent(drafts[1:], seen["timed"], ends)
    rows += told
    broken = [f"{lost + more} acknowledged and lost"] if lost + more else []
    broken += [f"{unfair} sendings not treated by their instant"] if unfair else []
    rows.append(("memory of both web processes: before, at the top, at rest", memory.told()))
    return Verdict(rows, broken)


def _stream(name: str, rate: float, requests: Sequence[Sequence[bytes]], *, ordered: bool) -> Any:
    told = [[raw.decode("latin-1") for raw in own] for own in requests]
    return {"name": name, "rate": rate, "requests": told, "ordered": ordered}


def _reads(found: place.Place, world: pages.World) -> list[list[bytes]]:
    """Each member looks at home, at what can be ordered, at a booking page."""
    order = world.market.order_ids[0]
    paths = ("/", "/group-orders", f"/group-orders/{order}/booking")
    return [
        [pages.Ask(path, token).raw(found.port) for path in paths] for token in world.market.tokens
    ]


def _changes(found: place.Place, world: pages.World) -> list[Change]:
    """Some households change a line each, to four quantities in turn."""
    order, made = world.market.order_ids[-1], []
    for n, token in enumerate(world.market.tokens[-CHANGING:]):
        offer = world.offers[order][n % len(world.offers[order])]
        booked = pages.booked_of(world, token)
        wanted = [offer.step * times for times in (4, 5, 6, 7)]
        asks = [pages.line_ask(world, token, order, offer, each, booked) for each in wanted]
        raws = [ask.raw(found.port) for ask in asks]
        made.append(Change(world.households[token], offer.id, wanted, raws))
    return made


def _send(found: place.Place, draft: seed_calls.Draft) -> bytes:
    path = f"/applications/{draft.application_id}/send"
    headers = {**pages.Ask("", draft.token).headers()}
    headers["X-CSRF-Token"] = sign_ins.csrf_token(sign_ins.token_hash(draft.token))
    return client.request("POST", path, found.port, headers, urlencode({"seen": draft.seen}))


def _upload(found: place.Place, draft: seed_calls.Draft) -> bytes:
    """A file of 400,000 objects; whoever sends it gives each sending a key of its own."""
    edge = secrets.token_hex(8)
    part = 'Content-Disposition: form-data; name="{}"'
    key = f"--{edge}\r\n{part.format('key')}\r\n\r\n{client.KEY}\r\n"
    file = f'--{edge}\r\n{part.format("file")}; filename="visura.pdf"\r\n'
    body = (key + file + "Content-Type: application/pdf\r\n\r\n").encode()
    body += crowded() + f"\r\n--{edge}--\r\n".encode()
    lines = [
        f"POST /applications/{draft.application_id}/attachments HTTP/1.1",
        f"Host: 127.0.0.1:{found.port}",
        f"Cookie: {sign_ins.COOKIE}={draft.token}",
        f"X-CSRF-Token: {sign_ins.csrf_token(sign_ins.token_hash(draft.token))}",
        f"Content-Type: multipart/form-data; boundary={edge}",
        f"Content-Length: {len(body)}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def _go(job: dict[str, Any], seconds: float) -> Any:
    ended = subprocess.run(
        [sys.executable, "-S", "-m", "bench.open_loop"],
        cwd=place.ROOT,
        input=json.dumps(job).encode(),
        stdout=subprocess.PIPE,
        check=True,
        timeout=seconds + 240,
    )
    return json.loads(ended.stdout)


def _told(name: str, seen: dict[str, Any]) -> tuple[str, str]:
    """One row of a stream: how many were asked for, what was answered, how fast."""
    words = [f"{seen['scheduled']:,} asked", _statuses(seen["statuses"])]
    if seen["left_out"]:
        words.append(f"{seen['left_out']:,} not sent (4,000 waited already, or the one before did)")
    words.append(f"served in {_spread(seen['latencies'])}")
    return f"{name}: asked, answers, time", "; ".join(words)


def _statuses(seen: dict[str, int]) -> str:
    names = {"200": "served", "303": "served", "503": "told to come back", "none": "no answer"}
    found: Counter[str] = Counter()
    for status, count in seen.items():
        found[names.get(status, status)] += count
    return ", ".join(f"{count:,} {name}" for name, count in found.most_common()) or "none"


def _unstored(changes: Sequence[Change], seen: dict[str, Any]) -> int:
    """Count the households whose line is not what was acknowledged last."""
    stored = text(
        "select l.wanted from booking_line l join booking b on b.id = l.booking_id"
        " where b.household_id = :household and l.offer_id = :offer"
    )
    wrong = 0
    with db.transaction() as session:
        for n, change in enumerate(changes):
            if seen["taken"][n] is None or n in seen["unknown"]:
                continue
            found = session.scalar(
                stored, {"household": change.household_id, "offer": change.offer_id}
            )
            wrong += found != change.wanted[seen["taken"][n]]
    return wrong


def _sent(
    drafts: Sequence[seed_calls.Draft], seen: Sequence[dict[str, Any]], ends: float
) -> tuple[int, int, list[tuple[str, str]]]:
    """Hold every sending against its instant and against what is stored."""
    with db.transaction() as session:
        ids = {"ids": [draft.application_id for draft in drafts]}
        stored = _instants(session, _RECEIVED, ids)
        read = {**_instants(session, _TOO_LATE, ids), **stored}
    lost = unfair = 0
    answers: dict[str, Counter[str]] = {when: Counter() for when in _WHEN}
    waits, lags, last = [], [], -float("inf")
    for draft, told in zip(drafts, seen, strict=True):
        id_, whole = draft.application_id, told["whole_at"] or 1e12
        in_time = whole <= ends
        answers[_WHEN[0] if in_time else _WHEN[1 if int(whole) <= ends else 2]][told["status"]] += 1
        lost += told["status"] == "303" and id_ not in stored
        unfair += in_time and id_ not in stored
        unfair += id_ in stored and int(stored[id_]) > ends
        if id_ in read:
            lags.append((read[id_] - whole) * 1000)
        if in_time and id_ in stored:
            last = max(last, whole)
            waits.append((told["answered_at"] - whole) * 1000)
    rows = [(f"sendings {name}: answers", _statuses(found)) for name, found in answers.items()]
    rows += [
        ("sendings acknowledged and not stored", str(lost)),
        ("sendings whole in time and not accepted, or late and accepted", str(unfair)),
        ("the last accepted was whole before the deadline by", f"{ends - last:.2f} s"),
        ("sendings: the instant kept is after the last byte by", _spread(lags)),
        ("sendings: answered after the last byte by", _spread(waits)),
    ]
    return lost, unfair, rows


def _instants(session: Session, statement: TextClause, ids: dict[str, Any]) -> dict[int, float]:
    """Seconds of the epoch by application."""
    return {row[0]: row[1].timestamp() for row in session.execute(statement, ids)}


def _spread(values: Sequence[float]) -> str:
    load = client.Load(list(values), {}, 1.0)
    most = max(values, default=0.0)
    return f"p50 {load.percentile(0.5):,.0f}, p95 {load.percentile(0.95):,.0f}, most {most:,.0f} ms"
