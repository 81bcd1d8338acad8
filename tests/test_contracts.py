"""The contracts of `make check` hold what their titles say: each is broken on purpose in a copy."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HOUSES = ("kit", "people", "ledger", "market", "calls", "community", "demo")

# Title of the contract: the file that breaks it, and the line that does.
BREACHES = {
    "The street: imports only downhill": ("people/roles.py", "from calls import jobs"),
    "The floors of the market": (
        "market/centres/centres.py",
        "from market.pages import hours",
    ),
    "The floors of the calls": ("calls/tables/texts.py", "from calls.texts import published"),
    "The floors of the ledger": ("ledger/rules/chart.py", "from ledger import top_ups"),
    "The floors of people": ("people/persons.py", "from people.pages import edge"),
    "The floors of the community": (
        "community/navigation.py",
        "from community.pages import about",
    ),
    "Rules are pure: no database, no web, no clock, no noun of another house": (
        "market/bookings/rules/ordering.py",
        "from kit import clock",
    ),
    "Rules know no table and no page": (
        "calls/score_sheets/rules/scoring.py",
        "from calls.tables import rankings",
    ),
    "No circle inside a house": ("kit/clock.py", "from kit import jobs"),
}


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory):
    """Break every contract in one copy of the houses; give what is said of each contract."""
    copy = tmp_path_factory.mktemp("copy")
    only_code = shutil.ignore_patterns("__pycache__", "*.csv", "data")
    for house in HOUSES:
        shutil.copytree(ROOT / house, copy / house, ignore=only_code)
    shutil.copy(ROOT / "pyproject.toml", copy)
    for file, line in BREACHES.values():
        with (copy / file).open("a") as code:
            code.write(f"\n{line}\n")
    program = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([program, "--no-cache"], cwd=copy, capture_output=True, text=True)
    assert run.returncode == 1, run.stdout + run.stderr
    return run.stdout


def contracts():
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return [found["name"] for found in pyproject["tool"]["importlinter"]["contracts"]]


@pytest.mark.parametrize("title", contracts())
def test_a_broken_contract_is_seen(verdicts, title):
    file, line = BREACHES[title]
    assert f"{title} BROKEN" in verdicts
    importer = file.removesuffix(".py").replace("/", ".")
    package, _, name = line.removeprefix("from ").partition(" import ")
    # A circle is named by the modules that close it, the rest by the very import.
    assert f"{importer} -> {package}.{name}" in verdicts or "circle" in title


@pytest.mark.parametrize("door", ["app", "worker", "cli"])
def test_a_house_that_imports_a_door_is_seen(tmp_path, door):
    (tmp_path / "house.py").write_text(f'"""A house."""\n\nimport {door}\n\n{door}.main()\n')
    ruff = [sys.executable, "-m", "ruff", "check", "--config", str(ROOT / "pyproject.toml")]
    run = subprocess.run([*ruff, "--select", "TID251", str(tmp_path)], capture_output=True)
    assert run.returncode == 1
    assert door.encode() in run.stdout
