"""In which order every use case takes its locks: heard in the tests, held against one order.

Every request that a test sends and every job that it runs is heard: its advisory locks, its rows
locked `for …`, updated and deleted, in the order of their first time in one transaction. A lock
that comes before one it should follow, or that nobody has placed, fails the test in which it was
heard (`conftest.py`). Two transactions that keep to one order never wait for each other in a ring.

`python -m tests.lock_order` runs the tests of pages and jobs and writes docs/locks.md anew.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from kit import db, jobs
from kit.http import hop

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "locks.md"
HEARD = "FARELEGAMI_LOCKS_HEARD"
TESTS = (
    "tests/test_resent.py",
    "tests/people",
    "tests/community/pages",
    "tests/community/test_erasures.py",
    "tests/market/pages",
    "tests/market/test_jobs.py",
    "tests/calls/pages",
    "tests/calls/test_jobs.py",
)

ORDER = (
    "the same form",
    "own_data",
    "erasure",
    "administrator_proposal",
    "limit_use",
    "sign_in_failure",
    "link_request",
    "link_wish",
    "mail_link",
    "price_list_import",
    "producers",
    "agreement",
    "producer",
    "price_list",
    "group_order",
    "offer",
    "household",
    "account",
    "call",
    "applicant",
    "application",
    "renunciation",
    "file_inspection",
    "refused_file",
    "score_sheet",
    "renunciation",
    "tax_code",
    "person",
    "invitation",
    "one_time_link",
    "identity",
    "attested_attribute",
    "role_grant",
    "person_session",
    "passkey",
    "passkey_challenge",
    "code_generator",
    "recovery_code",
    "trial",
    "known_device",
    "address_change",
    "document",
    "mail",
    "dead_job",
)
"""Advisory locks by their kind, rows by their table. Whoever holds one takes only later ones."""

GUARDED = {
    "application_field": ("application",),
    "attachment": ("application",),
    "booking": ("group_order",),
    "booking_line": ("group_order",),
    "dismissal": ("call",),
    "evaluator_progress": ("call",),
    "opened_application": ("call",),
    "product": ("price_list", "producers"),
    "withheld_application": ("call",),
}
"""Rows that are locked only by who holds one of what they belong to: two never meet there."""

OWN = frozenset({"act_once"})
"""Rows that nobody else's transaction knows yet."""

_ADVISORY = re.compile(r"pg_advisory_xact_lock(?:_shared)?\(")
_FOR = re.compile(r"\bfor (?:no key update|update|share|key share)(?: of (\w+))?")
_STEP = re.compile(r"[()]|\bfrom\b")
_WRITES = (
    re.compile(r"^\s*update\s+\"?(\w+)"),
    re.compile(r"\bupdate\s+\"?(\w+)\"?\s+(?:(?:as\s+)?\w+\s+)?set\b"),
    re.compile(r"\bdelete from\s+\"?(\w+)"),
)
_KINDS = {"calls.applicant": "applicant", "people.link_request": "link_request"}

Unit = tuple[str, list[str]]


class Recorder:
    """What was heard, and what of it is out of order."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.heard: set[tuple[str, tuple[str, ...]]] = set()
        self._here = threading.local()

    @contextmanager
    def unit(self, name: str) -> Iterator[None]:
        """Hear what this thread locks in here, each transaction for itself."""
        self._here.unit = (name, [])
        try:
            yield
        finally:
            self.end()
            self._here.unit = None

    def end(self) -> None:
        """A transaction has ended: nothing is held any more."""
        unit: Unit | None = getattr(self._here, "unit", None)
        if unit is None:
            return
        name, taken = unit
        self.heard.add((name, tuple(taken)))
        self.faults += [f"{name}: {fault}" for fault in faults(taken)]
        self._here.unit = (name, [])

    def hear(self, sql: str, values: object) -> None:
        """Note what a statement locks."""
        unit: Unit | None = getattr(self._here, "unit", None)
        if unit is not None:
            unit[1].extend(each for each in locks(sql, values) if each not in unit[1])


def locks(sql: str, values: object) -> list[str]:
    """Name what a statement locks, in the order in which it does."""
    low = sql.lower()
    advisory: list[str] = []
    if _ADVISORY.search(low):
        advisory = _advisory(values if isinstance(values, Mapping) else {})
    found = [(each.start(), _table(low, each)) for each in _FOR.finditer(low)]
    found += [(each.start(1), each.group(1)) for one in _WRITES for each in one.finditer(low)]
    return list(dict.fromkeys([*advisory, *(name for _, name in sorted(found))]))


def _table(low: str, found: re.Match[str]) -> str:
    """The table whose rows a `for …` locks: that of its alias, else the first it selects from."""
    if alias := found.group(1):
        named = re.search(rf"\b(?:from|join|,)\s+(\w+)\s+(?:as\s+)?{alias}\b", low)
        return named.group(1) if named else alias
    froms = [0]  # where the innermost selection open at this point says `from`
    for step in _STEP.finditer(low, 0, found.start()):
        if step.group() == "(":
            froms.append(0)
        elif step.group() == ")":
            froms.pop()
        else:
            froms[-1] = step.end()
    words = re.findall(r"\w+", low[froms[-1] : found.start()])
    return next(word for word in words if word in db.Base.metadata.tables)


def _advisory(values: Mapping[str, object]) -> list[str]:
    kinds = [values[name] for name in ("kind", "inner_kind") if name in values]
    if not kinds:  # the lock stands inside a statement that finds the id itself
        kinds = [each for each in values.values() if each in ORDER]
    return [_name(str(kind)) for kind in kinds]


def _name(kind: str) -> str:
    if kind in ORDER:
        return kind
    if kind.startswith("score_sheet of"):
        return "score_sheet"
    return _KINDS.get(kind, "the same form" if " " in kind else kind)


def faults(taken: list[str]) -> list[str]:
    """Say what of a transaction's locks is out of order, unknown, or taken without its guard."""
    found, last = [], 0
    for n, lock in enumerate(taken):
        if lock in OWN:
            continue
        if lock in GUARDED:
            if not set(GUARDED[lock]) & set(taken[:n]):
                guards = " or ".join(GUARDED[lock])
                found.append(f"{lock} without {guards}, in {' > '.join(taken)}")
        elif lock not in ORDER:
            found.append(f"{lock} has no place in the order, in {' > '.join(taken)}")
        elif ORDER.index(lock) < last:
            found.append(f"{lock} comes after {ORDER[last]}, in {' > '.join(taken)}")
        else:
            last = ORDER.index(lock)
    return found


