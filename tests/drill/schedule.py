"""Which fault comes when: every kind once before any comes again, in an order of the seed."""

import argparse
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

import calls.jobs  # noqa: F401 - registers the jobs that use cases queue
import market.jobs  # noqa: F401 - likewise
import people.jobs  # noqa: F401 - likewise
from kit import db
from kit.settings import settings
from tests.drill import report
from tests.drill.faults import FAULTS, Fault
from tests.drill.launched import Launched
from tests.drill.rounds import Drill
from tests.served import free_port

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
LEFT_OUT = (
    "Left out: the disk full. It needs a small file system of its own, and none could be mounted"
    " (that takes root)."
)
_TABLES = text(
    "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'"
    " order by relname"
)


def order(faults: list[Fault], seed: int) -> Iterator[Fault]:
    """Give faults without end; the tables' turn comes every third time, as there are many."""
    chance, others = random.Random(seed), [each for each in faults if not each.locks]
    locks = [each for each in faults if each.locks]
    while True:
        for number, each in enumerate(chance.sample(others, len(others))):
            yield each
            if number % 3 == 1:
                yield from locks
        if not others:
            yield from locks


def chosen(asked: argparse.Namespace, small: bool) -> list[Fault]:
    """The faults of a run: those that can be done here, of those that were asked for."""
    can = [each for each in FAULTS if asked.only in each.name and (small or not each.disk)]
    return [each for each in can if each.cheap or not asked.sample]


def run(asked: argparse.Namespace, place: Path, small: bool) -> int:
    """Do the rounds; 1 when something did not hold."""
    began = time.monotonic()

    def say(line: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {line}", flush=True)

    site = Launched(place, free_port(), free_port(), demo=not (asked.sample or asked.plant))
    if asked.plant:
        site.command = ("-m", "tests.drill.planted")
    say(f"starting in {place}")
    try:
        site.start()
        say("everything is up")
        drill = rounds(asked, site, chosen(asked, small), say)
    finally:
        site.stop()
    words = summary(drill, asked, small, time.monotonic() - began)
    print(words, flush=True)
    if asked.docs:
        report.write(PAGE, words)
    print("\n".join(f"BREACH {each}" for each in drill.breaches) or "everything holds", flush=True)
    return 1 if drill.breaches else 0


def rounds(
    asked: argparse.Namespace, site: Launched, faults: list[Fault], say: Callable[[str], None]
) -> Drill:
    """One fault after another until the time is over (a sample: each once), and the end."""
    began, app_url = time.monotonic(), settings().database_url.reveal()
    # The server's own user: it sees who waits, and what for.
    owner = create_engine(make_url(app_url).set(username="postgres"))
    app = db.make_engine(app_url, statement_timeout_s=60)
    drill = Drill(site, owner, app, asked.seed, say, small=asked.sample)
    with owner.connect() as line:
        drill.tables = list(line.scalars(_TABLES))
    random.Random(asked.seed).shuffle(drill.tables)
    for step, fault in enumerate(order(faults, asked.seed), 1):
        if not asked.step or step == asked.step:
            drill.round(step, fault) or drill.round(step, fault)  # unnoticed, it is not done
        once = step >= len(faults) if asked.sample else step == asked.step
        timed = not (asked.step or asked.sample)
        if once or (timed and time.monotonic() - began > asked.minutes * 60):
            break
    say("waiting for the last jobs")
    drill.end()
    owner.dispose()
    app.dispose()
    return drill


def summary(drill: Drill, asked: argparse.Namespace, small: bool, seconds: float) -> str:
    """The table and what it does not say by itself."""
    lines = [report.table(drill.tallies), ""]
    lines.append(f"Seed {asked.seed}, {seconds / 60:.0f} minutes, breaches: {len(drill.breaches)}.")
    if drill.tables:
        lines.append(
            f"Tables that were not locked, as their turn did not come: {len(drill.tables)}."
        )
    if drill.unfelt:
        lines.append(f"Locked, and nobody met it: {', '.join(sorted(set(drill.unfelt)))}.")
    if not small:
        lines.append(LEFT_OUT)
    return "\n".join(lines)
