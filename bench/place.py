"""Where a benchmark runs: a folder of its own, an ordinary PostgreSQL in it, real processes."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kit.postgres import clusters, programs

ROOT = Path(__file__).resolve().parents[1]
WEB_PROCESSES = 2


@dataclass
class Place:
    """The folder and the port; `web` is the server's first process once it is started."""

    data: Path
    port: int
    web: subprocess.Popen[bytes] | None = None

    @property
    def web_pid(self) -> int | None:
        """The number of the server's first process, None while it is not there."""
        return self.web.pid if self.web else None

    def start_web(self) -> None:
        """Start the web server as it is served, two processes."""
        command = [sys.executable, "-m", "kit.run.serve", "--port", str(self.port)]
        command += ["--workers", str(WEB_PROCESSES)]
        with (self.data / "web.log").open("ab") as log:
            self.web = subprocess.Popen(
                command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )
        self._wait()

    @contextmanager
    def worker(self) -> Iterator[None]:
        """Run the jobs meanwhile."""
        with (self.data / "worker.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "worker.py"],
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(60)

    def stop_web(self) -> None:
        """End the web server and wait for it."""
        if self.web is not None:
            os.killpg(self.web.pid, signal.SIGTERM)
            self.web.wait(30)
            self.web = None

    def _wait(self, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/ready"):
                    return
            except OSError:
                time.sleep(0.2)
        raise TimeoutError((self.data / "web.log").read_text()[-3000:])


@contextmanager
def prepared() -> Iterator[Place]:
    """A fresh folder, and an environment in which the whole house uses it and nothing else."""
    parent = "/var/lib" if os.geteuid() == 0 else None
    home = Path(tempfile.mkdtemp(prefix="farelegami-bench-", dir=parent)).resolve()
    home.chmod(0o755)
    found = Place(home, _free_port())
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "MAIL_URL", "FARELEGAMI_TESTING"):
        os.environ.pop(name, None)
    os.environ.update(
        FARELEGAMI_DATA=str(home),
        FARELEGAMI_DEMO="0",
        PORT=str(found.port),
        PUBLIC_URL=f"http://127.0.0.1:{found.port}",
        ALLOWED_HOSTS="127.0.0.1",
        MALLOC_ARENA_MAX="2",  # as kit.run.launch and the Dockerfile do
    )
    try:
        yield found
    finally:
        found.stop_web()
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def database(place: Place) -> Iterator[clusters.Cluster]:
    """An ordinary cluster (fsync on, as served), stopped at the end."""
    cluster = clusters.start(place.data)
    try:
        yield cluster
    finally:
        place.stop_web()
        cluster.stop()


def program(cluster: clusters.Cluster, name: str, *arguments: str) -> str:
    """Run one of PostgreSQL's own programs on the cluster and give what it says."""
    owner = programs.owner(cluster.directory)
    words = ["-h", str(cluster.sockets), "-U", "postgres", *arguments]
    ended = cluster.programs.run(name, *words, owner=owner)
    if ended.returncode != 0:
        raise RuntimeError(f"{name}: {ended.stderr.strip()}")
    return ended.stdout


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
