"""Rows of a benchmark: kept as JSON lines and shown as a table in docs/performance.md."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"
SIZES = ("S", "M", "L")


@dataclass(frozen=True)
class Row:
    """One measurement. `cpu_ms` is application and PostgreSQL together for one request or act.

    `value` (in `unit`) is what is held against `limit_value`, a figure of the same run.
    """

    target: str | None
    name: str
    size: str
    concurrency: int | None = None
    p50_ms: float | None = None
    p95_ms: float | None = None
    rps: float | None = None
    cpu_ms: float | None = None
    sql: int | None = None
    memory_mb: float | None = None
    value: float | None = None
    unit: str | None = None
    limit_value: float | None = None


@dataclass(frozen=True)
class Verdict:
    """A table of what was seen, and the promises that were broken."""

    rows: list[tuple[str, str]]
    broken: list[str]

    @property
    def good(self) -> bool:
        """Nothing was broken."""
        return not self.broken

    def write(self, path: Path, name: str) -> None:
        """Show the table, and put it between the markers of a name in a document."""
        table = "\n".join(f"| {what} | {seen} |" for what, seen in self.rows)
        table = f"| what | seen |\n| --- | --- |\n{table}"
        print(table, *self.broken, sep="\n")
        put(path, name, table)


def write(path: Path, size: str, rows: Sequence[Row]) -> list[Row]:
    """Put the rows of a size in the place of its old ones; give the rows of all sizes."""
    kept = [row for row in read(path) if row.size != size]
    every = sorted([*kept, *rows], key=lambda row: SIZES.index(row.size))
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps({k: _rounded(v) for k, v in asdict(row).items()}) for row in every]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return every


def read(path: Path) -> list[Row]:
    """Give the rows that were written before."""
    if not path.exists():
        return []
    return [Row(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def insert(path: Path, size: str, rows: Sequence[Row], machine: str) -> None:
    """Put the table of a size between its markers in a document that has them."""
    text = path.read_text(encoding="utf-8")
    begin, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    parts = _parts(text[begin:end])
    parts[size] = f"{machine}\n\n{table(rows)}\n"
    inner = "".join(f"\n### Size {each}\n\n{parts[each]}" for each in SIZES if each in parts)
    path.write_text(text[:begin] + "\n" + inner + text[end:], encoding="utf-8")


def put(path: Path, name: str, inner: str) -> None:
    """Put a text between the markers of a name in a document that has them."""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    before, rest = path.read_text(encoding="utf-8").split(begin)
    after = rest.split(end)[1]
    path.write_text(f"{before}{begin}\n{inner}\n{end}{after}", encoding="utf-8")


def _parts(text: str) -> dict[str, str]:
    found = {}
    for part in text.split("\n### Size ")[1:]:
        size, rest = part.split("\n", 1)
        found[size] = rest.strip() + "\n"
    return found


COLUMNS = (
    ("", "target"),
    ("what", "name"),
    ("c", "concurrency"),
    ("p50 ms", "p50_ms"),
    ("p95 ms", "p95_ms"),
    ("req/s", "rps"),
    ("CPU ms", "cpu_ms"),
    ("SQL", "sql"),
    ("MB", "memory_mb"),
    ("value", "value"),
    ("unit", "unit"),
    ("limit", "limit_value"),
    ("value / limit", "ratio"),
)


def table(rows: Sequence[Row]) -> str:
    """Draw rows as a table in Markdown, which is also legible on a terminal."""
    cells = [[name for name, _ in COLUMNS]]
    cells += [[_cell(_values(row)[key]) for _, key in COLUMNS] for row in rows]
    widths = [max(len(line[n]) for line in cells) for n in range(len(COLUMNS))]
    lines = [_line(line, widths) for line in cells]
    return "\n".join([lines[0], _line(["-" * w for w in widths], widths), *lines[1:]])


def _values(row: Row) -> dict[str, object]:
    ratio = row.value / row.limit_value if row.value is not None and row.limit_value else None
    return {**asdict(row), "ratio": ratio}


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(c.ljust(w) for c, w in zip(cells, widths, strict=True)) + " |"


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _rounded(value: object) -> object:
    return float(f"{value:.5g}") if isinstance(value, float) else value
