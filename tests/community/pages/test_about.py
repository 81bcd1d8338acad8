"""The pages that say who we are are open to everybody and linked from every page."""

import ast
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from people import invitations, known_devices, passkey_challenges, sign_ins
from people.providers import answers, journeys

ROOT = Path(__file__).parents[3]
HOUSES = ("kit", "people", "ledger", "market", "calls", "community", "demo")

PAGES = {
    "/accessibility": "Dichiarazione di accessibilità",
    "/privacy": "Dati personali",
    "/help": "Aiuto e contatti",
}


@pytest.mark.parametrize("path", PAGES)
def test_a_visitor_reads_who_we_are(client: Any, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert f"<h1>{PAGES[path]}</h1>" in answer.text
    assert all(f'href="{other}"' in answer.text for other in PAGES)


def words(client: Any, path: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", client.get(path).text).split())


def test_five_cookies_are_named_and_the_code_sets_no_other(client: Any) -> None:
    assert "Ne usiamo cinque, tutti necessari" in words(client, "/privacy")
    assert known_devices.KEPT.days == 365  # "per un anno"
    assert timedelta(minutes=5) == passkey_challenges.GOOD_FOR
    made, of_people = set(), set()
    for path in (file for house in HOUSES for file in (ROOT / house).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Cookie":
                (key,) = (each.value for each in node.keywords if each.arg == "key")
                made.add((path.name, ast.unparse(key)))
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "_cookie":
                of_people.add(ast.unparse(node.args[0]))
    assert made == {
        ("web.py", "name"),  # the language
        ("web.py", "NOTICE_COOKIE"),
        ("cookies.py", "name"),  # of those below
    }
    journeys_and_answers = {"name", "journey.cookie", "answers.COOKIE"}  # who goes to a provider
    assert (
        of_people == {"sign_ins.COOKIE", "known_devices.COOKIE", "QUESTION"} | journeys_and_answers
    )
    scripts = [path.read_text(encoding="utf-8") for path in (ROOT / "static/src").rglob("*.js")]
    assert scripts and not [text for text in scripts if "document.cookie" in text]


def test_how_long_things_are_kept_is_what_the_page_says(client: Any) -> None:
    said = words(client, "/privacy")
    assert "resta nel tuo browser, al massimo 30 giorni" in said
    kept = (ROOT / "static/src/kept.js").read_text(encoding="utf-8")
    assert "const LONGEST_MS = 30 * 24 * 3600 * 1000;" in kept
    assert "Di una sessione finita da sola teniamo per altri 30 giorni" in said
    assert sign_ins.REMEMBERED.days == 30
    assert "uno per dieci minuti sa da dove sei partito, uno per un quarto d'ora" in said
    assert (journeys.LASTS.seconds, answers.GOOD_FOR.seconds) == (600, 900)
    assert "si cancella tre mesi dopo la scadenza" in said
    assert invitations.REMEMBERED.days == 90


@pytest.mark.parametrize("path", ["/", "/privacy", "/calls", "/centres", "/sign-in"])
def test_no_page_fetches_anything_from_others(client: Any, path: str) -> None:
    answer = client.get(path)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'") and "http" not in policy
    assert not re.search(
        r'<(?:script|img|link|iframe)[^>]+(?:src|href)="(?:https?:)?//', answer.text
    )
