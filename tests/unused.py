"""What nobody uses: `python -m tests.unused` names it and fails (vulture reads the code).

What templates name counts as used. What the framework, the database or a caller outside the
code uses stands in `KEPT`, with the reason.
"""

import re
import sys
from pathlib import Path
from typing import Any

from vulture.core import Vulture

ROOT = Path(__file__).resolve().parents[1]
CODE = ("kit", "people", "ledger", "market", "calls", "community", "demo", "bench")
DOORS = ("app.py", "worker.py", "cli.py")
# Called by name where they are registered.
DECORATORS = [
    "@get",
    "@post",
    "@jobs.task",
    "@jobs.effect",
    "@jobs.periodic",
    "@periodic",
    "@task",
    "@effect",
    "@event.*",
]
KEPT = {
    "on_cli_init": "called by Litestar",
    "__signature__": "read by Litestar",
    "fetch": "called by WeasyPrint",
    "modified": "written into a PDF's metadata",
    "print_sheet": "called by its name in the child process",
    "print_pdf": "called by its name in the child process",
    "handle_starttag": "called by the parser of HTML",
    "handle_endtag": "called by the parser of HTML",
    "handle_data": "called by the parser of HTML",
    "create_database": "the tests' databases",
    "drop_database": "the tests' databases",
    "reverse": "the only way the ledger may be corrected; no page offers it yet",
    "record_opening": "old books are carried over from a console; no page offers it yet",
    "holds_credit": "the same question as its set, which SQL asks",
    "phase": "dates of the sender's own order are read to be checked",
    "opens_on": "as `phase`",
    "closes_on": "as `phase`",
    "delivery_on": "as `phase`",
    "type_annotation_map": "read by SQLAlchemy",
    "client_secret": "read by Authlib when it asks for a token",
    "token_endpoint_auth_method": "as `client_secret`",
    "ended_by": "held by its table against who proposed",
    "create_row_processor": "called by SQLAlchemy",
    "p50_ms": "written by its name into the report",
    "p95_ms": "written by its name into the report",
    "UNLISTED": "held against the lists of terms by their test",
    "once": "acts done once; forms and the queue of a phone without a signal come next",
    "unseal": "the other half of `seal`",
    "seal": "sealing what rides in forms comes next",
    "LedgerRefusal": "its table is written and read as SQL",
    "Charge": "its table is written and read as SQL",
}


def unused() -> list[str]:
    """Name everything in the code that neither code nor templates use."""
    reader = Vulture(ignore_names=sorted(KEPT), ignore_decorators=DECORATORS)
    reader.scavenge([str(ROOT / place) for place in (*CODE, *DOORS)])
    named: set[str] = set()
    for pattern in ("templates/**/*.html", "templates/**/*.typ"):
        for path in ROOT.glob(pattern):
            named |= set(re.findall(r"[A-Za-z_]\w*", path.read_text(encoding="utf-8")))
    return [
        f"{Path(item.filename).relative_to(ROOT)}:{item.first_lineno}: {item.message}"
        for item in reader.get_unused_code(min_confidence=60)
        if item.name not in named and not _is_column(item)
    ]


def _is_column(item: Any) -> bool:
    """A column may be read by SQL alone, or by whoever looks into the books."""
    line = Path(item.filename).read_text(encoding="utf-8").split("\n")[item.first_lineno - 1]
    return "Mapped[" in line


def main() -> int:
    """Print what is unused; exit code 1 when there is any."""
    found = unused()
    sys.stdout.writelines(f"{line}\n" for line in found)
    sys.stdout.write("" if found else "nothing is unused\n")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
