"""Child processes: what the launcher keeps of them."""

import signal
from pathlib import Path

from kit.run.children import stop_all
from tests.kit.run.launched import child, living
from tests.waiting import until


def test_a_child_that_dies_is_told_and_started_again_with_growing_pauses(tmp_path: Path) -> None:
    piece = child(tmp_path, "print('last words', flush=True); raise SystemExit(3)")
    piece.start()
    news: list[str] = []

    def tended() -> bool:
        if said := piece.tend():
            news.append(said)
        return piece.failures >= 2

    until(tended, "a second misfortune")
    assert "piece ended with code 3" in news[0]
    assert news[1] == "piece is started again"
    assert "last words" in piece.last_words()
    assert piece.tend() is None, "the second time it waits before it tries"
    stop_all([piece], 1)


def test_a_stubborn_child_and_its_own_children_are_ended(tmp_path: Path) -> None:
    code = (
        "import signal, subprocess, sys\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "inner = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'])\n"
        "print(inner.pid, flush=True)\n"
        "while True: signal.pause()\n"
    )
    piece = child(tmp_path, code)
    piece.start()
    until(lambda: piece.last_words().strip().isdigit(), "the inner one's number")
    inner = int(piece.last_words())
    assert living(inner)
    stop_all([piece], 0.2)
    assert piece.process is not None
    assert piece.process.returncode == -signal.SIGKILL
    until(lambda: not living(inner), "the inner one's end")
