"""One word, one thing: no two classes share a name, and docs/words.md says words the code has."""

import ast
import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
HOUSES = ("kit", "people", "ledger", "market", "calls", "community")
# A name that several houses give to several things, and what it waits for.
SHARED = {
    "Answer": "a household's line or a criterion's mark, until each is named for itself",
    "Attachment": "a file in a PDF or of an application",
    "Change": "a booking line before and after, or cut by closing",
    "Entry": "of the journal; a place in a ranking is still called so",
    "Line": "of a booking, a closing, a dossier, until each is named for itself",
    "Offer": "the table; closing reads its frozen terms under the same name",
    "Outcome": "of a request or of an eligibility",
    "Progress": "of a case, a ranking, a queue, until each is named for itself",
    "Share": "of a case or of a cost, until each is named for itself",
}


def classes() -> dict[str, list[str]]:
    """Every public class of the houses, and where it stands."""
    found: dict[str, list[str]] = defaultdict(list)
    for house in HOUSES:
        for path in (ROOT / house).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    found[node.name].append(str(path.relative_to(ROOT)))
    return found


def test_no_two_classes_share_a_name() -> None:
    twice = {name: places for name, places in classes().items() if len(places) > 1}
    assert {name: places for name, places in twice.items() if name not in SHARED} == {}


def test_every_name_that_may_be_shared_is_shared() -> None:
    found = classes()
    assert [name for name in SHARED if len(found[name]) < 2] == []


def test_the_words_are_those_of_the_code() -> None:
    rows = (ROOT / "docs" / "words.md").read_text(encoding="utf-8").split("|---|---|---|")[1]
    said = [row.split("|")[2] for row in rows.strip().splitlines()]
    named = {word for cell in said for word in re.findall(r"\b[A-Z][a-z]+[A-Za-z]*\b", cell)}
    roles_and_parts = {"BusinessPlan", "Evaluator"}
    assert named - classes().keys() - roles_and_parts == set()
