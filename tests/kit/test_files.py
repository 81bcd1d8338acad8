"""Files stored by their content."""

import fcntl
import hashlib
import os
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

import market.tables.catalogue  # noqa: F401 - whose rows name files must be known here
from kit import clock, files
from kit.db import Base
from kit.errors import NotFound
from kit.paper.documents import Document
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
    (path,) = (own_folder / "files").glob("??/*")
    assert path.stat().st_mode & 0o777 == 0o600


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
    assert stored(own_folder) == []


def test_a_file_is_on_the_disk_before_its_digest_is_given(monkeypatch):
    synced = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        synced.append(descriptor)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    files.put(b"ricevuta")
    assert len(synced) >= 2  # the content, then the folder that names it


def stored(folder):
    return sorted(path.name for path in (folder / "files").glob("??/*"))


def aged(digest, by):
    """Let a file have been stored so long ago."""
    then = files.path(digest).stat().st_mtime - by.total_seconds()
    os.utime(files.path(digest), (then, then))


def names(session, digest):
    """A row that names a file."""
    session.add(
        Document(
            kind="x", subject_kind="x", subject_id=1, state="ready", progress=100,
            filename="x.pdf", media_type="application/pdf", sha256=digest, task="x", args={},
            created_at=clock.now(session),
        )
    )  # fmt: skip
    session.flush()


LONG_AGO = files.UNTOUCHED + timedelta(minutes=1)


def test_only_columns_that_say_so_name_files():
    found = {
        str(column)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.info == files.NAMED
    }
    assert found == {"attachment.sha256", "document.sha256", "price_list_import.sha256"}


def test_what_no_row_names_is_taken_away_after_a_while_and_nothing_else(session, own_folder):
    named, orphan, fresh = files.put(b"named"), files.put(b"orphan"), files.put(b"fresh")
    names(session, named)
    for digest in (named, orphan):
        aged(digest, LONG_AGO)
    files.collect(session, clock.now(session))
    assert stored(own_folder) == sorted(digest[2:] for digest in (named, fresh))
    aged(fresh, LONG_AGO)
    files.collect(session, clock.now(session))
    assert stored(own_folder) == [named[2:]] and files.get(named) == b"named"
    with pytest.raises(NotFound):
        files.get(orphan)


def test_what_a_killed_writer_left_goes_too(session, own_folder):
    named = files.put(b"named")
    names(session, named)
    draft = files.path(named).with_name(f".{named[2:]}.00112233")
    draft.write_bytes(b"nam")
    os.utime(draft, (0, 0))
    files.collect(session, clock.now(session))
    assert stored(own_folder) == [named[2:]]


def test_what_is_stored_again_is_not_taken_away_before_its_row_comes(session):
    digest = files.put(b"again")
    aged(digest, LONG_AGO)
    assert files.put(b"again") == digest
    files.collect(session, clock.now(session))
    assert files.get(digest) == b"again"


def test_storing_waits_for_a_file_that_is_just_being_taken_away(own_folder):
    """Who found it there, and it went in the same moment, would have a row without its file."""
    digest = files.put(b"again")
    with (own_folder / "files" / ".lock").open("a") as taking:
        fcntl.flock(taking, fcntl.LOCK_EX)
        storing = threading.Thread(target=files.put, args=(b"again",))
        storing.start()
        storing.join(0.3)
        assert storing.is_alive(), "the control: it would have found the file"
        files.path(digest).unlink()
        fcntl.flock(taking, fcntl.LOCK_UN)
        storing.join(30)
    assert files.get(digest) == b"again"


def test_a_file_that_is_lost_and_files_for_nobody_are_named(session):
    lost, kept = files.put(b"lost"), files.put(b"kept")
    names(session, lost)
    assert files.violations(session) == []
    files.path(lost).unlink()
    aged(kept, files.OVERDUE + timedelta(minutes=1))
    assert files.violations(session) == [
        f"file {lost} is named by a row and not stored",
        "files stored for a day that no row names: 1",
    ]
    files.collect(session, clock.now(session))
    assert len(files.violations(session)) == 1
