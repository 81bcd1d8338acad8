"""The first format's program: rankings published in it are still served with it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from calls.verification import verify_ranking_1
from tests.calls import bundles

PUBLISHED = Path(__file__).with_name("graduatoria_1.json")


def run(path):
    command = [sys.executable, "-I", verify_ranking_1.__file__, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_it_still_agrees_with_what_was_published_in_its_format():
    done = run(PUBLISHED)
    assert done.returncode == 0
    assert "cbb7a16e03ded37a01b9040f005c506af592ed7107bee6dfb35790749eadaf32" in done.stdout


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content["ranking"][0].update(granted=1),
        lambda content: content["ranking"][0]["marks"].update(A=["5", "5"]),
        lambda content: content["ranking"].reverse(),
        lambda content: content["envelopes"].update({"2026/0000001": "9" * 64}),
        lambda content: content.update(seed="0" * 64),
    ],
    ids=["money", "marks", "order", "envelope", "seed"],
)
def test_it_says_no_to_what_contradicts_itself(tmp_path, change):
    content = json.loads(PUBLISHED.read_bytes())
    change(content)
    path = tmp_path / "graduatoria.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    assert run(path).returncode == 1


def test_it_does_not_take_a_later_format_for_its_own():
    assert verify_ranking_1.verify(bundles.sound().ranking) == [
        "unknown format 'farelegami.ranking.2'"
    ]


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b"null", b'{"format":"farelegami.ranking.1"}', b"\xff", b"1e999"]
)
def test_it_answers_broken_files_in_words(data):
    assert verify_ranking_1.verify(data)
