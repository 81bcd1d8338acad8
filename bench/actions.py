"""The large acts, through the use cases themselves: ranking, closing, settling, printing."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from bench import seed, seed_calls
from bench.meters import Meter, Timed, timed
from bench.report import Row
from calls import papers as call_prints
from calls.rankings import rankings
from calls.score_sheets import queue
from calls.texts import published
from kit import clock, db
from market import settlements
from market.closings import closings, dry_runs
from market.papers import sorting_sheets
from people import sign_ins

RECEIPTS = 6
SHEET_HOUSEHOLDS, SHEET_PRODUCTS, SHEET_LINES = 400, 500, 40


def queue_alone(meter: Meter, call: seed_calls.Seeded, times: int = 40) -> float:
    """CPU ms of the statement behind the evaluator's list, without any page around it."""
    with db.transaction() as session:
        actor = seed_calls.actor_of(session, call.reader_token)
        for _ in range(5):
            queue.queue(session, actor, call.call_id)
        with timed(meter) as spent:
            for _ in range(times):
                queue.queue(session, actor, call.call_id)
    return spent.cpu_ms / times


def ranking(meter: Meter, size: str, count: int, call: seed_calls.Seeded) -> Row:
    """Compute a call's ranking from its marks, to the canonical bytes."""
    with db.transaction() as session:
        version = published.of_call(session, call.call_id)
        with timed(meter) as spent:
            rankings.compute(session, version)
    return _act(None, f"ranking of {count:,} applications", size, spent)


def close_and_settle(meter: Meter, size: str, found: seed.Seeded, lines: int) -> list[Row]:
    """Close the large order as its dry run showed, then charge every household."""
    order_id = found.order_ids[0]
    with db.transaction() as session:
        actor = sign_ins.require(session, found.coordinator_token)
        token = dry_runs.dry_run(session, actor, order_id).token
    with timed(meter) as closed, db.transaction() as session:
        closings.close(session, actor, order_id, token, clock.now(session))
    with timed(meter) as settled, db.transaction() as session:
        settlements.settle(session, actor, order_id, clock.now(session))
    both = Timed(closed.seconds + settled.seconds)
    return [
        _act(None, f"close {lines:,} lines", size, closed),
        _act(None, f"settle {lines:,} lines", size, settled),
        Row(
            "T7",
            f"close and settle {lines:,} lines",
            size,
            1,
            p50_ms=both.seconds * 1000,
            cpu_ms=closed.cpu_ms + settled.cpu_ms,
            value=both.seconds,
            unit="s",
        ),
    ]


def papers(meter: Meter, size: str, call: seed_calls.Seeded) -> list[Row]:
    """Print receipts, and the sorting sheet of 400 households and 500 products."""
    with db.transaction() as session:
        receipt = call_prints.receipt(session, call.submission_id)
    receipt.draw()
    with timed(meter) as drawn:
        for _ in range(RECEIPTS):
            receipt.draw()
    rows = [
        Row(
            "T9",
            "receipt, PDF/A-3a and PDF/UA-1",
            size,
            1,
            p50_ms=drawn.seconds * 1000 / RECEIPTS,
            value=RECEIPTS / drawn.seconds,
            unit="PDF/s",
        )
    ]
    material = sorting_sheets.SortingSheet(_material(), datetime(2026, 1, 1, tzinfo=UTC))
    for template, by in (("household", "household"), ("product", "product")):
        with timed(meter) as drawn:
            sorting_sheets.printed(f"sorting_by_{template}.typ", material).draw()
        name = f"sorting sheet by {by}, {SHEET_HOUSEHOLDS} households x {SHEET_PRODUCTS} products"
        rows.append(Row(None, name, size, 1, value=drawn.seconds, unit="s"))
    return rows


def _act(target: str | None, name: str, size: str, spent: Timed) -> Row:
    return Row(
        target,
        name,
        size,
        1,
        p50_ms=spent.seconds * 1000,
        cpu_ms=spent.cpu_ms,
        value=spent.seconds,
        unit="s",
    )


def _material() -> dict[str, Any]:
    """A sorting sheet's data: every household has 40 of the 500 products."""
    chosen = [
        (h, (h * 7 + n * 11) % SHEET_PRODUCTS)
        for h in range(SHEET_HOUSEHOLDS)
        for n in range(SHEET_LINES)
    ]
    return {
        "centre": "Centro di prova",
        "order": "Ordine grande, Cascina",
        "delivery_day": "mercoledì 2 dicembre",
        "pickup_point": "Oratorio, Via Roma 1",
        "households": [
            {
                "name": f"Famiglia {h}",
                "code": f"F{h}",
                "crate": f"F{h}",
                "lines": [
                    {"product": f"Prodotto {p}", "quantity_text": "1,500 kg", "note": ""}
                    for p in own
                ],
            }
            for h, own in _grouped(chosen, lambda pair: pair)
        ],
        "products": [
            {
                "name": f"Prodotto {p}",
                "unit": "Kg",
                "total_text": f"{len(own)} kg",
                "lines": [
                    {"crate": f"F{h}", "name": f"Famiglia {h}", "quantity_text": "1,500 kg"}
                    for h in own
                ],
            }
            for p, own in _grouped(chosen, lambda pair: (pair[1], pair[0]))
        ],
    }


def _grouped(
    pairs: list[tuple[int, int]], turned: Callable[[tuple[int, int]], tuple[int, int]]
) -> Iterator[tuple[int, list[int]]]:
    found: dict[int, list[int]] = {}
    for key, value in map(turned, pairs):
        found.setdefault(key, []).append(value)
    return iter(sorted(found.items()))
