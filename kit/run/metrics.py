"""The meters of all processes, added up and shown on a port of their own of 127.0.0.1."""

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kit import meters
from kit.run.children import Child
from kit.settings import Settings, UnsafeSettings

_MEMORY = Path("/dev/shm")  # noqa: S108 - the folder in it is looked at in `prepare`


def prepare(current: Settings) -> dict[str, str]:
    """Empty the folder of the last run; give what children find in their environment."""
    if current.metrics_port is None:
        return {}
    found = folder(current)
    found.mkdir(mode=0o700, exist_ok=True)
    if found.is_symlink() or found.stat().st_uid != os.geteuid():
        raise UnsafeSettings(f"{found} belongs to somebody else. Remove it")
    for old in found.glob("*.db"):
        old.unlink()
    return {meters.FOLDER_VARIABLE: str(found)}


@contextmanager
def shown(current: Settings, children: Sequence[Child]) -> Iterator[bool]:
    """Answer on 127.0.0.1 until left, if a port is set; gives whether one is.

    What ended processes have counted stays in the sums; what they held (a place in the queue, a
    connection) goes with them. Raises UnsafeSettings where the port is taken.
    """
    if current.metrics_port is None:
        yield False
        return
    # Only here: a launcher without meters does not carry their library.
    from prometheus_client import CollectorRegistry, start_http_server
    from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

    path = folder(current)

    class Living(MultiProcessCollector):
        def collect(self) -> Any:
            at_work = {str(child.process.pid) for child in children if child.process}
            for file in path.glob("gauge_live*.db"):
                pid = file.stem.rsplit("_", 1)[1]
                if pid not in at_work:
                    with contextlib.suppress(FileNotFoundError):
                        mark_process_dead(int(pid), str(path))  # type: ignore[no-untyped-call]
            return super().collect()  # type: ignore[no-untyped-call]

    registry = CollectorRegistry()
    Living(registry, str(path))  # type: ignore[no-untyped-call]
    try:
        server, thread = start_http_server(
            current.metrics_port, addr="127.0.0.1", registry=registry
        )
    except OSError as problem:
        raise UnsafeSettings(
            f"port {current.metrics_port} of FARELEGAMI_METRICS_PORT is taken. Choose another"
        ) from problem
    try:
        yield True
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        shutil.rmtree(path, ignore_errors=True)


def folder(current: Settings) -> Path:
    """Where the processes keep their counts: in memory, where the system has a folder there.

    The files are mapped: a process that writes to one on a full disk is ended by SIGBUS.
    """
    if not os.access(_MEMORY, os.W_OK):
        return current.data_dir / "metrics"
    name = hashlib.sha256(os.fsencode(current.data_dir.resolve())).hexdigest()[:16]
    return _MEMORY / f"farelegami-{name}"
