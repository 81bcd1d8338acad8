"""For whoever writes code: what changed is seen, bundled where it must be, and served anew."""

import http.client
import os
import threading
from pathlib import Path

import pytest

from kit.run import dev
from kit.run.children import stop_all
from tests.kit.run.launched import Launched, child, children_of
from tests.served import ROOT, free_port
from tests.waiting import until


def worked_on(root: Path) -> Path:
    """A tree with a house, a door, a template, a catalogue, a script, and what no process runs."""
    for name in (
        "worker.py",
        "house/__init__.py",
        "house/rules/money.py",
        "templates/house/page.html",
        "locale/en/LC_MESSAGES/house.po",
        "static/src/app.js",
        "tests/__init__.py",
        "docs/tour.md",
        "var/logs/web-1.log",
    ):
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")
    return root


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("worker.py", True),
        ("house/rules/money.py", True),
        ("house/rules/new.py", True),
        ("templates/house/page.html", True),
        ("locale/en/LC_MESSAGES/house.po", True),
        ("static/src/app.js", True),
        ("tests/__init__.py", False),
        ("docs/tour.md", False),
        ("var/logs/web-1.log", False),
    ],
)
def test_a_change_is_seen_where_a_process_runs_from_it(
    tmp_path: Path, name: str, seen: bool
) -> None:
    root = worked_on(tmp_path)
    before = dev.sources(root)
    assert dev.changed(before, dev.sources(root)) == []
    (root / name).write_text("new")
    os.utime(root / name, ns=(1, 1))
    assert dev.changed(before, dev.sources(root)) == ([Path(name)] if seen else [])
    (root / name).unlink()
    assert (Path(name) in dev.changed(before, dev.sources(root))) == (
        seen and name != "house/rules/new.py"
    )


def test_a_change_starts_children_anew_and_forgives_their_failures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = worked_on(tmp_path)
    monkeypatch.setattr(dev, "ROOT", root)
    sources, looks = dev.sources, list[Path]()
    monkeypatch.setattr(dev, "sources", lambda root: looks.append(root) or sources(root))
    piece = child(tmp_path, "import signal; print('up', flush=True); signal.pause()")
    piece.start()
    piece.failures = 2
    assert piece.process is not None
    first, stopping = piece.process.pid, threading.Event()
    following = threading.Thread(target=dev.follow, args=(dev.sources(root), [piece], stopping))
    following.start()
    try:
        until(lambda: "up" in piece.last_words(), "the first word")
        looks.clear()
        until(lambda: len(looks) > 2, "a look that began and ended meanwhile")
        assert piece.process.pid == first, "the control: nothing changed, nothing starts anew"
        (tmp_path / "house" / "rules" / "money.py").write_text("changed")
        until(lambda: piece.process is not None and piece.process.pid != first, "a new start")
        until(lambda: piece.failures == 0, "forgiveness")
    finally:
        stopping.set()
        following.join()
        stop_all([piece], 1)


@pytest.mark.kill
def test_whoever_writes_code_sees_it_served_without_starting_anything(data_dir: Path) -> None:
    port = free_port()
    launched = Launched(data_dir, port, "kit.run.dev")
    try:
        launched.until_ready()
        before = set(children_of(launched.process.pid).items())
        assert len([words for _, words in before if "kit.run.serve" in words]) == 1
        os.utime(ROOT / "worker.py")
        until(lambda: "worker.py changed" in launched.said(), "the change to be seen", 90)
        until(
            lambda: not before & set(children_of(launched.process.pid).items()),
            "the old children's end",
        )
        assert answers_in_the_end(port), "who asks meanwhile waits for the new process"
        assert len(children_of(launched.process.pid)) == len(before), "both are new"
        assert launched.stop() == 0
    finally:
        launched.stop()


def answers_in_the_end(port: int) -> bool:
    """One request, sent while the process may be starting; the open port holds it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    finally:
        connection.close()


def test_changes_are_named_in_their_order_the_written_the_new_and_the_gone() -> None:
    before = {Path("b"): 1, Path("c"): 1, Path("d"): 1}
    after = {Path("a"): 1, Path("b"): 2, Path("d"): 1}
    assert dev.changed(before, after) == [Path("a"), Path("b"), Path("c")]
    assert dev.changed(after, after) == []


def test_a_house_is_known_by_its_shape_and_the_rest_is_not_looked_at(tmp_path: Path) -> None:
    root = worked_on(tmp_path)
    seen = set(map(str, dev.sources(root)))
    assert {"worker.py", "house/__init__.py", "house/rules/money.py"} <= seen
    (root / "later").mkdir()
    (root / "later" / "noun.py").write_text("")
    assert set(map(str, dev.sources(root))) == seen, "the control: a folder is not yet a house"
    (root / "later" / "__init__.py").write_text("")
    found = set(map(str, dev.sources(root)))
    assert found - seen == {"later/__init__.py", "later/noun.py"}


def test_a_file_that_an_editor_takes_away_meanwhile_is_left_out(tmp_path: Path) -> None:
    root = worked_on(tmp_path)
    (root / "house" / "draft.py").symlink_to(root / "gone.py")
    assert Path("house/draft.py") not in dev.sources(root)


class OneLook(threading.Event):
    """Stops after one look, before which these files are written."""

    def __init__(self, files: list[Path]) -> None:
        super().__init__()
        self.files = files

    def wait(self, timeout: float | None = None) -> bool:
        if self.is_set():
            return True
        for file in self.files:
            os.utime(file, ns=(10**18, 10**18))
        self.set()
        return False


@pytest.mark.parametrize(
    ("names", "said", "bundled"),
    [
        (["static/src/app.js"], "static/src/app.js changed", True),
        (["templates/house/page.html", "worker.py"], "page.html and 1 more changed", True),
        (["house/rules/money.py", "worker.py"], "money.py and 1 more changed", False),
        (["locale/en/LC_MESSAGES/house.po"], "house.po changed", False),
    ],
)
def test_only_a_change_of_the_interface_is_bundled_before_the_new_start(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    names: list[str],
    said: str,
    bundled: bool,
) -> None:
    """The tree has no bundler, so that asking for one is heard: it is told, and life goes on."""
    root = worked_on(tmp_path)
    monkeypatch.setattr(dev, "ROOT", root)
    piece = child(tmp_path, "import signal; signal.pause()")
    piece.start()
    assert piece.process is not None
    first = piece.process.pid
    try:
        dev.follow(dev.sources(root), [piece], OneLook([root / name for name in names]))
        assert piece.process.pid != first
    finally:
        stop_all([piece], 1)
    told = capsys.readouterr().out
    assert said in told and "start anew" in told
    assert ("could not be bundled" in told) is bundled


def test_a_look_at_what_did_not_change_lets_everybody_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = worked_on(tmp_path)
    monkeypatch.setattr(dev, "ROOT", root)
    piece = child(tmp_path, "import signal; signal.pause()")
    piece.start()
    assert piece.process is not None
    first = piece.process.pid
    try:
        dev.follow(dev.sources(root), [piece], OneLook([]))
        assert piece.process.pid == first
    finally:
        stop_all([piece], 1)
    assert capsys.readouterr().out == ""
