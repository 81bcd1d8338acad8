"""Which fault comes when: every kind once before any comes again, in an order of the seed."""

import argparse
import random
import time
from collections.abc import Iterator
from contextlib import ExitStack
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


def run(asked: argparse.Namespace, place: Path, small: bool, stack: ExitStack) -> int:
    """Do the rounds; 1 when something did not hold."""
    began = time.monotonic()

    def say(line: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {line}", flush=True)

    bare = asked.sample or bool(asked.plant)
    command = ("-m", "tests.drill.planted", asked.plant) if asked.plant else None
    site = Launched(place, free_port(), free_port(), demo=not bare)
    site.command = command or site.command
    stack.callback(site.stop)
    say(f"starting in {place}")
    site.start()
    # The server's own user: it sees who waits, and what for.
    everything = make_url(settings().database_url.reveal()).set(username="postgres")
    owner = create_engine(everything)
    app = db.make_engine(settings().database_url.reveal(), statement_timeout_s=60)
    drill = Drill(site, owner, app, asked.seed, say, each=1 if asked.sample or asked.small else 3)
    with owner.connect() as line:
        drill.tables = random.Random(asked.seed).sample(*_all(list(line.scalars(_TABLES))))
    say("everything is up")
    faults = chosen(asked, small)
    for step, fault in enumerate(order(faults, asked.seed), 1):
        if asked.step and step != asked.step:
            if step > asked.step:
                break
            continue
        drill.round(step, fault)
        enough = step >= len(faults) if asked.sample else not _left(asked, began)
        if enough:
            break
    say("waiting for the last jobs")
    drill.end()
    words = summary(drill, asked, small, len(drill.tables), time.monotonic() - began)
    print(words, flush=True)
    if asked.docs:
        report.write(PAGE, words)
    print("\n".join(f"BREACH {each}" for each in drill.breaches) or "everything holds", flush=True)
    owner.dispose()
    app.dispose()
    return 1 if drill.breaches else 0


def _all(names: list[str]) -> tuple[list[str], int]:
    return names, len(names)


def _left(asked: argparse.Namespace, began: float) -> bool:
    return time.monotonic() - began < asked.minutes * 60


def summary(
    drill: Drill, asked: argparse.Namespace, small: bool, unlocked: int, seconds: float
) -> str:
    """The table and what it does not say by itself."""
    lines = [report.table(drill.tallies), ""]
    lines.append(f"Seed {asked.seed}, {seconds / 60:.0f} minutes, breaches: {len(drill.breaches)}.")
    if unlocked and any(each.locks for each in FAULTS if each.name in drill.tallies):
        lines.append(f"Tables whose turn did not come: {unlocked}.")
    if drill.unfelt:
        lines.append(f"Locked, and nobody met it: {', '.join(sorted(set(drill.unfelt)))}.")
    if not small:
        lines.append(LEFT_OUT)
    return "\n".join(lines)
