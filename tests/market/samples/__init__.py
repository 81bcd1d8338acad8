"""Files to import in tests: our own small ones, and the official one where it is at hand."""

import os
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SHARED = Path(os.environ.get("FARELEGAMI_SAMPLES", "../shared/data"))


def own(name: str) -> bytes:
    """Read one of the samples that come with the tests."""
    return (HERE / name).read_bytes()


def official_path() -> Path:
    """Give the official GDXP sample, or skip the test and say why."""
    path = SHARED / "gdxp" / "EsempioListino.json"
    if not path.is_file():
        pytest.skip(f"the official GDXP sample is not at {path}: set FARELEGAMI_SAMPLES")
    return path
