"""Child processes that a launcher keeps alive, and takes with it when it goes."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kit.run.logs import Log

_SETTLED_S = 20.0
_LONGEST_PAUSE_S = 30.0
# For what an ended child left in its pipe; somebody else who holds it open is not waited for.
_LAST_WORDS_S = 5.0
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
    _kept: Log | None = None
    _listener: threading.Thread | None = None

    def start(self) -> None:
        """Start it in a group of its own, so that a Ctrl-C reaches the launcher only."""
        self._kept = self._kept or Log(self.log)
        self.process = subprocess.Popen(  # noqa: S603 (our own words)
            self.command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            pass_fds=self.passed,
            start_new_session=True,
            preexec_fn=_dies_with(os.getpid()),
        )
        assert self.process.stdout is not None  # noqa: S101 - it is a pipe
        self._listener = self._kept.follow(self.process.stdout)
        self.started_at = time.monotonic()

    def tend(self) -> str | None:
        """Start it again when it has died; a sentence when something happened.

        One that dies again and again is started after growing pauses of up to 30 s.
        """
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
        if self._listener is not None:
            self._listener.join(_LAST_WORDS_S)

    def last_words(self, lines: int = 15) -> str:
        """The end of its log, for the person at the terminal."""
        return self._kept.last_lines(lines) if self._kept else ""


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
