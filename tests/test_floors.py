"""The floors inside a house, read from the code: what the import contracts cannot say."""

import ast
import re
import sys
from pathlib import Path

import pytest

from kit import migrate
from kit.db import Base

ROOT = Path(__file__).parents[1]
HOUSES = ("people", "ledger", "market", "calls", "community")
RULES_MAY = {"kit.money", "kit.errors", "kit.rome", "kit.typed", "kit.spelled"}
RULES_MAY |= {"kit.sentences", "kit.canonical", "kit.codes", "kit.contacts", "kit.emails"}
# What answers a request or runs a job stands above the nouns.
UPPER = ("pages", "jobs", "checks")


def imports(path: Path):
    """Every module a file imports, also inside functions; `from a import b` gives a.b too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def files(pattern: str):
    return sorted(path for house in HOUSES for path in (ROOT / house).glob(pattern))


@pytest.mark.parametrize("path", files("**/rules/**/*.py"), ids=lambda p: str(p.relative_to(ROOT)))
def test_rules_see_nothing_but_values(path):
    house = path.relative_to(ROOT).parts[0]
    for name in imports(path):
        top = name.split(".")[0]
        allowed = (
            top in sys.stdlib_module_names
            or (name.startswith(f"{house}.") and ".rules" in name)
            or any(name == may or name.startswith(may + ".") for may in RULES_MAY)
        )
        assert allowed, f"{name} is not for rules"


@pytest.mark.parametrize("path", files("pages/**/*.py"), ids=lambda p: str(p.relative_to(ROOT)))
def test_pages_write_no_sql(path):
    for name in imports(path):
        if name.startswith("sqlalchemy"):
            assert name in ("sqlalchemy.orm.Session", "sqlalchemy.Row"), name


@pytest.mark.parametrize("path", files("pages/**/*.py"), ids=lambda p: str(p.relative_to(ROOT)))
def test_pages_merge_what_was_refused_in_one_way(path):
    """`form.take` knows which field an error belongs to; nobody else touches `form.errors`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and node.attr == "errors":
            assert isinstance(node.ctx, ast.Load), f"{path.name}:{node.lineno} writes errors"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            named = ast.unparse(node.func)
            assert not named.endswith((".errors.update", ".errors.setdefault")), node.lineno


def nouns():
    """Every file below pages, jobs and checks, in rooms and in single files."""
    for path in files("**/*.py"):
        inside = path.relative_to(ROOT).parts[1:]
        if inside[0].removesuffix(".py") not in UPPER:
            yield path


@pytest.mark.parametrize("path", list(nouns()), ids=lambda p: str(p.relative_to(ROOT)))
def test_nouns_do_not_look_up(path):
    house = path.relative_to(ROOT).parts[0]
    if house == "community":  # its files are pages and what pages share
        return
    for imported in imports(path):
        upper = [part for part in UPPER if imported.startswith(f"{house}.{part}")]
        assert not upper, imported


def test_nobody_but_kit_commits():
    for path in files("**/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                commits = node.func.attr == "commit"
                assert not commits, f"{path.relative_to(ROOT)}:{node.lineno} commits"


def test_no_float_where_money_quantities_and_marks_are_reckoned():
    for path in files("**/rules/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_float = isinstance(node, ast.Constant) and isinstance(node.value, float)
            calls = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "float"
            line = getattr(node, "lineno", 0)
            assert not (is_float or calls), f"{path.relative_to(ROOT)}:{line}"


def test_no_other_house_reads_the_tables_of_people_by_raw_sql():
    """Who somebody is stays behind `people`: elsewhere it is joined by its class, or asked for."""
    migrate.load_tables()
    tables = [
        name for name, found in Base.metadata.tables.items() if found.info["house"] == "people"
    ]
    assert "person" in tables
    reads = re.compile(rf"\b(from|join|into|update|only)\s+({'|'.join(tables)})\b", re.IGNORECASE)
    for path in [*files("**/*.py"), *(ROOT / "demo").glob("*.py")]:
        if path.is_relative_to(ROOT / "people"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found = reads.search(node.value)
                assert not found, f"{path.relative_to(ROOT)}:{node.lineno} {found and found[0]}"
