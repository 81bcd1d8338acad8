"""A data folder for a server of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.postgres import clusters


@pytest.fixture
def data_dir(passable: Path) -> Iterator[Path]:
    """A data folder that the server's own user can reach; its server is stopped after."""
    folder = passable / "data"
    folder.mkdir(mode=0o755)
    yield folder
    if (folder / "pg" / "postmaster.pid").exists():
        clusters.start(folder).stop()
