"""The script for citizens: alone, small, and deaf to nothing."""

import ast
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from calls import verification
from tests.calls.rankings.rules.test_ranking_bundle import bundle

SCRIPT = Path(verification.__file__).with_name("verify_ranking.py")


def run(path, *arguments):
    return subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(path), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_imports_nothing_but_the_standard_library():
    for node in ast.walk(ast.parse(SCRIPT.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        assert all(name.split(".")[0] in sys.stdlib_module_names for name in names), names


def test_it_runs_alone_and_agrees_with_a_sound_bundle(tmp_path):
    path = tmp_path / "graduatoria.json"
    path.write_bytes(bundle())
    assert run(path).returncode == 0


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
def test_it_says_no_to_what_was_changed(tmp_path, change):
    content = json.loads(bundle())
    change(content)
    path = tmp_path / "graduatoria.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    assert run(path).returncode == 1
    assert len(hashlib.sha256(path.read_bytes()).hexdigest()) == 64


def test_it_answers_a_file_that_is_none_in_words(tmp_path):
    path = tmp_path / "graduatoria.json"
    path.write_text("{", encoding="utf-8")
    answer = run(path)
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr
