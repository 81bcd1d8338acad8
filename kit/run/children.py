"""Child processes that a launcher keeps alive, and takes with it when it goes."""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_SETTLED_S = 20.0
_LONGEST_PAUSE_S = 30.0
_LARGEST_LOG = 10_000_000
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)


@dataclass(slots=True)
class Child:
    """One process that should always run: its words, its log and its recent misfortunes."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str]
    folder: Path
    passed: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = field(default=0)
    _again_at: float = 0.0

    def start(self) -> None:
        """Start it in a group of its own, so that a Ctrl-C reaches the launcher only."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603 (our own words)
                self.command,
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=self.passed,
                start_new_session=True,
                preexec_fn=_dies_with(os.getpid()),
            )
        self.started_at = time.monotonic()

    def tend(self) -> str | None:
        """Start it again when it has died; a sentence when something happened.

        One that dies again and again is started after growing pauses of up to 30 s.
        """
        self._turn_log()
        now = time.monotonic()
        if self.process is None:
            if now >= self._again_at:
                self.start()
                return f"{self.name} is started again"
            return None
        ended = self.process.poll()
        if ended is None:
            if now - self.started_at > _SETTLED_S:
                self.failures = 0
            return None
        self.kill()
        self.failures += 1
        pause = 0.0 if self.failures == 1 else min(2.0 ** (self.failures - 1), _LONGEST_PAUSE_S)
        self.process, self._again_at = None, now + pause
        return f"{self.name} ended {describe(ended)}; log: {self.log}"

    def _turn_log(self) -> None:
        """Begin the log anew when it is large, keeping one before it.

        The process goes on writing where it was told to, at the end of the same file: what it
        writes between the copy and the cut is lost.
        """
        with contextlib.suppress(OSError):  # a full disk: the next turn tries again
            if self.log.stat().st_size > _LARGEST_LOG:
                shutil.copyfile(self.log, self.log.with_suffix(".old.log"))
                os.truncate(self.log, 0)

    def ask_to_stop(self) -> None:
        """Ask the process to finish what it is doing and end."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def kill(self) -> None:
        """End the whole group at once, grandchildren included."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def last_words(self, lines: int = 15) -> str:
        """The end of its log, for the person at the terminal."""
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])


def stop_all(children: Sequence[Child], patience_s: float) -> None:
    """Ask all at once, wait for `patience_s` seconds in all, then end the rest."""
    for child in children:
        child.ask_to_stop()
    deadline = time.monotonic() + patience_s
    for child in children:
        if child.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, deadline - time.monotonic()))
    for child in children:
        child.kill()


def start_anew(children: Sequence[Child], patience_s: float) -> None:
    """Stop all and start all at once from what lies on the disk now; misfortunes are forgotten."""
    stop_all(children, patience_s)
    for child in children:
        child.failures = 0
        child.start()


def describe(code: int) -> str:
    """How a process ended, in words."""
    if code < 0:
        return f"by signal {signal.Signals(-code).name}"
    return f"with code {code}"


def _dies_with(parent: int) -> Callable[[], None] | None:
    """On Linux the system ends a child whose launcher was killed outright."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def settle() -> None:
        prctl(_DIE_WITH_PARENT, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)

    return settle
