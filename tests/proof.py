"""The whole proof of what tests only sample: `python -m tests.proof` (or `make proof`).

It builds the demo on a scratch database, takes its published ranking and changes every bit and
every value of `graduatoria.json` and `bando.json`, one at a time: with the true hash no change may
pass, under a hash of its own none of a value that decides (`tests/calls/trials.py` names the rest,
with the reason). It prints seed and progress and ends with 1 when one change too many passed.

Each worker imports the program once and gives it the changed files; what it read of an untouched
file it keeps, because the same bytes say the same. That nothing of this matters is shown by the
program itself, run on some changes as a citizen runs it: it must end and speak the same.

`--sample N` makes N changes of each kind instead, `--only TEXT` the trials whose name has the text,
`--cores N` uses so many, `--files FOLDER` takes graduatoria.json and bando.json from there.
"""

import argparse
import gc
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from multiprocessing import Pool
from pathlib import Path
from typing import Any, NamedTuple

from calls.verification import verify_ranking_2
from kit.canonical import sha256
from tests.calls.bundles import Files, refusals
from tests.calls.trials import KINDS, TRIALS, Kind, Trial

CHUNK = 512
RUNS = 25  # of each trial and kind, as a program of its own
TOLD = 40  # differences that the program writes


class Task(NamedTuple):
    """Some changes of one trial and kind, by number."""

    trial: int
    kind: int
    numbers: Sequence[int]


def demo(folder: str) -> Files:
    """The demo's published ranking with its call."""
    os.environ.update(
        FARELEGAMI_TESTING="1", FARELEGAMI_DATA=folder, PUBLIC_URL="https://demo.example"
    )
    # Only now: importing them reads the settings.
    from calls.rankings import published_rankings
    from calls.texts import published
    from demo import world
    from kit import db, migrate
    from kit.postgres import clusters

    with clusters.start_temporary() as cluster:
        migrate.upgrade(cluster.owner_url, cluster.app_url)
        engine = db.make_engine(cluster.app_url, statement_timeout_s=60)
        db.configure(engine)
        world.build(lambda line: print(line, flush=True))
        with db.transaction() as session:
            row = published_rankings.in_force(session, 1)
            call = published.plain(session, row.call_version_id)
            found = Files(row.content.encode(), call, row.sha256)
        engine.dispose()
    return found


_at_work: list[Files] = []


def begin(found: Files) -> None:
    """Prepare a worker: the files, and what the program reads of them untouched."""
    _at_work[:] = [found]
    read = verify_ranking_2.read
    shapes = {found.ranking: verify_ranking_2.SHAPE, found.call: object}
    untouched = {data: read(data, shape) for data, shape in shapes.items()}

    def remembering(data: bytes, shape: Any) -> tuple[Any, list[Any]]:
        if data not in untouched or shape is not shapes[data]:
            return read(data, shape)
        content, faults = untouched[data]
        return content, [*faults]

    verify_ranking_2.read = remembering
    gc.freeze()


def passing(task: Task) -> tuple[int, Counter[str]]:
    """Make these changes one at a time; how many, and which fields passed how often."""
    trial, kind, (found,) = TRIALS[task.trial], KINDS[task.kind], _at_work
    fields = (field for one in task.numbers for field in trial.passing(found, kind, one))
    return len(task.numbers), Counter(fields)


def run(trial: Trial, kind: Kind, found: Files, number: int, folder: Path) -> str:
    """Run the program itself on a change: how it ends otherwise than its `verify` says, or ""."""
    changed = trial.changed(found, kind, number)
    (folder / "graduatoria.json").write_bytes(changed.ranking)
    (folder / "bando.json").write_bytes(changed.call)
    command = [sys.executable, "-I", verify_ranking_2.__file__, "graduatoria.json", "bando.json"]
    command += ["--sha256", changed.sha256]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    told = refusals(changed)
    last = f"La graduatoria NON è verificata: differenze {len(told)}."
    sound = "La graduatoria è corretta: ha l'impronta data e ogni valore si ricalcola uguale."
    words = [*told[:TOLD], last] if told else [*done.stdout.splitlines()[:-1], sound]
    if (done.returncode, done.stdout.splitlines(), done.stderr) == (bool(told), words, ""):
        return ""
    return f"{kind.name} {number}: ended with {done.returncode} after {done.stdout} {done.stderr}"


def prove(found: Files, asked: argparse.Namespace, folder: Path) -> int:
    """Make every trial and print what passed; how many changes passed that must not."""
    wrong, chance = 0, random.Random(asked.seed)
    with Pool(asked.cores, begin, (found,)) as pool:
        for of_trial, trial in enumerate(TRIALS):
            for of_kind, kind in enumerate(KINDS):
                if asked.only not in trial.name:
                    continue
                every = range(trial.many(found, kind))
                numbers = chance.sample(every, min(asked.sample or len(every), len(every)))
                parts = range(0, len(numbers), CHUNK)
                tasks = (Task(of_trial, of_kind, numbers[one : one + CHUNK]) for one in parts)
                begun, passed, tried = time.monotonic(), Counter[str](), 0
                for count, fields in pool.imap_unordered(passing, tasks):
                    tried, passed = tried + count, passed + fields
                    print(f"  {tried:,} of {len(numbers):,}", end="\r", file=sys.stderr)
                wrong += tell(trial, kind, tried, passed, time.monotonic() - begun)
                runs = chance.sample(every, min(RUNS, len(every)))
                for line in filter(None, (run(trial, kind, found, one, folder) for one in runs)):
                    print(f"    {line}")
                    wrong += 1
    return wrong


def tell(trial: Trial, kind: Kind, tried: int, passed: Counter[str], spent: float) -> int:
    """Print what passed, field by field; how many of them must not."""
    print(
        f"{trial.name}: {tried:,} changes of one {kind.name} in {spent:.0f} s,"
        f" {passed.total():,} passed",
        flush=True,
    )
    for field, times in sorted(passed.items()):
        print(f"    {times:6,}  {field}: {trial.may_pass.get(field, 'MUST NOT PASS')}")
    return sum(times for field, times in passed.items() if field not in trial.may_pass)


def main() -> int:
    """Prove it on the demo; 1 when something passed that must not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**9))
    parser.add_argument("--only", default="")
    parser.add_argument("--cores", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--files", type=Path)
    asked = parser.parse_args()
    found = held(asked.files) if asked.files else built()
    print(
        f"seed {asked.seed}; graduatoria.json {len(found.ranking):,} bytes, bando.json"
        f" {len(found.call):,} bytes"
    )
    if told := refusals(found):
        print("the ranking itself is refused:", *told, sep="\n")
        return 1
    with tempfile.TemporaryDirectory() as place:
        wrong = prove(found, asked, Path(place))
    print(f"{wrong} changes passed that must not" if wrong else "everything holds")
    return 1 if wrong else 0


def held(folder: Path) -> Files:
    """The files of a folder, under the hash they have."""
    ranking = (folder / "graduatoria.json").read_bytes()
    return Files(ranking, (folder / "bando.json").read_bytes(), sha256(ranking))


def built() -> Files:
    """The demo's, in a folder that goes away."""
    with tempfile.TemporaryDirectory(dir="/var/lib" if os.geteuid() == 0 else None) as folder:
        return demo(folder)


if __name__ == "__main__":
    sys.exit(main())
