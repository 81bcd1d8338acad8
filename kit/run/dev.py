"""`python -m kit.run.dev`: FareLegami as by `kit.run.launch`, begun again when its sources change.

For whoever writes code: one web process and the worker start anew after a change of code, a
template or a catalogue; styles and scripts are bundled again first. The port stays open
meanwhile, so a page asked for during the restart waits for it. A new migration is not
applied: stop and start for that.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from kit.run import launch
from kit.run.children import Child, start_anew
from kit.run.launch import ROOT, say, tell_news

LOOK_EVERY_S = 0.5
PATIENCE_S = 5.0
_INTERFACE = ("templates", "static/src")
_OTHER = (*_INTERFACE, "locale")
# Tests and the benchmark are packages beside the houses, and no process here runs them.
_NOT_RUN = frozenset({"tests", "bench"})

Stamps = Mapping[Path, int]


def sources(root: Path) -> Stamps:
    """What web and worker run from, each file with the instant of its last change (ns).

    Doors and houses are recognised by their shape, so that a new house is followed too.
    """
    houses = [
        path.parent for path in root.glob("*/__init__.py") if path.parent.name not in _NOT_RUN
    ]
    code = [*root.glob("*.py"), *(file for house in houses for file in house.rglob("*.py"))]
    other = [file for name in _OTHER for file in (root / name).rglob("*") if file.is_file()]
    stamps: dict[Path, int] = {}
    for file in [*code, *other]:
        try:
            stamps[file.relative_to(root)] = file.stat().st_mtime_ns
        except FileNotFoundError:  # an editor swaps files while we look
            continue
    return stamps


def changed(before: Stamps, after: Stamps) -> list[Path]:
    """Files written, made or removed between two looks, in order of their names."""
    return sorted(
        file for file in before.keys() | after.keys() if before.get(file) != after.get(file)
    )


def follow(seen: Stamps, children: Sequence[Child], stopping: threading.Event) -> None:
    """Start all children anew whenever a source is no longer as `seen`; start again what dies."""
    while not stopping.wait(LOOK_EVERY_S):
        tell_news(children)
        now = sources(ROOT)
        if files := changed(seen, now):
            seen = now
            others = f" and {len(files) - 1} more" if len(files) > 1 else ""
            say(f"{files[0]}{others} changed: web and worker start anew")
            if any(file.is_relative_to(folder) for file in files for folder in _INTERFACE):
                _bundle()
            start_anew(children, PATIENCE_S)


def _bundle() -> None:
    """Bundle the interface again; what is wrong with it is told and the old one stays."""
    command = [sys.executable, "-m", "kit.assets", "build"]
    ended = subprocess.run(  # noqa: S603 (our own words)
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if ended.returncode != 0:
        say(f"the interface could not be bundled:\n{ended.stdout}{ended.stderr}")


if __name__ == "__main__":
    # A second web process would only make every restart dearer.
    os.environ.setdefault("FARELEGAMI_WEB_PROCESSES", "1")
    # Seen before anything starts: what is written meanwhile is served too.
    sys.exit(launch.main(partial(follow, sources(ROOT))))