RECORDER = Recorder()
"""What this process has heard."""


def listen(recorder: Recorder) -> None:
    """Hear every request and every job of this process from now on."""

    def statement(
        _connection: Any, _cursor: Any, sql: str, values: Any, _context: Any, _many: bool
    ) -> tuple[str, Any]:
        recorder.hear(sql, values)
        return sql, values

    event.listen(Engine, "before_cursor_execute", statement, retval=True)
    event.listen(Session, "after_commit", lambda _: recorder.end())
    event.listen(Session, "after_rollback", lambda _: recorder.end())
    hop._serve = _heard(recorder, hop._serve, _route)
    for name, task in jobs.tasks.items():
        body = _heard(recorder, task.body, lambda *_, name=name: f"job {name}")
        jobs.tasks[name] = replace(task, body=body)


def _heard(recorder: Recorder, work: Callable[..., Any], named: Callable[..., str]) -> Any:
    @wraps(work)
    def heard(*arguments: Any, **more: Any) -> Any:
        with recorder.unit(named(*arguments)):
            return work(*arguments, **more)

    return heard


def _route(_handler: Any, _asks: Any, request: hop.Request, _values: Any) -> str:
    return f"{request.method} {request.scope.get('path_template')}"


def write_down(recorder: Recorder) -> None:
    """Add what was heard to the folder that the environment names, if it names one."""
    if folder := os.environ.get(HEARD):
        rows = "".join(json.dumps(each) + "\n" for each in sorted(recorder.heard))
        (Path(folder) / f"{os.getpid()}.jsonl").write_text(rows, encoding="utf-8")


def read(folder: Path) -> dict[str, list[tuple[str, ...]]]:
    """Give what was written down, by use case: each order of locks that begins no other."""
    heard: dict[str, set[tuple[str, ...]]] = {}
    for path in folder.glob("*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            name, taken = json.loads(line)
            heard.setdefault(name, set()).add(tuple(taken))
    return {
        name: sorted(one for one in all_ if not any(_begins(one, other) for other in all_))
        for name, all_ in sorted(heard.items())
    }


def _begins(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return len(one) < len(other) and other[: len(one)] == one


def page(heard: Mapping[str, list[tuple[str, ...]]]) -> str:
    """Write the page of the documentation."""
    rows = [
        f"| `{name}` | {'; '.join(' > '.join(one) or 'none' for one in all_)} |"
        for name, all_ in heard.items()
        if name.startswith("POST") or any(all_)
    ]
    guards = [f"`{row}` (by `{'` or `'.join(by)}`)" for row, by in GUARDED.items()]
    return "\n".join(
        [
            "# In which order locks are taken",
            "",
            "Written by `python -m tests.lock_order` from what the tests of pages and jobs lock,",
            "never by hand. Every other test hears its locks too, and fails where one comes before",
            "another that it should follow (`tests/lock_order.py`).",
            "",
            "The order: " + ", ".join(f"`{each}`" for each in ORDER) + ".",
            "",
            "Locked only by who holds what they belong to: " + ", ".join(guards) + ".",
            "",
            "| use case | locks, in the order of their first time |",
            "| --- | --- |",
            *rows,
            "",
        ]
    )


def main() -> int:
    """Run the tests, write the page; the tests' exit code."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *TESTS], cwd=ROOT, env=os.environ | {HEARD: folder}
        )
        PAGE.write_text(page(read(Path(folder))), encoding="utf-8")
    return done.returncode


if __name__ == "__main__":
    raise SystemExit(main())
