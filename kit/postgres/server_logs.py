"""The embedded server's own log: a bounded number of files, and what went is said.

The server begins a file a day, and another one at 10 MB; it takes none away.
"""

from pathlib import Path

from kit.log import count_lines

KEPT = 7  # files: a week of quiet days, or the last 70 MB


def prune(directory: Path) -> list[str]:
    """Take away the oldest files of the server in `directory` beyond `KEPT`; say which.

    The newest, which the server writes, always stays.
    """
    files = sorted((directory / "log").glob("postgresql-*.log"), key=_begun)
    said = []
    for file in files[:-KEPT]:
        lines = count_lines(file)
        file.unlink(missing_ok=True)
        said.append(f"the database's log {file.name} had to go (lines: {lines})")
    return said


def _begun(file: Path) -> tuple[float, str]:
    try:
        return file.stat().st_mtime, file.name
    except FileNotFoundError:
        return 0.0, file.name
