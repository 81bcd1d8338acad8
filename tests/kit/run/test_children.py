"""Child processes: what the launcher keeps of them."""

import os
import sys

from kit.run import children
from kit.run.children import Child
from tests.waiting import until


def test_a_log_is_begun_anew_while_its_process_goes_on_writing(tmp_path, monkeypatch):
    monkeypatch.setattr(children, "_LARGEST_LOG", 1000)
    os.mkfifo(tmp_path / "words")
    repeat = "for word in open('words'): print(word, end='', flush=True)"
    command = [sys.executable, "-c", repeat]
    child = Child("talker", command, tmp_path / "t.log", os.environ, tmp_path)
    child.start()
    turned = tmp_path / "t.old.log"
    with (tmp_path / "words").open("w", buffering=1) as words:
        for number in range(300):
            words.write(f"{number}\n")
        until(lambda: child.tend() or turned.exists(), "the log to be turned", 30)
        for number in range(300, 400):
            words.write(f"{number}\n")
    assert child.process is not None and child.process.wait(30) == 0
    old, new = turned.read_text(), (tmp_path / "t.log").read_text()
    assert "399\n" in new and "\0" not in new
    assert old and len(new) < 2000
