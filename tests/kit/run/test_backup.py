"""A backup brings everything back: rows, grants, triggers, files, the key."""

import hashlib
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from kit import audit, db, migrate, seals
from kit.postgres import clusters
from kit.run import backup
from kit.run.backup import BackupFailed
from kit.settings import Settings, from_environment

NOW = datetime(2026, 12, 3, 20, 0, 5, tzinfo=UTC)


def at(data_dir: Path) -> Settings:
    return from_environment({"FARELEGAMI_DATA": str(data_dir)})


def rows(current: Settings, question: str) -> list[tuple[object, ...]]:
    assert current.database_owner_url is not None
    url = current.database_owner_url.reveal().replace("+psycopg", "", 1)
    with psycopg.connect(url) as connection:
        return connection.execute(question.encode()).fetchall()


DESCRIPTION = """
    SELECT 'grant', table_name || ' ' || grantee || ' ' || privilege_type
      FROM information_schema.role_table_grants WHERE table_schema = 'public'
    UNION ALL SELECT 'trigger', tgrelid::regclass || ' ' || tgname FROM pg_trigger
      WHERE NOT tgisinternal
    UNION ALL SELECT 'constraint', conrelid::regclass || ' ' || conname FROM pg_constraint
      WHERE connamespace = 'public'::regnamespace
    ORDER BY 1, 2
"""


@pytest.fixture
def source(passable: Path) -> Settings:
    current = at(passable / "source")
    with clusters.running(current.data_dir) as cluster:
        migrate.upgrade(cluster.owner_url, cluster.app_url)
        with psycopg.connect(cluster.owner_url.replace("+psycopg", "", 1)) as connection:
            connection.execute("CREATE TABLE extra AS SELECT 'così'::text AS word")
    stored = current.data_dir / "files" / "ab" / "cdef"
    stored.parent.mkdir(parents=True)
    stored.write_bytes(b"%PDF one")
    return current


def test_what_was_saved_comes_back_whole(passable: Path, source: Settings) -> None:
    made = backup.save(source, passable / "backups", NOW)
    assert made.name == "farelegami-20261203T200005Z"
    target = passable / "target"
    current = from_environment({"FARELEGAMI_DATA": str(target), "FARELEGAMI_SECRET": "x" * 32})
    backup.restore(current, made)
    with clusters.running(source.data_dir):
        before = rows(source, DESCRIPTION)
    with clusters.running(target):
        assert rows(current, "SELECT word FROM extra") == [("così",)]
        assert rows(current, DESCRIPTION) == before
    assert {kind for kind, _ in before} == {"grant", "trigger", "constraint"}
    assert (target / "files" / "ab" / "cdef").read_bytes() == b"%PDF one"
    assert at(target).secret_key == source.secret_key


def recorded(current: Settings, things: int) -> None:
    """Record some things and seal them, in a database that runs."""
    engine = db.make_engine(current.database_url.reveal())
    with Session(engine) as session:
        for n in range(things):
            audit.record(session, None, "done", audit.Subject("test", "thing", n), NOW)
        session.commit()
        seals.seal(session)
        session.commit()
    engine.dispose()


def test_the_head_of_the_audit_chain_stands_in_name_and_manifest_and_comes_back(
    passable: Path, source: Settings
) -> None:
    with clusters.running(source.data_dir):
        recorded(source, 5)
        made = backup.save(source, passable / "backups", NOW)
    held = backup.check(made)
    assert held is not None and held.position == 5
    assert made.name == f"farelegami-20261203T200005Z-5-{held.digest[:12]}"
    assert json.loads((made / "manifest.json").read_text())["audit"] == held.line
    assert backup.restore(at(passable / "target"), made) == []


def test_a_backup_is_recorded_in_what_it_saves_and_a_server_that_takes_no_rows_is_saved_too(
    passable: Path, source: Settings
) -> None:
    assert source.database_owner_url is not None
    taken = "select after ->> 'name' from audit_event where action = 'kit.backup.taken'"
    with clusters.running(source.data_dir):
        first = backup.save(source, passable / "backups", NOW)
        assert rows(source, taken) == [(first.name,)]
        owner = db.make_engine(source.database_owner_url.reveal())
        with owner.begin() as connection:
            connection.execute(text("alter table audit_event add constraint none check (id < 2)"))
        owner.dispose()
        second = backup.save(source, passable / "backups", NOW.replace(second=6))
        assert backup.check(second) is None and rows(source, taken) == [(first.name,)]


