"""Launchers and children as they run: real processes, looked at from outside."""

import http.client
import os
import signal
import subprocess
import sys
from pathlib import Path

from kit.run.children import Child
from tests.served import ROOT, share_templates
from tests.waiting import until


def children_of(pid: int) -> dict[int, str]:
    """Living children of a process and their command lines (Linux)."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
            command = (stat.parent / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            found[int(stat.parent.name)] = command
    return found


def living(pid: int) -> bool:
    """Whether a process is at work; one that ended and waits to be collected is not."""
    try:
        stat = Path("/proc", str(pid), "stat").read_text()
    except OSError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] != "Z"


class Launched:
    """A launcher of its own on a free port, with a data folder of its own."""

    def __init__(self, data_dir: Path, port: int, module: str = "kit.run.launch") -> None:
        self.data_dir, self.port = data_dir, port
        share_templates(data_dir)
        self.log = data_dir.parent / f"launch-{port}.log"
        wanted = {"PORT": str(port), "FARELEGAMI_DATA": str(data_dir), "FARELEGAMI_DEMO": "0"}
        dropped = {"DATABASE_URL", "DATABASE_OWNER_URL", "FARELEGAMI_TESTING", "ALLOWED_HOSTS"}
        environment = {key: value for key, value in os.environ.items() if key not in dropped}
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", module],
                cwd=ROOT,
                env=environment | wanted,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def until_ready(self) -> None:
        until(
            lambda: "is ready" in self.said() or self.process.poll() is not None,
            "the launcher to be ready",
            90,
        )
        assert "is ready" in self.said(), self.said()

    def stop(self, number: int = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(60)


def child(tmp_path: Path, code: str) -> Child:
    command = [sys.executable, "-c", code]
    return Child("piece", command, tmp_path / "piece.log", os.environ, tmp_path)


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
