"""Every code file of a house has its test where the mirror says."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HOUSES = ("kit", "people", "ledger", "market", "calls", "community", "demo")
# A package's own file holds no behaviour, `python -m` is tried by its module, and tables are
# declared: what they hold is tried together (`tests/HOUSE/tables`, the journal, the sessions).
WITHOUT = {"__init__", "__main__", "tables"}


def missing(house: Path) -> list[str]:
    """The files of a house without a test at the mirrored path, as paths of the repository."""
    root = house.parent
    code = [
        path.relative_to(root)
        for path in sorted(house.rglob("*.py"))
        if not WITHOUT & set(path.relative_to(root).with_suffix("").parts)
    ]
    assert code, house
    tests = root / "tests"
    return [str(path) for path in code if not (tests / path.parent / f"test_{path.name}").exists()]


@pytest.mark.parametrize("house", HOUSES)
def test_every_code_file_has_a_test_at_the_mirrored_path(house: str) -> None:
    assert missing(ROOT / house) == []


def test_no_house_is_forgotten() -> None:
    there = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert there - {"tests", "bench"} == set(HOUSES)


def test_a_file_without_its_test_is_named(tmp_path: Path) -> None:
    for name in (
        "house/__init__.py",
        "house/__main__.py",
        "house/tables.py",
        "house/tables/things.py",
        "house/room/here.py",
        "house/room/alone.py",
        "tests/house/room/test_here.py",
        "tests/house/test_alone.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert missing(tmp_path / "house") == ["house/room/alone.py"]
