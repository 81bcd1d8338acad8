"""What the tests would not notice: one clause of the code is left out at a time, and they must.

`python -m tests.mutants` (or `make mutants`) works in copies, one for each processor. It leaves
out, one after the other, every lock of every use case and every clause that says who may see an
application, and runs the tests nearest to the file, then those of its house. Exit code 1 names
what no test notices. `--list` only names the mutants, `--only TEXT` those whose name has the text.
(A column that one of the lists of a product's terms forgets is found by
`tests/market/catalogue/test_terms.py`.)
"""

import argparse
import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOUSES = ("people", "ledger", "market", "calls")
CODE = (*HOUSES, "kit", "community", "demo", "templates", "locale", "migrations", "tests", "static")
LOCKS = {"lock_shared", "lock_exclusive", "lock_exclusive_all", "lock_within", "with_for_update"}
SQL_LOCKS = re.compile(r"for (no key )?update( of \w+)?")
CLAUSES = {"visible", "listed", "readable"}
TOO_LONG_S = 600


@dataclass(frozen=True)
class Mutant:
    """A piece of a file (offsets of its bytes) and what stands there instead."""

    file: str
    line: int
    what: str
    start: int
    end: int
    instead: str

    @property
    def name(self) -> str:
        """Where it is and what it leaves out."""
        return f"{self.file}:{self.line} {self.what}"


Finder = Callable[[ast.AST], tuple[str, ast.AST, str] | None]


def _lock(node: ast.AST) -> tuple[str, ast.AST, str] | None:
    """A lock that is taken by a statement of its own, or by a query."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        called = {found for found in LOCKS if found in ast.unparse(node.value.func)}
        if called:
            return f"without {max(called, key=len)}", node, "pass"
    match node:
        case ast.Call(func=ast.Attribute(attr="with_for_update", value=query)):
            return "without with_for_update", node, ast.unparse(query)
        case ast.Call(func=ast.Attribute(attr="shared_lock")):
            return "without shared_lock", node, "__import__('sqlalchemy').null()"
    return None


def _clause(node: ast.AST) -> tuple[str, ast.AST, str] | None:
    """A clause of `calls.commission.access` in a query."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        module, name = ast.unparse(node.func.value), node.func.attr
        if module == "access" and name in CLAUSES:
            return f"without access.{name}", node, "__import__('sqlalchemy').true()"
    return None


def mutants() -> Iterator[Mutant]:
    """Find every mutant in the code of the houses."""
    for house in HOUSES:
        for path in sorted((ROOT / house).rglob("*.py")):
            if {"pages", "tables"} & set(path.relative_to(ROOT).parts):
                continue
            source = path.read_bytes()
            tree = ast.parse(source)
            for node in ast.walk(tree):
                for find in (_lock, _clause):
                    found = find(node)
                    if found is not None:
                        what, piece, instead = found
                        yield _mutant(path, source, what, (piece, instead))
                yield from _sql_locks(path, source, node)


def _mutant(path: Path, source: bytes, what: str, change: tuple[ast.AST, str]) -> Mutant:
    piece, instead = change
    starts = [0]
    for line in source.split(b"\n"):
        starts.append(starts[-1] + len(line) + 1)
    assert isinstance(piece, ast.expr | ast.stmt) and piece.end_lineno and piece.end_col_offset
    return Mutant(
        str(path.relative_to(ROOT)),
        piece.lineno,
        what,
        starts[piece.lineno - 1] + piece.col_offset,
        starts[piece.end_lineno - 1] + piece.end_col_offset,
        instead,
    )


def _sql_locks(path: Path, source: bytes, node: ast.AST) -> Iterator[Mutant]:
    """Locks inside SQL that is written out."""
    if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        return
    whole = _mutant(path, source, "", (node, ""))
    written = source[whole.start : whole.end].decode()
    for found in SQL_LOCKS.finditer(written):
        start = whole.start + len(written[: found.start()].encode())
        line = whole.line + written[: found.start()].count("\n")
        lock = found[0]
        yield Mutant(whole.file, line, f"without {lock!r}", start, start + len(lock), "")


