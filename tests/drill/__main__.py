"""Fault drills by one command: `python -m tests.drill` (or `make drill`).

It starts the application as `make run` does, on the demo in a folder of its own, and lets clients
do every act over HTTP while one fault after another happens in their middle. After each it judges:
what was acknowledged is stored, nothing is half there, every check holds, every process serves, no
job is forgotten, the log says each restart once. It prints progress and a table and ends with 1 on
any breach, which names the seed and the step that repeat it.

`--minutes N` goes on for so long (10), `--seed N` chooses (printed), `--step N` does one step of a
seed, `--sample` one round of each cheap fault in an empty house, `--only TEXT` the faults whose
name has the text, `--plant` puts breaches in on purpose, `--docs` writes the
table into docs/reliability.md.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SMALL_DISK = "1200m"


def parse() -> argparse.Namespace:
    """Read what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.drill", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--step", type=int, default=0)
    parser.add_argument("--sample", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--plant", action="store_true")
    parser.add_argument("--docs", action="store_true")
    return parser.parse_args()


@contextmanager
def folder() -> Iterator[tuple[Path, bool]]:
    """A data folder that goes away, on a small disk where one can be mounted; whether it is."""
    parent = "/var/lib" if os.geteuid() == 0 else None
    place = Path(tempfile.mkdtemp(prefix="farelegami-drill-", dir=parent))
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK}", "tmpfs", str(place)]
    small = os.geteuid() == 0 and subprocess.run(mounting, check=False).returncode == 0
    try:
        yield place, small
    finally:
        if small:
            subprocess.run(["umount", "--lazy", str(place)], check=False)
        shutil.rmtree(place, ignore_errors=True)


def main() -> int:
    """Drill; 1 when something did not hold."""
    asked = parse()
    print(f"seed {asked.seed}", flush=True)
    for name in ("FARELEGAMI_TESTING", "DATABASE_URL", "DATABASE_OWNER_URL", "PUBLIC_URL"):
        os.environ.pop(name, None)
    with folder() as (place, small):
        os.environ.update(FARELEGAMI_DATA=str(place), FARELEGAMI_DEMO="1", ALLOWED_HOSTS="")
        # Only now: importing it reads the settings.
        from tests.drill.schedule import run

        return run(asked, place, small)


if __name__ == "__main__":
    sys.exit(main())
