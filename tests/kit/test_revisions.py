"""One line of revisions, named by day and words, never edited once published."""

import hashlib
import shutil
from datetime import date

import pytest
from alembic.util import CommandError

from kit import migrate, revisions

DAY = date(2026, 3, 2)


@pytest.fixture
def folder(tmp_path):
    """A copy of the migrations, to do to it what must not be done."""
    return shutil.copytree(migrate.MIGRATIONS, tmp_path / "migrations")


def add(folder, name: str, after: str) -> None:
    said = f'revision = "{name}"\ndown_revision = "{after}"\n'
    body = "\n\ndef upgrade():\n    pass\n\n\ndef downgrade():\n    pass\n"
    revisions.file_of(folder, name).write_text(said + body)


def newest(folder) -> str:
    return revisions._oldest_first(folder)[-1].revision


def test_no_published_revision_was_edited_and_history_is_one_line():
    assert revisions.problems(migrate.MIGRATIONS) == []


def test_the_list_itself_still_begins_as_it_began():
    """Who edits a revision and its line too is seen here, for the first five for ever."""
    lines = (migrate.MIGRATIONS / revisions.PUBLISHED).read_bytes().splitlines(keepends=True)
    first = hashlib.sha256(b"".join(lines[:5])).hexdigest()
    assert first == "b13f91dea4845255a4ece3d2c813843e0ee4bc55e3841590b1450b8c68b3e35a"


def test_a_published_revision_that_is_edited_is_named(folder):
    with (folder / "versions" / "0003_ledger.py").open("a") as file:
        file.write(" ")
    (found,) = revisions.problems(folder)
    assert "0003_ledger.py was edited" in found


def test_a_published_revision_that_is_gone_is_named(folder):
    (folder / "versions" / "0002_people.py").unlink()
    (found,) = revisions.problems(folder)
    assert "0002_people.py" in found and "gone" in found


def test_two_revisions_that_follow_the_same_one_are_refused_in_words(folder):
    last = newest(folder)
    revisions.publish(folder)
    add(folder, "20260302_one", last)
    add(folder, "20260302_other", last)
    (found,) = revisions.problems(folder)
    assert "20260302_one" in found and "20260302_other" in found and "one line" in found
    with pytest.raises(CommandError, match="one line"):
        revisions.next_name(folder, "A third", DAY)


def test_a_fork_that_was_joined_again_is_still_a_fork(folder):
    last = newest(folder)
    revisions.publish(folder)
    add(folder, "20260302_one", last)
    add(folder, "20260302_other", last)
    joint = revisions.file_of(folder, "20260303_joint")
    add(folder, joint.stem, "x")
    joint.write_text(joint.read_text().replace('"x"', '("20260302_one", "20260302_other")'))
    (found,) = revisions.problems(folder)
    assert "both follow" in found


def test_what_another_one_stands_on_must_be_listed(folder):
    revisions.publish(folder)
    add(folder, "20260302_one", newest(folder))
    assert revisions.problems(folder) == [], "the newest may still be edited"
    add(folder, "20260302_other", "20260302_one")
    (found,) = revisions.problems(folder)
    assert "20260302_one.py" in found and "publish" in found
    assert revisions.publish(folder) == ["20260302_one.py", "20260302_other.py"]
    assert revisions.problems(folder) == []
    assert revisions.publish(folder) == []


def test_publishing_adds_lines_and_touches_none(folder):
    edited = folder / "versions" / "0001_kit.py"
    edited.write_text(edited.read_text() + " ")
    before = (folder / revisions.PUBLISHED).read_text()
    add(folder, "20260302_one", newest(folder))
    revisions.publish(folder)
    after = (folder / revisions.PUBLISHED).read_text()
    assert after.startswith(before) and "20260302_one.py" in after
    assert "0001_kit.py was edited" in revisions.problems(folder)[0]


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("Hold the keys", "20260302_hold_the_keys"),
        ("  hold: the KEYS! ", "20260302_hold_the_keys"),
        ("Count what stands in every open booking", "20260302_count_what_stands_in"),
        ("Antidisestablishmentarianisms", "20260302_antidisestablishmentari"),
    ],
)
def test_a_revision_is_named_by_its_day_and_words(folder, message, name):
    assert revisions.next_name(folder, message, DAY) == name
    assert len(name) <= revisions.LONGEST


@pytest.mark.parametrize("message", ["", " ", "…", "è"])
def test_a_message_without_words_is_refused(folder, message):
    with pytest.raises(CommandError, match="English words"):
        revisions.next_name(folder, message, DAY)


def test_two_of_one_day_differ_by_their_words(folder):
    last = newest(folder)
    add(folder, revisions.next_name(folder, "Hold the keys", DAY), last)
    with pytest.raises(CommandError, match="other words"):
        revisions.next_name(folder, "Hold the keys", DAY)
    assert revisions.next_name(folder, "Hold the doors", DAY) == "20260302_hold_the_doors"
