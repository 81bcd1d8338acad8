"""Child processes: what the launcher keeps of them."""

import os
import sys

from kit.run import children
from kit.run.children import Child
from tests.waiting import until


def test_a_log_is_begun_anew_while_its_process_goes_on_writing(tmp_path, monkeypatch):
    monkeypatch.setattr(children, "_LARGEST_LOG", 1000)
    words = "import time\nfor n in range(400): print(n, flush=True); time.sleep(0.005)"
    child = Child("talker", [sys.executable, "-c", words], tmp_path / "t.log", os.environ, tmp_path)
    child.start()

    def ended() -> bool:
        child.tend()
        return child.process is None

    until(ended, "the talker to end", 30)
    old, new = (tmp_path / "t.old.log").read_text(), (tmp_path / "t.log").read_text()
    assert "399\n" in new and "\0" not in new
    assert old and len(new) < 2000
