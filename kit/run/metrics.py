"""The meters of all processes, added up and shown on a port of their own of 127.0.0.1."""

import contextlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kit import meters
from kit.run.children import Child
from kit.settings import Settings, UnsafeSettings


def prepare(current: Settings) -> dict[str, str]:
    """Empty the folder of the last run; give what children find in their environment."""
    if current.metrics_port is None:
        return {}
    found = _folder(current)
    found.mkdir(mode=0o700, exist_ok=True)
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

    path = _folder(current)

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


def _folder(current: Settings) -> Path:
    return current.data_dir / "metrics"
