"""Files stored by their content."""

import hashlib
import os
from dataclasses import replace

import pytest

from kit import files
from kit.errors import NotFound
from kit.settings import settings


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    current = replace(settings(), data_dir=tmp_path)
    monkeypatch.setattr(files, "settings", lambda: current)
    return tmp_path


def test_bytes_come_back_under_their_sha256():
    content = os.urandom(100_000)
    digest = files.put(content)
    assert digest == hashlib.sha256(content).hexdigest()
    assert files.get(digest) == content


def test_the_same_bytes_are_stored_once_and_leave_no_draft(own_folder):
    assert files.put(b"abc") == files.put(b"abc")
    stored = [path for path in own_folder.rglob("*") if path.is_file()]
    assert len(stored) == 1
    assert stored[0].stat().st_mode & 0o777 == 0o600


def test_what_is_not_stored_is_not_found():
    with pytest.raises(NotFound):
        files.get("0" * 64)


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "A" * 64, "0" * 64 + "\n", "/" * 64])
def test_a_name_that_is_no_digest_reaches_no_file(digest):
    with pytest.raises(ValueError, match="not a SHA-256"):
        files.get(digest)


def test_a_damaged_file_is_never_handed_out():
    digest = files.put(b"graduatoria")
    files.path(digest).write_bytes(b"graduatoriA")
    with pytest.raises(ValueError, match="damaged"):
        files.get(digest)


def test_a_failed_write_leaves_nothing(own_folder, monkeypatch):
    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        files.put(b"abc")
    assert not [path for path in own_folder.rglob("*") if path.is_file()]


def test_a_file_is_on_the_disk_before_its_digest_is_given(monkeypatch):
    synced = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        synced.append(descriptor)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    files.put(b"ricevuta")
    assert len(synced) >= 2  # the content, then the folder that names it
