"""The log of a child process: two files of bounded size, and no line lost without a word.

The child writes into a pipe and a thread of its launcher reads it into the file: whoever writes
is who turns, so that nothing comes in between, and no interval in which a file may grow. Where
lines have to go (those of the file before, those a full disk did not take) the log says how many
went since the launcher began.
"""

import contextlib
import json
import os
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from kit.log import count_lines

LARGEST = 10_000_000  # bytes of one file; there are two
# A line that does not end is cut there, or the bound would hold for nobody who ends none.
LONGEST_LINE = 1_000_000
_AT_ONCE = 1 << 16


class Log:
    """A file, and the one before it (`….old.log`)."""

    def __init__(self, path: Path) -> None:
        self.path, self.before = path, path.with_suffix(".old.log")
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lines, self._lines_before = count_lines(self.path), count_lines(self.before)
        self._gone, self._owing = 0, False
        self._in_line = False
        self._alone = threading.Lock()

    def follow(self, output: IO[bytes]) -> threading.Thread:
        """Write what comes out of a pipe until it is closed, in a thread of its own."""

        def pump() -> None:
            with output:
                while content := os.read(output.fileno(), _AT_ONCE):
                    self.write(content)

        thread = threading.Thread(target=pump, name=f"log of {self.path.stem}", daemon=True)
        thread.start()
        return thread

    def write(self, content: bytes) -> None:
        """Write what a child said; the file is turned between two lines when it is full."""
        with self._alone:
            turned = False
            while content:
                size = self.path.stat().st_size if self.path.exists() else 0
                end = self._end(content, LARGEST - size, turned=turned)
                self._append(content[:end])
                content = content[end:]
                if content:
                    self._turn()
                    turned = True

    def last_lines(self, count: int) -> str:
        """The last lines there are, those of the file before included."""
        files = (path for path in (self.before, self.path) if path.exists())
        text = "".join(path.read_text(encoding="utf-8", errors="replace") for path in files)
        return "\n".join(text.splitlines()[-count:])

    def _end(self, content: bytes, room: int, *, turned: bool) -> int:
        """How much of it still belongs into this file; something, where that is a new one."""
        if len(content) <= room:
            return len(content)
        fitting = content.rfind(b"\n", 0, max(room, 0)) + 1
        if fitting or not (self._in_line or turned):
            return fitting
        line = content.find(b"\n") + 1 or len(content)
        return min(line, max(room + LONGEST_LINE, 0))

    def _append(self, content: bytes) -> None:
        if not content:
            return
        if self._owing:
            said = (b"\n" if self._in_line else b"") + self._told()
            self._owing = self._taken(said) < len(said)
        taken = 0 if self._owing else self._taken(content)
        if taken < len(content):
            self._lose(content.count(b"\n", taken) or 1)
        if taken:
            self._lines += content.count(b"\n", 0, taken)
            self._in_line = content[taken - 1 : taken] != b"\n"

    def _lose(self, lines: int) -> None:
        self._gone += lines
        self._owing = self._owing or lines > 0

    def _told(self) -> bytes:
        said = {"lines": self._gone, "event": "log_lines_dropped", "level": "warning"}
        return (json.dumps(said | {"timestamp": datetime.now(UTC).isoformat()}) + "\n").encode()

    def _taken(self, content: bytes) -> int:
        """Write as much as the disk takes, and say how much that was."""
        taken = 0
        with contextlib.suppress(OSError), self.path.open("ab", buffering=0) as file:
            while taken < len(content):
                taken += file.write(content[taken:])
        return taken

    def _turn(self) -> None:
        self._lines += self._in_line  # a part of a line is told of as one
        try:
            os.replace(self.path, self.before)
        except OSError:  # it is emptied where it lies: the bound holds in any folder
            self._lose(self._lines)
            with contextlib.suppress(OSError):
                os.truncate(self.path, 0)
        else:
            self._lose(self._lines_before)
            self._lines_before = self._lines
        self._lines, self._in_line = 0, False
