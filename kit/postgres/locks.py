"""What a killed server leaves in its folder: its last processes and its locks."""

import os
import time
from contextlib import suppress
from pathlib import Path

from kit.postgres.databases import PORT
from kit.postgres.programs import NoDatabase

PROCESSES = Path("/proc")
_LAST_ONES_GO_WITHIN_S = 20.0


def clear(directory: Path, sockets: Path) -> None:
    """After a kill: wait for the server's last processes, then take away its locks.

    PostgreSQL keeps a lock whose number belongs to any process, also to one that has
    ended and was not yet collected; only the processes at work in the folder count.
    """
    deadline = time.monotonic() + _LAST_ONES_GO_WITHIN_S
    while left := at_work(directory):
        if time.monotonic() > deadline:
            raise NoDatabase(f"processes of a killed server stay in {directory}: {sorted(left)}")
        time.sleep(0.1)
    if PROCESSES.exists():
        (directory / "postmaster.pid").unlink(missing_ok=True)
        (sockets / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)


def at_work(directory: Path) -> set[str]:
    """The numbers of the living processes whose working folder this is (Linux)."""
    processes = PROCESSES.glob("[0-9]*")
    return {process.name for process in processes if _works_in(directory, process)}


def lives(number: str, directory: Path) -> bool:
    """Whether the process of that number lives and, where one can see it, works in the folder."""
    if PROCESSES.exists():
        return _works_in(directory, PROCESSES / number)
    try:
        os.kill(int(number), 0)
    except OSError as problem:
        return isinstance(problem, PermissionError)  # somebody else's, but there
    return True


def _works_in(directory: Path, process: Path) -> bool:
    with suppress(OSError):  # gone meanwhile, or somebody else's
        return (process / "cwd").readlink() == directory
    return False