def test_a_restored_database_with_another_chain_than_its_manifest_is_told(
    passable: Path, source: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    """Somebody cut the dump and made the manifest fit its bytes, but not the chain's head."""
    with clusters.running(source.data_dir):
        recorded(source, 3)
        short = backup.save(source, passable / "short", NOW)
        recorded(source, 4)
        made = backup.save(source, passable / "backups", NOW)
    shutil.copy2(short / "database.dump", made / "database.dump")
    written = json.loads((made / "manifest.json").read_text())
    own = hashlib.sha256((made / "database.dump").read_bytes()).hexdigest()
    written["files"]["database.dump"] = own
    (made / "manifest.json").write_text(json.dumps(written))
    monkeypatch.setattr(backup, "settings", lambda: at(passable / "target"))
    assert backup.main(["restore", str(made)]) == 1
    said = capsys.readouterr().err
    assert (
        "not as witnessed when it was saved: the chain was cut: it ends at link 3, and link 8"
        in said
    )


def test_a_backup_of_a_former_release_is_restored_by_its_plain_list_of_files(
    passable: Path, source: Settings
) -> None:
    made = backup.save(source, passable / "backups", NOW)
    written = json.loads((made / "manifest.json").read_text())
    (made / "manifest.json").write_text(json.dumps(written["files"]))
    assert backup.restore(at(passable / "target"), made) == []


@pytest.mark.parametrize("text", ["[]", '{"files": {}}', '{"files": {}, "audit": "12/34"}', "{"])
def test_a_manifest_that_cannot_be_read_is_no_backup(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(BackupFailed, match="is not a backup"):
        backup.check(tmp_path)


def test_a_damaged_backup_is_refused_before_anything_is_touched(
    passable: Path, source: Settings
) -> None:
    made = backup.save(source, passable / "backups", NOW)
    (made / "files" / "ab" / "cdef").write_bytes(b"%PDF two")
    with pytest.raises(BackupFailed, match="files/ab/cdef"):
        backup.restore(at(passable / "target"), made)
    assert not (passable / "target" / "pg").exists()


def test_a_folder_in_use_is_never_restored_over(passable: Path, source: Settings) -> None:
    made = backup.save(source, passable / "backups", NOW)
    with pytest.raises(BackupFailed, match="holds a database"):
        backup.restore(source, made)


def test_a_folder_that_is_no_backup_is_named(tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match="is not a backup"):
        backup.check(tmp_path)


def test_what_a_writer_has_not_finished_is_not_copied(passable: Path, source: Settings) -> None:
    folder = source.data_dir / "files" / "ab"
    (folder / ".cdef.0011").write_bytes(b"%PDF hal")
    (source.data_dir / "files" / ".lock").touch()
    made = backup.save(source, passable / "backups", NOW)
    stored = [path.name for path in (made / "files").rglob("*") if path.is_file()]
    assert stored == ["cdef"]


def test_a_file_that_goes_while_it_is_copied_stops_nothing(
    passable: Path, source: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that no row names may be taken away at any moment."""
    second = source.data_dir / "files" / "ab" / "0123"
    second.write_bytes(b"%PDF none")
    copy = shutil.copy2

    def gone(from_: str, to: str) -> object:
        second.unlink(missing_ok=True)
        return copy(from_, to)

    monkeypatch.setattr(shutil, "copy2", gone)
    made = backup.save(source, passable / "backups", NOW)
    assert [path.name for path in (made / "files" / "ab").iterdir()] == ["cdef"]
    backup.check(made)


def test_a_backup_that_fails_leaves_nothing_behind(
    passable: Path, source: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_source: str, _target: str) -> object:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copy2", full)
    with pytest.raises(OSError, match="No space"):
        backup.save(source, passable / "backups", NOW)
    assert list((passable / "backups").iterdir()) == []
