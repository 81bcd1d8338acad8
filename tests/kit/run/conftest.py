"""A data folder for a launcher of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.postgres import clusters


@pytest.fixture
def data_dir(passable: Path) -> Iterator[Path]:
    folder = passable / "data"
    yield folder
    if (folder / "pg" / "postmaster.pid").exists():
        clusters.start(folder).stop()
