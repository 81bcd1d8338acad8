"""Making a machine ready: what is asked of a person, and what is not done twice."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from kit.run import bootstrap
from kit.run.bootstrap import CannotContinue, Need, Stamps

ROOT = Path(__file__).resolve().parents[3]
ABSENT = Need("libabsent-1", "proving a point", lambda: False)
PRESENT = Need("libpresent-1", "being there", lambda: True)


def script(folder: Path, name: str, body: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_without_permission_the_exact_packages_are_named() -> None:
    with pytest.raises(CannotContinue) as refused:
        bootstrap.ensure_system([PRESENT, ABSENT], lambda: None)
    assert "libabsent-1" in str(refused.value)
    assert "proving a point" in str(refused.value)
    assert "libpresent-1" not in str(refused.value)
    assert "same command again" in str(refused.value)


def test_with_permission_only_what_is_missing_is_installed(tmp_path: Path) -> None:
    said = tmp_path / "said"
    installer = script(tmp_path, "installer", f'echo "$@" >> {said}')
    absent = Need("libabsent-1", "proving a point", said.exists)
    bootstrap.ensure_system([PRESENT, absent], lambda: [str(installer)])
    lines = said.read_text().splitlines()
    assert lines[0] == "update"
    assert lines[1].endswith("install -y --no-install-recommends libabsent-1")


def test_an_installation_that_changes_nothing_is_told(tmp_path: Path) -> None:
    installer = script(tmp_path, "installer", "exit 0")
    with pytest.raises(CannotContinue, match="libabsent-1"):
        bootstrap.ensure_system([ABSENT], lambda: [str(installer)])


def test_a_failing_installation_shows_what_it_said(tmp_path: Path) -> None:
    installer = script(tmp_path, "installer", "echo 'no network today' >&2; exit 100")
    with pytest.raises(CannotContinue, match="no network today"):
        bootstrap.ensure_system([ABSENT], lambda: [str(installer)])


def test_when_nothing_is_missing_nobody_is_asked_for_permission() -> None:
    def ask() -> None:
        raise AssertionError("asked")

    bootstrap.ensure_system([PRESENT], ask)


def test_where_debian_has_a_chromium_without_windows_it_is_the_one_to_install() -> None:
    assert bootstrap.browser_package("debian") == "chromium-headless-shell"
    assert {bootstrap.browser_package(each) for each in ("ubuntu", None)} == {"chromium"}


def test_an_old_python_is_refused_in_words() -> None:
    bootstrap.check_python((3, 11))
    bootstrap.check_python((3, 14))
    with pytest.raises(CannotContinue, match=r"Python 3\.10 is too old"):
        bootstrap.check_python((3, 10))


def test_a_stamp_lasts_until_its_inputs_change(tmp_path: Path) -> None:
    (tmp_path / "lock.txt").write_text("one")
    path = tmp_path / "stamps.json"
    before = bootstrap.digest_of(tmp_path, ["lock.txt", "absent"])
    Stamps(path).set("packages", before)
    assert Stamps(path).fresh("packages", bootstrap.digest_of(tmp_path, ["lock.txt", "absent"]))
    (tmp_path / "lock.txt").write_text("two")
    assert not Stamps(path).fresh("packages", bootstrap.digest_of(tmp_path, ["lock.txt"]))


def test_a_digest_sees_names_contents_and_new_files_of_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "src"
    folder.mkdir()
    seen = set()
    for name, content in (("a.css", "x"), ("a.css", "y"), ("b.css", "y")):
        (folder / name).write_text(content)
        seen.add(bootstrap.digest_of(tmp_path, ["src"]))
    (folder / "a.css").rename(folder / "c.css")
    seen.add(bootstrap.digest_of(tmp_path, ["src"]))
    assert len(seen) == 4


def test_a_spoilt_stamp_file_only_means_doing_it_again(tmp_path: Path) -> None:
    path = tmp_path / "stamps.json"
    path.write_text("{half")
    assert not Stamps(path).fresh("packages", "x")


def test_a_needed_library_and_program_are_recognised() -> None:
    assert bootstrap.library("libc.so.6")()
    assert not bootstrap.library("libabsent.so.1")()
    assert bootstrap.program("no-such-program", "sh")()
    assert not bootstrap.program("no-such-program")()
    assert not bootstrap.font("NoSuchFont-*.ttf")()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become somebody without rights")
def test_a_person_without_rights_gets_no_install_command(monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "import os, sys; os.setgroups([]); os.setgid(65534); os.setuid(65534);"
        "from kit.run import bootstrap; sys.exit(bootstrap.install_command() is not None)"
    )
    # Packages of this Python may be private to root; the system's own is for everybody.
    ended = subprocess.run(
        ["/usr/bin/python3", "-c", code],
        cwd=ROOT,
        env={"PATH": "/nowhere", "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
    )
    assert ended.returncode == 0


def test_it_runs_on_the_standard_library_alone() -> None:
    code = "import kit.run.bootstrap, sys; print([n for n in sys.modules if n.startswith('kit')])"
    ended = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, '.'); {code}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout.strip() == "['kit', 'kit.run', 'kit.run.bootstrap']"


def test_the_lock_files_carry_hashes_and_no_addresses() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text
        assert "--index" not in text
        entries = [part for part in text.split("\n") if part and part[0].isalnum()]
        assert entries
        assert all(entry.endswith("\\") for entry in entries)
        assert text.count("--hash=sha256:") >= len(entries)


def test_the_make_targets_explain_themselves() -> None:
    said = subprocess.run(
        ["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for target in ("setup", "run", "test", "check", "bench", "lock", "translations"):
        assert f"make {target}" in said
