"""Work on untrusted or unbounded material in a child process that has limits.

A *forge* is a helper process started afresh (no inherited files, threads or locks) that
imports one module and then waits. For every order it forks a child; the child takes on
its limits, does the work, answers and dies. So the imports are paid for once, one
document cannot leave anything behind for the next, and a child that eats memory, spins or
crashes takes nobody with it. The forge ends when the process that started it ends.
"""

import ctypes
import importlib
import json
import os
import pickle
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from kit.errors import PersonError, Refused, TooBusy
from kit.sentences import pack, unpack

ROOT = Path(__file__).resolve().parent.parent
_LENGTH = struct.Struct("!Q")
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PATIENCE_S = 60  # how long the first order waits for the forge's imports


@dataclass(frozen=True)
class Limits:
    """What one child may use: memory and result in MiB, CPU and wall time in seconds."""

    memory_mib: int
    cpu_s: int
    wall_s: int
    result_mib: int = 64
    file_mib: int = 0


class LimitReached(Exception):
    """The child was stopped by a limit, or crashed; nothing of it is left."""


class Sandbox:
    """A forge for one function of one module, `"package.module:function"`.

    The function takes bytes-like or plain (picklable) arguments from us and returns
    bytes. Everything at the module's top level is loaded in the forge, before the limits.
    At most `at_once` children run at a time; other threads wait, for `patience_s` at most
    if given, then get TooBusy.
    """

    def __init__(self, target: str, *, at_once: int = 2, patience_s: float | None = None) -> None:
        self._target = target
        self._patience_s = patience_s
        self._places = threading.BoundedSemaphore(at_once)
        self._lock = threading.Lock()
        self._forge: subprocess.Popen[bytes] | None = None
        self._orders: socket.socket | None = None
        self._owner = 0

    def run(self, limits: Limits, *arguments: Any) -> bytes:
        """Do the work in a fresh child and return its bytes.

        Raises LimitReached when the child died or answered too much, whatever
        `PersonError` the function raised, and RuntimeError for any other failure of it.
        """
        if not self._places.acquire(timeout=self._patience_s):
            raise TooBusy()
        try:
            order = pickle.dumps((limits, arguments))
            answer = self._order(order, limits)
            if answer is None and self._forge_died():
                answer = self._order(order, limits)
        finally:
            self._places.release()
        if answer is None:
            if self._forge_died():
                raise RuntimeError(f"the forge of {self._target} does not start")
            raise LimitReached(f"{self._target} was stopped by its limits")
        return _open_answer(answer, self._target)

    def close(self) -> None:
        """End the forge; the next order starts a new one."""
        with self._lock:
            self._stop()

    def _order(self, order: bytes, limits: Limits) -> bytes | None:
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                self._hand_over(theirs)
            # The child's own clock is the limit; this one only guards against a lost child.
            ours.settimeout(limits.wall_s + _PATIENCE_S)
            try:
                ours.sendall(_LENGTH.pack(len(order)) + order)
                return _receive(ours, limits.result_mib * 2**20)
            except (OSError, EOFError):
                return None

    def _forge_died(self) -> bool:
        with self._lock:
            return self._forge is None or self._forge.poll() is not None

    def _hand_over(self, connection: socket.socket) -> None:
        with self._lock:
            for attempt in (1, 2):
                orders = self._orders
                if orders is None or self._owner != os.getpid():
                    orders = self._start()
                try:
                    socket.send_fds(orders, [b"o"], [connection.fileno()])
                    return
                except OSError:
                    self._stop()
                    if attempt == 2:
                        raise

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            self._forge = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "kit.sandbox", str(theirs.fileno()), self._target],
                cwd=ROOT,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self._orders, self._owner = ours, os.getpid()
        return ours

    def _stop(self) -> None:
        if self._orders is not None:
            self._orders.close()
        if self._forge is not None and self._owner == os.getpid():
            self._forge.kill()
            self._forge.wait()
        self._forge = self._orders = None


def _environment() -> dict[str, str]:
    """Pass on what a tool needs to run, and no secret (database, Stripe, mail)."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "XDG_CACHE_HOME", "LD_LIBRARY_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ}


def _open_answer(answer: bytes, target: str) -> bytes:
    """Read what the child says; never unpickle it, the child has read hostile material."""
    kind, content = answer[:1], answer[1:]
    if kind == b"+":
        return content
    told = json.loads(content)
    if kind == b"!":
        raise Refused(unpack(told["text"], told["values"]), field=told["field"])
    raise RuntimeError(f"{target} failed: {told['text']}")


def _receive(connection: socket.socket, most: int) -> bytes | None:
    """Read one length-prefixed message; None when the other side died or says too much."""
    head = _exactly(connection, _LENGTH.size)
    if head is None:
        return None
    (length,) = _LENGTH.unpack(head)
    return None if length > most else _exactly(connection, length)


def _exactly(connection: socket.socket, length: int) -> bytes | None:
    content = bytearray()
    while len(content) < length:
        part = connection.recv(min(length - len(content), 2**20))
        if not part:
            return None
        content += part
    return bytes(content)


def _forge(orders: socket.socket, target: str) -> NoReturn:
    """Wait for orders and fork a child for each, until the owner is gone."""
    module, _, name = target.partition(":")
    function = getattr(importlib.import_module(module), name)
    _leave_network()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children are reaped by the kernel
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the owner, who then ends us
    while True:
        letter, connections, _, _ = socket.recv_fds(orders, 1, 1)
        if not letter:
            sys.exit(0)
        connection = socket.socket(fileno=connections[0])
        if os.fork() == 0:
            orders.close()
            _work(connection, function)
        connection.close()


def _work(connection: socket.socket, function: Callable[..., bytes]) -> NoReturn:
    """Be the child: read the order, take on the limits, answer, die without clean-up."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        order = _receive(connection, 2**32)
        if order is not None:
            limits, arguments = pickle.loads(order)  # noqa: S301 - written by our own parent
            _take_on(limits)
            answer = _answer(function, arguments)
            connection.sendall(_LENGTH.pack(len(answer)) + answer)
    finally:
        os._exit(0)


def _answer(function: Callable[..., bytes], arguments: tuple[Any, ...]) -> bytes:
    try:
        return b"+" + function(*arguments)
    except PersonError as error:
        return b"!" + _told(*pack(error.message), error)
    except (MemoryError, RecursionError):
        os._exit(1)
    except Exception as error:  # noqa: BLE001 - whatever it was, the parent raises it in words
        return b"-" + _told(f"{type(error).__name__}: {error}", {}, error)


def _told(text: str, values: dict[str, Any], error: Exception) -> bytes:
    field = getattr(error, "field", None)
    return json.dumps({"text": text, "values": values, "field": field}).encode()


def _take_on(limits: Limits) -> None:
    """Bound memory, CPU, files, core dumps and wall time; the kernel enforces all of it."""
    mib = 2**20
    for kind, most in (
        (resource.RLIMIT_AS, limits.memory_mib * mib),
        (resource.RLIMIT_CPU, limits.cpu_s),
        (resource.RLIMIT_FSIZE, limits.file_mib * mib),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(kind, (most, most))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, limits.wall_s)


def _leave_network() -> None:
    """Move to a network without any route, where the system lets us (a second fence)."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNET) != 0:
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


if __name__ == "__main__":
    _forge(socket.socket(fileno=int(sys.argv[1])), sys.argv[2])
