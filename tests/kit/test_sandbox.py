"""The child with limits: what it may not do, and that the next one is fine."""

import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kit.errors import Refused, TooBusy
from kit.sandbox import LimitReached, Limits, Sandbox
from tests.waiting import until

LIMITS = Limits(memory_mib=256, cpu_s=1, wall_s=2, result_mib=1)
sandbox = Sandbox("tests.kit.test_sandbox:act")


def act(what: str, argument: object = None) -> bytes:
    """What a child is asked to do in these tests."""
    match what:
        case "echo":
            return str(argument).encode()
        case "eat":
            return bytes(2**30)
        case "spin":
            while True:
                pass
        case "sleep":
            signal.pause()
        case "shout":
            return bytes(2 * 2**20)
        case "crash":
            os.kill(os.getpid(), 11)
        case "write":
            with open(str(argument), "wb") as file:
                file.write(b"x" * 10)
                file.flush()
        case "refuse":
            raise Refused("Mancano {n} pagine.", field="file", n=argument)
        case "environment":
            return repr(sorted(os.environ)).encode()
        case "connect":
            with socket.create_connection(("127.0.0.1", int(str(argument))), timeout=1):
                return b"connected"
        case "remember":
            os.environ["LEFT_BEHIND"] = "1"
    return b"done"


@pytest.mark.parametrize("what", ["eat", "spin", "sleep", "shout", "crash"])
def test_a_child_beyond_its_limits_is_stopped_and_the_next_works(what):
    start = time.monotonic()
    with pytest.raises(LimitReached):
        sandbox.run(LIMITS, what)
    assert time.monotonic() - start < 5
    assert sandbox.run(LIMITS, "echo", what) == what.encode()


def test_a_child_that_may_write_no_file_writes_none(tmp_path):
    with pytest.raises(RuntimeError, match="OSError"):
        sandbox.run(LIMITS, "write", str(tmp_path / "x"))
    assert (tmp_path / "x").stat().st_size == 0


def test_a_refusal_comes_back_with_its_words_values_and_field():
    with pytest.raises(Refused, match="Mancano 3 pagine") as refusal:
        sandbox.run(LIMITS, "refuse", 3)
    assert (refusal.value.field, refusal.value.message.values) == ("file", {"n": 3})


def test_a_child_sees_no_secret_of_ours(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    with_secret = Sandbox("tests.kit.test_sandbox:act")
    names = with_secret.run(LIMITS, "environment")
    with_secret.close()
    assert b"PATH" in names and b"DATABASE" not in names


def test_a_child_has_no_way_to_the_network():
    with socket.create_server(("127.0.0.1", 0)) as server:
        try:
            sandbox.run(LIMITS, "connect", server.getsockname()[1])
        except RuntimeError as failure:
            assert "OSError" in str(failure)
        else:
            pytest.skip("this system lets no process leave its network (a second fence only)")


def test_nothing_is_left_behind_for_the_next_child():
    sandbox.run(LIMITS, "remember")
    assert b"LEFT_BEHIND" not in sandbox.run(LIMITS, "environment")


def test_a_killed_forge_is_started_again():
    sandbox.run(LIMITS, "echo")
    assert sandbox._forge is not None
    sandbox._forge.kill()
    sandbox._forge.wait()
    assert sandbox.run(LIMITS, "echo", 1) == b"1"


def test_the_forge_ends_with_its_owner_even_if_that_is_killed():
    code = (
        "from tests.kit.test_sandbox import LIMITS, sandbox;"
        "sandbox.run(LIMITS, 'echo'); print(sandbox._forge.pid, flush=True); input()"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert owner.stdout is not None
    forge = int(owner.stdout.readline())
    assert os.path.exists(f"/proc/{forge}")
    owner.kill()
    owner.wait()
    until(lambda: not _is_running(forge), "the forge's end", 5)


def _is_running(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_many_threads_share_the_places_and_impatient_ones_are_told():
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda n: sandbox.run(LIMITS, "echo", n), range(40)))
    assert answers == [str(n).encode() for n in range(40)]
    narrow = Sandbox("tests.kit.test_sandbox:act", at_once=1, patience_s=0.1)
    with ThreadPoolExecutor(2) as threads:
        slow = threads.submit(narrow.run, LIMITS, "sleep")
        until(lambda: narrow._places._value == 0, "the one place to be taken")
        with pytest.raises(TooBusy):
            narrow.run(LIMITS, "echo")
        assert isinstance(slow.exception(), LimitReached)
    narrow.close()
