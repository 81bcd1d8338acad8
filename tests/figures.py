"""The structure in figures, read from the code: `python -m tests.figures [REVISION]`.

For each house: its files, the arrows between its files, and the arrows between its rooms (a room
is a folder or a single file right inside the house). Then what SQL is written how. With a
revision of git the same of that one, so that two can be compared.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOUSES = ("kit", "people", "ledger", "market", "calls", "community")


@dataclass
class House:
    """What one house comes to."""

    files: int = 0
    between_files: set[tuple[str, str]] = field(default_factory=set)
    between_rooms: set[tuple[str, str]] = field(default_factory=set)


def sources(revision: str | None) -> dict[str, str]:
    """Module name to source of every file of the houses, now or at a revision."""
    git = ["git", "-C", str(ROOT)]
    command = ["ls-tree", "-r", "--name-only", revision] if revision else ["ls-files"]
    listed = subprocess.run([*git, *command], capture_output=True, text=True, check=True).stdout
    found = {}
    for name in listed.split("\n"):
        if name.endswith(".py") and name.split("/")[0] in HOUSES:
            if revision:
                shown = [*git, "show", f"{revision}:{name}"]
                text = subprocess.run(shown, capture_output=True, text=True, check=True).stdout
            elif (ROOT / name).exists():
                text = (ROOT / name).read_text(encoding="utf-8")
            else:
                continue
            found[name[:-3].replace("/", ".").removesuffix(".__init__")] = text
    return found


def imports(source: str, modules: Mapping[str, str]) -> Iterator[str]:
    """The modules of the houses that a source imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                if whole in modules or node.module in modules:
                    yield whole if whole in modules else node.module


def measure(modules: Mapping[str, str]) -> dict[str, House]:
    """Count files and arrows of each house; arrows to other houses are not among them."""
    houses = {house: House() for house in HOUSES}
    for name, source in modules.items():
        house = houses[name.split(".")[0]]
        house.files += 1
        for other in imports(source, modules):
            if other.split(".")[0] == name.split(".")[0] and other != name:
                house.between_files.add((name, other))
                rooms = (name.split(".")[1:2], other.split(".")[1:2])
                if rooms[0] != rooms[1] and all(rooms):
                    house.between_rooms.add((rooms[0][0], rooms[1][0]))
    return houses


def written(modules: Mapping[str, str]) -> dict[str, int]:
    """How often SQL is written as text, and how often a row has no type."""
    texts = 0
    for source in modules.values():
        for node in ast.walk(ast.parse(source)):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            texts += called and node.func.id in ("text", "sql_text", "hot")  # type: ignore[attr-defined]
    untyped = sum(source.count("Row[Any]") for source in modules.values())
    return {"statements in text()": texts, "Row[Any]": untyped}


def main(arguments: list[str]) -> int:
    """Print the figures as the tables of docs/architecture.md have them."""
    modules = sources(arguments[0] if arguments else None)
    lines = ["| house | files | arrows between files | arrows between rooms |", "|---|---|---|---|"]
    for name, house in measure(modules).items():
        arrows = f"{len(house.between_files)} | {len(house.between_rooms)}"
        lines.append(f"| {name} | {house.files} | {arrows} |")
    lines += ["", *(f"{what}: {count}" for what, count in written(modules).items())]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
