"""Make this machine ready: environment, packages, system libraries, interface assets.

Runs on the system's own Python with the standard library only: `python3 -m kit.run.bootstrap`,
and with `--tests` for the tools of the test suite. What is done is stamped, so that a
second run only looks.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

ROOT = Path(__file__).resolve().parents[2]
OLDEST_PYTHON = (3, 11)
ASSET_SOURCES = ("package.json", "package-lock.json", "static/src", "templates", "kit/assets")


class CannotContinue(Exception):
    """Something only the person at this machine can do; the sentence says what."""


@dataclass(frozen=True)
class Need:
    """One thing of the operating system: how to see it, and the Debian package with it."""

    package: str
    purpose: str
    present: Callable[[], bool]


def library(name: str) -> Callable[[], bool]:
    """Whether a shared library can be loaded."""

    def look() -> bool:
        try:
            ctypes.CDLL(name)
        except OSError:
            return False
        return True

    return look


def program(*names: str) -> Callable[[], bool]:
    """Whether one of these programs is on the path."""
    return lambda: any(shutil.which(name) for name in names)


def font(pattern: str) -> Callable[[], bool]:
    """Whether a font file of this name is installed for everybody or for this person."""
    homes = (
        "/usr/share/fonts",
        "/usr/local/share/fonts",
        os.path.expanduser("~/.local/share/fonts"),
    )
    return lambda: any(next(Path(home).rglob(pattern), None) for home in homes)


def _system() -> str | None:
    try:
        return platform.freedesktop_os_release().get("ID")
    except OSError:  # no Linux, or one that does not say
        return None


RUN_NEEDS = (
    Need("libpango-1.0-0", "text in PDF documents", library("libpango-1.0.so.0")),
    Need("libpangoft2-1.0-0", "fonts in PDF documents", library("libpangoft2-1.0.so.0")),
    Need("libharfbuzz-subset0", "small PDF documents", library("libharfbuzz-subset.so.0")),
    Need("fonts-noto-core", "the letters of PDF documents", font("NotoSans-Regular.*")),
)
# The first is Chromium without windows: it does the same in three quarters of the CPU.
BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)


def browser_package(system: str | None) -> str:
    """The package with the first of `BROWSERS` that this kind of Linux has."""
    return BROWSERS[0] if system == "debian" else BROWSERS[1]


TEST_NEEDS = (
    Need(browser_package(_system()), "browser tests", program(*BROWSERS)),
    Need("poppler-utils", "looking at PDF pages in tests", program("pdftoppm")),
)


class Stamps:
    """What was done from which inputs, kept inside the environment it belongs to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._done: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self._done = {}

    def fresh(self, step: str, digest: str) -> bool:
        """Whether `step` was finished from inputs with this digest."""
        return self._done.get(step) == digest

    def set(self, step: str, digest: str) -> None:
        """Note that `step` is finished; whole or not at all."""
        self._done[step] = digest
        draft = self.path.with_suffix(".new")
        draft.write_text(json.dumps(self._done, indent=1, sort_keys=True), encoding="utf-8")
        draft.replace(self.path)


def digest_of(root: Path, names: Iterable[str], *, salt: str = "") -> str:
    """One SHA-256 over files and whole folders, by relative name and content."""
    total = hashlib.sha256(salt.encode())
    for name in names:
        start = root / name
        paths = sorted(start.rglob("*")) if start.is_dir() else [start]
        for path in paths:
            if path.is_file() and path.suffix != ".pyc":
                total.update(f"\0{path.relative_to(root)}\0".encode())
                total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def check_python(version: tuple[int, int]) -> None:
    """Refuse a Python that is too old for the code."""
    if version < OLDEST_PYTHON:
        raise CannotContinue(
            f"Python {version[0]}.{version[1]} is too old: FareLegami needs 3.11 or newer. "
            "Install one and say which: make run PYTHON=python3.12"
        )


def install_command() -> list[str] | None:
    """The words that install Debian packages here without asking, or None when we may not."""
    if shutil.which("apt-get") is None:
        return None
    prefix: list[str] = []
    if os.geteuid() != 0:
        sudo = shutil.which("sudo")
        if sudo is None or _status([sudo, "-n", "true"]) != 0:
            return None
        prefix = [sudo, "-n"]
    return [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]


def ensure_system(needs: Sequence[Need], apt: Callable[[], list[str] | None]) -> None:
    """Install what is missing with apt when we may; otherwise say exactly what to install.

    `apt` gives the words to begin with, or None (see `install_command`).
    """
    missing = [need for need in needs if not need.present()]
    if not missing:
        return
    packages = [need.package for need in missing]
    command = apt()
    if command is None:
        raise CannotContinue(explain(missing))
    say("system packages: installing " + ", ".join(packages))
    run([*command, "update"], quiet=True)
    wait = ["-o", "DPkg::Lock::Timeout=300"]
    run([*command, *wait, "install", "-y", "--no-install-recommends", *packages], quiet=True)
    still = [need for need in needs if not need.present()]
    if still:
        raise CannotContinue(explain(still))


