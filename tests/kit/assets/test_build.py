"""What a build makes is whole, carries its own hash, and is made again only when it must be."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kit import assets
from kit.assets import ROOT
from kit.assets.build import TEST_DIST, build


@pytest.fixture(scope="module", autouse=True)
def built() -> None:
    build()
    assets.manifest.cache_clear()


class Workshop:
    """A copy of what is bundled, and a folder of its own for what is made of it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.dist = folder, folder / "static" / "dist"
        for name in ("kit/assets", "static/src", "templates"):
            shutil.copytree(
                ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        for name in ("kit/__init__.py", "package-lock.json"):
            shutil.copyfile(ROOT / name, folder / name)
        (folder / "node_modules").symlink_to(ROOT / "node_modules")

    def build(self) -> str:
        """Build once in a process of its own; "True" if something was made, else its last line."""
        code = "from kit.assets.build import build; print(build())"
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=self.folder, capture_output=True, text=True
        )
        return (done.stdout or done.stderr).strip()

    def files(self) -> dict[str, str]:
        """What the last build made: plain name to hashed name."""
        found: dict[str, str] = json.loads((self.dist / "manifest.json").read_text())["files"]
        return found

    def style(self, text: str) -> None:
        with (self.folder / "static" / "src" / "farelegami.css").open("a") as sheet:
            sheet.write(text)


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


def test_the_manifest_names_files_that_carry_their_own_hash() -> None:
    files = assets.manifest()
    assert {"app.css", "app.js", "sprites.svg", "mark.svg", "licences.txt"} <= files.keys()
    for name, hashed in files.items():
        content = (assets.FOLDER / hashed).read_bytes()
        stem, _, ending = name.rpartition(".")
        assert hashed == f"{stem}-{hashlib.sha256(content).hexdigest()[:12]}.{ending}"


def test_the_sheet_loads_only_what_we_serve() -> None:
    sheet = (assets.FOLDER / assets.manifest()["app.css"]).read_text()
    addresses = re.findall(r"""url\(["']?([^"')]{1,200})""", sheet)
    served = {assets.PREFIX + name for name in assets.manifest().values()}
    assert {a for a in addresses if not a.startswith("data:image/") and a not in served} == set()


def test_a_build_with_nothing_new_does_nothing() -> None:
    assert build() is False


def test_a_change_is_built_and_the_files_of_open_pages_stay_for_one_build(
    workshop: Workshop,
) -> None:
    assert workshop.build() == "True"
    first = workshop.files()
    assert workshop.build() == "False"
    workshop.style(".fl-first{color:red}")
    assert workshop.build() == "True"
    second = workshop.files()
    assert second.keys() == first.keys()
    assert {name for name in first if first[name] != second[name]} == {"app.css"}
    assert "fl-first" in (workshop.dist / second["app.css"]).read_text()
    assert (workshop.dist / first["app.css"]).exists(), "a page that is open may still ask"
    workshop.style(".fl-second{color:red}")
    assert workshop.build() == "True"
    assert not (workshop.dist / first["app.css"]).exists()
    assert (workshop.dist / second["app.css"]).exists()


def test_a_file_that_was_lost_or_a_manifest_nobody_can_read_is_made_again(
    workshop: Workshop,
) -> None:
    workshop.build()
    files = workshop.files()
    (workshop.dist / files["app.js"]).unlink()
    assert workshop.build() == "True"
    (workshop.dist / "manifest.json").write_text("{")
    assert workshop.build() == "True"
    assert workshop.files() == files
    assert all((workshop.dist / name).is_file() for name in files.values())


def test_only_the_icons_and_classes_that_pages_name_are_sent(workshop: Workshop) -> None:
    workshop.build()
    before = workshop.files()
    sprite = (workshop.dist / before["sprites.svg"]).read_text()
    assert 'id="it-telegram"' not in sprite
    assert ".form-range" not in (workshop.dist / before["app.css"]).read_text()
    page = '<i class="form-range">{{ icon("telegram") }}</i>'
    (workshop.folder / "templates" / "new.html").write_text(page)
    assert workshop.build() == "True"
    after = workshop.files()
    assert 'id="it-telegram"' in (workshop.dist / after["sprites.svg"]).read_text()
    assert ".form-range" in (workshop.dist / after["app.css"]).read_text()


def test_a_script_that_is_broken_is_named_and_the_old_build_stays(workshop: Workshop) -> None:
    workshop.build()
    before = workshop.files()
    (workshop.folder / "static" / "src" / "app.js").write_text("const = ;")
    said = workshop.build()
    assert "BuildFailed: esbuild refuses app.js" in said
    assert workshop.files() == before
    assert all((workshop.dist / name).is_file() for name in before.values())


def test_documents_get_their_typefaces_and_tests_their_examiner() -> None:
    for face in ("regular", "italic", "600", "700"):
        (found,) = (assets.FOLDER / "fonts").glob(f"*-{face}.ttf")
        assert found.read_bytes()[:4] == b"\0\1\0\0"
    assert (TEST_DIST / "axe.min.js").stat().st_size > 100_000
