"""The application as it is served: real processes on a free port of 127.0.0.1."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[1]


@dataclass
class Served:
    """A running web server and, if asked for, a worker; both can be killed and started again."""

    app_url: str
    owner_url: str
    data: Path
    port: int
    workers: int = 2
    processes: dict[str, subprocess.Popen] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

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
            "uvicorn",
            "app:create_app",
            "--factory",
            "--http",
            "httptools",
            "--port",
            str(self.port),
            "--workers",
            str(self.workers),
            "--log-level",
            "warning",
            "--no-access-log",
        ]
        self._start("web", command)
        self.wait_ready()

    def start_worker(self) -> None:
        self._start("worker", [sys.executable, "worker.py"])

    def wait_ready(self, seconds: float = 40) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if httpx.get(f"{self.url}/health/ready", timeout=2).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        raise TimeoutError((self.data / "web.log").read_text()[-3000:])

    def kill(self, name: str) -> None:
        """SIGKILL a process and its children, as a power cut would."""
        process = self.processes.pop(name, None)
        if process is not None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def stop(self) -> None:
        for process in self.processes.values():
            os.killpg(process.pid, signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
        self.processes.clear()

    def _start(self, name: str, command: list[str]) -> None:
        log = (self.data / f"{name}.log").open("ab")
        self.processes[name] = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.environment(),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@contextmanager
def serving(app_url: str, owner_url: str, data: Path, *, workers: int = 2) -> Iterator[Served]:
    found = Served(app_url, owner_url, data, free_port(), workers)
    data.mkdir(parents=True, exist_ok=True)
    try:
        found.start_web()
        yield found
    finally:
        found.stop()
