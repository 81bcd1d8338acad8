"""The application as it is served: real processes on a free port of 127.0.0.1."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.waiting import until

ROOT = Path(__file__).parents[1]
COMPILED = os.environ["FARELEGAMI_DATA"]  # as it was before any test changed it
BOUND, STARTED = b"Uvicorn running on", b"Application startup complete"


class Running:
    """A process whose words are kept in a file and heard as they come."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path) -> None:
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.log, self.lines = log, list[bytes]()
        self._more = threading.Condition()
        self._silent = False
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def until_said(self, enough: Callable[[list[bytes]], bool], seconds: float) -> None:
        """Wait until its lines are enough; fails with its last words."""
        with self._more:
            self._more.wait_for(lambda: enough(self.lines) or self._silent, seconds)
        assert enough(self.lines), b"".join(self.lines)[-3000:].decode()

    def end(self, number: int, seconds: float = 15) -> None:
        """Send it and its children a signal and wait; SIGKILL if that is ignored."""
        os.killpg(self.process.pid, number)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self._listener.join(seconds)

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with self.log.open("ab") as log:
            for line in self.process.stdout:
                log.write(line)
                log.flush()
                with self._more:
                    self.lines.append(line)
                    self._more.notify_all()
        with self._more:
            self._silent = True
            self._more.notify_all()


@dataclass
class Served:
    """A running web server and, if asked for, a worker; both can be killed and started again."""

    app_url: str
    owner_url: str
    data: Path
    port: int
    workers: int = 2
    processes: dict[str, Running] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": self.app_url,
            "DATABASE_OWNER_URL": self.owner_url,
            "FARELEGAMI_DATA": str(self.data),
            "FARELEGAMI_TESTING": "1",
            "FARELEGAMI_DEMO": "1",
            "PORT": str(self.port),
            "PUBLIC_URL": self.url,
            "ALLOWED_HOSTS": "127.0.0.1,localhost",
        }

    def start_web(self) -> None:
        command = [
            sys.executable,
            "-m",
            "kit.run.serve",
            "--port",
            str(self.port),
            "--workers",
            str(self.workers),
        ]

        def up(lines: list[bytes]) -> bool:
            started = sum(STARTED in line for line in lines)
            return started == self.workers and any(BOUND in line for line in lines)

        self._start("web", command).until_said(up, 60)
        self.wait_ready()

    def start_worker(self) -> None:
        self._start("worker", [sys.executable, "worker.py"])

    def wait_ready(self, seconds: float = 20) -> None:
        """Wait until it finds its database and says so."""
        with httpx.Client(base_url=self.url, timeout=5) as client:
            until(
                lambda: client.get("/health/ready").status_code == 200,
                "the web to be ready",
                seconds,
            )

    def kill(self, name: str) -> None:
        """SIGKILL a process and its children, as a power cut would."""
        running = self.processes.pop(name, None)
        if running is not None:
            running.end(signal.SIGKILL)

    def stop(self) -> None:
        for running in self.processes.values():
            running.end(signal.SIGTERM)
        self.processes.clear()

    def _start(self, name: str, command: list[str]) -> Running:
        self.processes[name] = Running(command, self.environment(), self.data / f"{name}.log")
        return self.processes[name]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def share_templates(data: Path) -> None:
    """Let a data folder have the templates compiled for these tests: once, and not 1 s each."""
    own = Path(COMPILED, "templates")
    own.mkdir(mode=0o700, exist_ok=True)
    data.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        (data / "templates").symlink_to(own)


@contextmanager
def serving(app_url: str, owner_url: str, data: Path, *, workers: int = 2) -> Iterator[Served]:
    found = Served(app_url, owner_url, data, free_port(), workers)
    share_templates(data)
    try:
        found.start_web()
        yield found
    finally:
        found.stop()