def explain(missing: Sequence[Need]) -> str:
    """What to type, in words for this kind of machine."""
    lines = [f"  {need.package:<22} {need.purpose}" for need in missing]
    packages = " ".join(need.package for need in missing)
    if sys.platform == "darwin":
        hint = "On macOS: brew install pango poppler && brew install --cask chromium font-noto-sans"
    elif shutil.which("apt-get"):
        hint = f"Type:  sudo apt-get update && sudo apt-get install -y {packages}"
    else:
        hint = "Install what carries these under your system's own names (Debian's names are shown)"
    return "\n".join(["This machine lacks:", *lines, hint, "Then type the same command again."])


def ensure_environment(venv: Path, apt: Callable[[], list[str] | None]) -> Path:
    """Make the virtual environment where it is missing or broken; give its Python."""
    python = venv / "bin" / "python"
    if python.exists() and _status([str(python), "-c", "import pip"]) == 0:
        return python
    say(f"environment: making {venv.name} with Python {platform.python_version()}")
    package = "python{}.{}-venv".format(*sys.version_info)
    ensure_system([Need(package, "the private environment of FareLegami", _has_ensurepip)], apt)
    run([sys.executable, "-m", "venv", "--clear", str(venv)], quiet=True)
    return python


def ensure_packages(python: Path, stamps: Stamps, *, tests: bool) -> None:
    """Install the locked packages, every one checked against its hash."""
    wanted = digest_of(ROOT, ["requirements.txt"], salt=platform.python_version())
    wanted_tests = digest_of(
        ROOT, ["requirements.txt", "requirements-dev.txt"], salt=platform.python_version()
    )
    if stamps.fresh("tests", wanted_tests) or (not tests and stamps.fresh("packages", wanted)):
        return
    name = "requirements-dev.txt" if tests else "requirements.txt"
    say(f"packages: installing {name} (a few minutes the first time)")
    words = ["-m", "pip", "install", "--require-hashes", "--disable-pip-version-check"]
    words += ["--no-input", "--progress-bar", "off", "-q", "-r", str(ROOT / name)]
    run([str(python), *words], quiet=True)
    stamps.set("packages", wanted)
    if tests:
        stamps.set("tests", wanted_tests)


def ensure_assets(python: Path, stamps: Stamps) -> None:
    """Bundle the interface's styles and scripts when their sources changed."""
    wanted = digest_of(ROOT, ASSET_SOURCES)
    if stamps.fresh("assets", wanted) and (ROOT / "static" / "dist").is_dir():
        return
    say("interface: fetching and bundling styles, scripts and fonts")
    run([str(python), "-m", "kit.assets", "build"], quiet=True)
    stamps.set("assets", wanted)


def run(command: Sequence[str], *, quiet: bool = False) -> None:
    """Run a step; its output is shown only when it fails."""
    ended = subprocess.run(  # noqa: S603 (our own words)
        command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=quiet, text=True, check=False
    )
    if ended.returncode != 0:
        shown = f"{ended.stdout}{ended.stderr}"[-4000:] if quiet else ""
        raise CannotContinue(f"{shown}\nThis step failed: {' '.join(command)}".lstrip())


def say(text: str) -> None:
    """Tell the person what is being done now."""
    print(f"· {text}", flush=True)


def main(arguments: Sequence[str]) -> int:
    """Bring this machine up to date; 1 with a sentence when a person must act."""
    tests = "--tests" in arguments
    started = time.monotonic()
    try:
        check_python(sys.version_info[:2])
        ensure_system([*RUN_NEEDS, *(TEST_NEEDS if tests else ())], install_command)
        python = ensure_environment(ROOT / ".venv", install_command)
        stamps = Stamps(ROOT / ".venv" / "farelegami-setup.json")
        ensure_packages(python, stamps, tests=tests)
        ensure_assets(python, stamps)
    except CannotContinue as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    if time.monotonic() - started > 2:
        say("everything is in place")
    return 0


def _has_ensurepip() -> bool:
    # Debian leaves the module out of its Python package.
    return _status([sys.executable, "-c", "import ensurepip, venv"]) == 0


def _status(command: Sequence[str]) -> int:
    return subprocess.run(  # noqa: S603 (our own words)
        command, stdin=subprocess.DEVNULL, capture_output=True, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
