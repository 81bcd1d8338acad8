"""A number before a noun has two forms, and both stand where the number is said."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HOUSES = ("kit", "people", "ledger", "market", "calls", "community")
TWO_FORMS = {"counted", "ngettext"}
# Nouns that are counted nowhere yet and would be wrong beside a one all the same.
NOUNS = {"anni", "caratteri", "decimali", "domande", "euro", "file", "giorni", "ore", "punti"}
ALIKE = {"euro", "file"}  # the same for one and for many
# Numbers that are never one: constants, and what is compared with one of them.
NEVER_ONE = {
    "{fewest} persone": "the least number of judges, which is two",
    "{days} giorni": "the life of an invitation",
    "{more} giorni": "how long an erasure may be taken back",
    "{hours} ore": "the life of a link",
    "{minutes} minuti": "the life of a link",
    "{age} anni": "of somebody old enough to register",
    "{age_from} anni": "a call asks for grown-ups",
    "{pages} pagine": "more than the limit",
    "{length} caratteri": "more than the limit",
    "{maximum} caratteri": "a limit",
    "{n} caratteri": "a limit",
    "{longest} caratteri": "a limit",
    "{shortest} caratteri": "a limit",
    "{most} schede": "each application in a ranking has two at least",
    "{maximum} produttori": "a limit",
    "{count} prodotti": "more than the limit",
    "{n} cose": "the rest of a list that is cut, two at least",
    "{whole} famiglie": "the rule of a split, read as a formula",
}
# What is said to operators has no catalogue: a number stands apart from its noun there.
OPERATORS = (
    *("accounts", "applications", "cents", "conflicts", "entries", "events", "files"),
    *("households", "letters", "lines", "points", "sheets", "stored files"),
)
MANY_OR_NONE = {
    "n} audit events": "never one: that is what it should be",
    "MOST_LINES} lines": "a limit",
}
_FOR_OPERATORS = re.compile(rf"\w+(?:\}}|\)?\s*\|\| ') (?:audit )?(?:{'|'.join(OPERATORS)})\b")
_BEFORE_NOUN = re.compile(r"\{(\w+)\} ([a-zàèéìòù]+)")
_PLURALIZE = re.compile(r"\{% pluralize[^%]*%\}")
_TRANS = re.compile(r"\{% trans [^%]*%\}(.*?)\{% endtrans %\}", re.DOTALL)


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            yield name, node


def texts(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value


def trees() -> Iterator[tuple[Path, ast.AST]]:
    for house in HOUSES:
        for path in sorted((ROOT / house).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def plurals(many: str) -> set[str]:
    return {noun for _, noun in _BEFORE_NOUN.findall(many) if len(noun) > 2 and noun[-1] in "ie"}


def trans() -> Iterator[tuple[Path, str]]:
    """What stands between the marks of a sentence with values, in every template."""
    for path in sorted((ROOT / "templates").rglob("*.html")):
        for said in _TRANS.findall(path.read_text(encoding="utf-8")):
            yield path, re.sub(r"\{\{ *(\w+) *\}\}", r"{\1}", said)


@pytest.fixture(scope="module")
def nouns() -> set[str]:
    """Every plural that some sentence of the project counts."""
    found = set(NOUNS)
    for _, tree in trees():
        for name, call in calls(tree):
            if name in TWO_FORMS and len(call.args) > 2:
                found |= plurals("".join(texts(call.args[2])))
    for _, said in trans():
        for many in _PLURALIZE.split(said)[1:]:
            found |= plurals(many)
    assert {"famiglie", "lettere", "righe", "schede"} <= found
    return found - ALIKE


def wrong(text: str, nouns: set[str]) -> list[str]:
    found = [f"{{{name}}} {noun}" for name, noun in _BEFORE_NOUN.findall(text) if noun in nouns]
    return [each for each in found if each not in NEVER_ONE]


def test_no_sentence_of_the_code_says_one_as_many(nouns: set[str]) -> None:
    places = []
    for path, tree in trees():
        counted = [call for name, call in calls(tree) if name in TWO_FORMS]
        inside = {id(each) for call in counted for each in ast.walk(call)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and id(node) not in inside:
                said = wrong(str(node.value), nouns)
                places += [f"{path.relative_to(ROOT)}:{node.lineno}: {each}" for each in said]
    assert places == []


def test_no_sentence_of_the_templates_says_one_as_many(nouns: set[str]) -> None:
    places = [
        f"{path.relative_to(ROOT)}: {each}"
        for path, said in trans()
        if not _PLURALIZE.search(said)
        for each in wrong(said, nouns)
    ]
    assert places == []


def test_no_sentence_for_operators_says_one_as_many() -> None:
    """The checks, and whatever else of the houses is written in English into a report."""
    places = [
        f"{path.relative_to(ROOT)}: {said}"
        for path, _ in trees()
        for said in _FOR_OPERATORS.findall(path.read_text(encoding="utf-8"))
        if said not in MANY_OR_NONE
    ]
    assert places == []
