"""The whole proof of what tests only sample: `python -m tests.proof` (or `make proof`).

It builds the demo on a scratch database, takes its published ranking and changes every bit of
`graduatoria.json` and `bando.json`, one at a time: with the true hash no change may pass, under
a hash of its own none of a value that decides (`tests/calls/trials.py` names the rest, with the
reason). It prints seed and progress and ends with 1 when one change too many passed.
`--sample N` changes N bits of each instead.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing import Pool
from pathlib import Path

from calls.verification import verify_ranking_2
from tests.calls.bundles import Files, refusals
from tests.calls.trials import TRIALS, Trial

CHUNK = 256
RUNS = 50  # of each trial, as a program of its own


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


def passing(task: tuple[int, Files, list[int]]) -> tuple[int, Counter[str]]:
    """Change these bits one at a time; how many, and which fields passed how often."""
    trial, found, bits = task
    return len(bits), Counter(field for bit in bits for field in TRIALS[trial].passing(found, bit))


def tasks(
    trial: int, found: Files, sample: int, chance: random.Random
) -> Iterator[tuple[int, Files, list[int]]]:
    """The bits of a trial in portions."""
    every = range(TRIALS[trial].bits(found))
    bits = chance.sample(every, min(sample, len(every))) if sample else list(every)
    for start in range(0, len(bits), CHUNK):
        yield trial, found, bits[start : start + CHUNK]


def run(trial: Trial, found: Files, bits: list[int], folder: Path) -> Iterator[str]:
    """Run the program itself on some changes: it ends with 1 exactly where something is refused."""
    for bit in bits:
        changed = trial.changed(found, bit)
        (folder / "graduatoria.json").write_bytes(changed.ranking)
        (folder / "bando.json").write_bytes(changed.call)
        command = [
            sys.executable,
            "-I",
            verify_ranking_2.__file__,
            "graduatoria.json",
            "bando.json",
        ]
        command += ["--sha256", changed.sha256]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        expected = 1 if refusals(changed) else 0
        if done.returncode != expected or done.stderr:
            yield f"bit {bit}: ended with {done.returncode} instead of {expected} {done.stderr}"


def prove(found: Files, sample: int, seed: int, folder: Path) -> int:
    """Make every trial and print what passed; how many changes passed that must not."""
    wrong = 0
    chance = random.Random(seed)
    with Pool(len(os.sched_getaffinity(0))) as pool:
        for number, trial in enumerate(TRIALS):
            begun, tried, passed = time.monotonic(), 0, Counter[str]()
            every = min(sample, trial.bits(found)) if sample else trial.bits(found)
            for count, fields in pool.imap_unordered(passing, tasks(number, found, sample, chance)):
                if (tried + count) * 10 // every > tried * 10 // every:
                    print(f"  {trial.name}: {tried + count:,} of {every:,} bits", flush=True)
                tried, passed = tried + count, passed + fields
            spent = time.monotonic() - begun
            print(f"{trial.name}: {tried:,} changes in {spent:.0f} s, {passed.total():,} passed")
            for field, times in sorted(passed.items()):
                reason = trial.may_pass.get(field)
                print(f"    {times:6,}  {field}: {reason or 'MUST NOT PASS'}")
                wrong += 0 if reason else times
            bits = chance.sample(range(trial.bits(found)), RUNS)
            for line in run(trial, found, bits, folder):
                print(f"    {line}")
                wrong += 1
    return wrong


def main() -> int:
    """Prove it on the demo; 1 when something passed that must not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**9))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/var/lib" if os.geteuid() == 0 else None) as folder:
        found = demo(folder)
    print(
        f"seed {asked.seed}; graduatoria.json {len(found.ranking):,} bytes, bando.json"
        f" {len(found.call):,} bytes"
    )
    if told := refusals(found):
        print("the ranking itself is refused:", *told, sep="\n")
        return 1
    with tempfile.TemporaryDirectory() as place:
        wrong = prove(found, asked.sample, asked.seed, Path(place))
    print(f"{wrong} changes passed that must not" if wrong else "everything holds")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
