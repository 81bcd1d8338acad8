"""One program for each format of a published ranking: what fitted it once is never edited."""

from pathlib import Path

from calls.verification import verify_ranking_1, verify_ranking_2

NAME = "verify_ranking.py"  # under which every one of them is served
_SCRIPTS = {
    verify_ranking_1.FORMAT: "verify_ranking_1.py",
    verify_ranking_2.FORMAT: "verify_ranking_2.py",
}


def script(rule: str) -> bytes:
    """The program that reads rankings of this rule."""
    return Path(__file__).with_name(_SCRIPTS[rule]).read_bytes()