def nearest(file: str) -> list[list[str]]:
    """The tests to run against a mutant of `file`: its room's, its importers', its house's."""
    parts = Path(file).with_suffix("").parts
    rooms = [Path("tests", *parts[:depth]) for depth in range(len(parts) - 1, 1, -1)]
    first = [str(room) for room in rooms[:1] if (ROOT / room).is_dir()]
    alone = Path("tests", *parts[:-1], f"test_{parts[-1]}.py")
    if not first and (ROOT / alone).is_file():
        first = [str(alone)]
    locks = Path("tests", parts[0], "test_locks.py")
    if (ROOT / locks).is_file():
        first.append(str(locks))
    wide = [f"tests/{parts[0]}", "tests/hostile", "tests/faults/test_kills.py"]
    return [tests for tests in (first, _importers(parts), wide) if tests]


def _importers(parts: tuple[str, ...]) -> list[str]:
    """The test files that import the mutant's file from its package, in the order of the paths."""
    room, name = re.escape(".".join(parts[:-1])), re.escape(parts[-1])
    imports = re.compile(rf"^from {room} import (?:\([^)]*|.*)\b{name}\b", re.MULTILINE)
    return [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        if imports.search(path.read_text(encoding="utf-8"))
    ]


def noticed(copy: Path, mutant: Mutant) -> str:
    """How the tests notice that the piece is gone, empty where none does.

    The copy is as before afterwards.
    """
    path = copy / mutant.file
    whole = path.read_bytes()
    path.write_bytes(whole[: mutant.start] + mutant.instead.encode() + whole[mutant.end :])
    try:
        return next(filter(None, (_failed(copy, tests) for tests in nearest(mutant.file))), "")
    finally:
        path.write_bytes(whole)


def _failed(copy: Path, tests: list[str]) -> str:
    """Name the first test that fails, or say that they wait for ever; empty where all pass."""
    command = [sys.executable, "-m", "pytest", "-x", "-n", "0", *tests]
    try:
        run = subprocess.run(command, cwd=copy, capture_output=True, timeout=TOO_LONG_S)
    except subprocess.TimeoutExpired:
        return f"waiting for more than {TOO_LONG_S} s (or a machine that is busy: try it again)"
    said = run.stdout.decode()
    if run.returncode not in (0, 1) or not re.search(r"\d+ (passed|failed|error)", said):
        raise RuntimeError(f"the tests did not run: {said[-2000:]}{run.stderr.decode()[-2000:]}")
    if run.returncode == 0:
        return ""
    found = re.search(r"^(?:FAILED|ERROR) (\S+)", said, re.MULTILINE)
    return found.group(1) if found else "a test"


def copied() -> Path:
    """Copy what the tests need into a folder of its own."""
    copy = Path(tempfile.mkdtemp(prefix="farelegami-mutants-"))
    ignored = shutil.ignore_patterns("__pycache__", "node_modules", "*.pyc")
    for name in CODE:
        shutil.copytree(ROOT / name, copy / name, ignore=ignored)
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy2(path, copy)
    for name in (".venv", "node_modules", "docs", "bench"):
        if (ROOT / name).exists():
            os.symlink(ROOT / name, copy / name)
    return copy


def main() -> int:
    """Try every mutant; name those that no test notices."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--list", action="store_true")
    reader.add_argument("--only", default="")
    given = reader.parse_args()
    chosen = [mutant for mutant in mutants() if given.only in mutant.name]
    if given.list:
        sys.stdout.writelines(f"{mutant.name}\n" for mutant in chosen)
        return 0
    alive = []
    with ThreadPoolExecutor(os.cpu_count() or 1, initializer=_own_copy) as pool:
        for number, (mutant, how, took) in enumerate(pool.map(_tried, chosen), 1):
            verdict = f"noticed by {how}" if how else "NOTICED BY NO TEST"
            alive += [] if how else [mutant]
            sys.stdout.write(f"{number}/{len(chosen)} {mutant.name}: {verdict} ({took:.0f} s)\n")
            sys.stdout.flush()
    for copy in _copies:
        shutil.rmtree(copy, ignore_errors=True)
    sys.stdout.write(f"{len(chosen) - len(alive)} of {len(chosen)} mutants are noticed\n")
    return 1 if alive else 0


_here = threading.local()
_copies: list[Path] = []


def _own_copy() -> None:
    """Give a thread a copy of its own to leave things out of."""
    _here.copy = copied()
    _copies.append(_here.copy)


def _tried(mutant: Mutant) -> tuple[Mutant, str, float]:
    began = time.monotonic()
    return mutant, noticed(_here.copy, mutant), time.monotonic() - began


if __name__ == "__main__":
    raise SystemExit(main())
