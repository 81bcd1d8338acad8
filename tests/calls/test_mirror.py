"""Every file of the calls has its test where the mirror says."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
# Declared tables are tried together (tests/calls/tables); the bodies of jobs with what they draw.
TOGETHER = {"calls/jobs.py"}


def test_every_code_file_has_a_test_at_the_mirrored_path():
    missing = []
    for path in sorted((ROOT / "calls").rglob("*.py")):
        code = path.relative_to(ROOT)
        if path.name == "__init__.py" or "tables" in code.parts or str(code) in TOGETHER:
            continue
        if not (ROOT / "tests" / code.parent / f"test_{code.name}").exists():
            missing.append(str(code))
    assert missing == []
