"""The embedded server, kept up: one that dies is started again while its launcher runs."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kit.postgres import clusters, server_logs
from kit.postgres.clusters import Cluster
from kit.postgres.programs import NoDatabase

LOOK_EVERY_S = 0.5
LONGEST_PAUSE_S = 30.0

Say = Callable[[str], None]


@contextmanager
def kept(data_dir: Path, say: Say) -> Iterator[Cluster]:
    """Run the cluster of `data_dir` until left, and again whenever it has ended by itself.

    `say` is told of each end and each start, from a thread of its own. Raises NoDatabase where
    the first start fails.
    """
    cluster = clusters.start(data_dir)
    leaving = threading.Event()
    keeper = threading.Thread(target=_keep, args=(cluster, data_dir, say, leaving), daemon=True)
    keeper.start()
    try:
        yield cluster
    finally:
        leaving.set()
        keeper.join()  # a start that is under way is waited for, or it would outlive us
        cluster.stop()


def _keep(cluster: Cluster, data_dir: Path, say: Say, leaving: threading.Event) -> None:
    pause = LOOK_EVERY_S
    while not leaving.wait(pause):
        pause = LOOK_EVERY_S
        _prune(cluster.directory, say)
        if cluster.is_running():
            continue
        say("the database has ended")
        while not leaving.is_set():
            try:
                clusters.start(data_dir)
            except NoDatabase as problem:
                pause = min(pause * 2, LONGEST_PAUSE_S)
                say(f"the database does not start ({problem}); again in {pause:.0f} s")
                leaving.wait(pause)
            else:
                say("the database is started again")
                break


def _prune(directory: Path, say: Say) -> None:
    with contextlib.suppress(OSError):  # the next look tries again; the server matters more
        for went in server_logs.prune(directory):
            say(went)
