"""What a killed server leaves in its folder: its last processes and its locks."""

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
    found = set()
    for process in PROCESSES.glob("[0-9]*"):
        with suppress(OSError):  # gone meanwhile, or somebody else's
            if (process / "cwd").readlink() == directory:
                found.add(process.name)
    return found
