"""One word, one thing: no two classes share a name, and docs/words.md says words the code has."""

import ast
import re
from collections import defaultdict
from pathlib import Path

from babel.messages.pofile import read_po

from kit.words import catalogs

ROOT = Path(__file__).parents[1]
HOUSES = ("kit", "people", "ledger", "market", "calls", "community")
# Names that still stand for two things, until one of them is named for itself.
SHARED = {
    "Attachment": "in a PDF; of an application",
    "Reader": "of typed text; of letters",
    "Standing": "of an account before a line; of an evaluator's declaration; of a group order",
    "Task": "that a job runs; that an applicant still has",
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


def places() -> set[str]:
    """What files and folders are named after, in the singular, as a class would be written."""
    stems = {path.stem for house in HOUSES for path in (ROOT / house).rglob("*")}
    words = {stem.removesuffix("s") for stem in stems} | stems
    return {"".join(part.capitalize() for part in word.split("_")) for word in words}


def test_the_words_are_those_of_the_code() -> None:
    rows = (ROOT / "docs" / "words.md").read_text(encoding="utf-8").split("|---|---|---|")[1]
    said = [row.split("|")[2] for row in rows.strip().splitlines()]
    named = {word for cell in said for word in re.findall(r"\b[A-Z][a-z]+[A-Za-z]*\b", cell)}
    part_of_an_application = {"BusinessPlan"}
    assert named - classes().keys() - places() - part_of_an_application == set()


def test_a_commission_has_one_word_in_english() -> None:
    """The one of docs/words.md, in each translation of a sentence that speaks of it."""
    astray = []
    for house in catalogs.HOUSES:
        if not (path := catalogs.path_of(house)).exists():
            continue
        with path.open("rb") as file:
            messages = list(read_po(file, locale="en", domain=house))
        for message in messages:
            italian, english = str(message.id), str(message.string)
            speaks = re.search(r"\bcommissione\b(?! bancaria)", italian, re.IGNORECASE)
            other = re.search(r"\b(panel|committee|jury)\b", english, re.IGNORECASE)
            if speaks and (other or "commission" not in english.lower()):
                astray.append(english)
    assert astray == []
