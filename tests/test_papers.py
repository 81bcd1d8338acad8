"""The papers of the project, held against what is there: licence, links, numbers, rules."""

import ast
import configparser
import fnmatch
import hashlib
import os
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
HOUSES = ("kit", "people", "ledger", "market", "calls", "community", "demo")
RULES = ROOT / "docs" / "rules" / "calls.md"
# The text as SPDX publishes it, with a line feed at its end.
EUPL_1_2 = "57fb42fbcd0b037ce528ed8f72f1ec095d67bc6825ecf1448ff39be1fe68a4b4"
# What publiccode.yml 0.4 asks for; lists may not be empty.
REQUIRED = (
    *("publiccodeYmlVersion", "name", "url", "platforms", "categories", "developmentStatus"),
    *("softwareType", "description", "legal.license", "maintenance.type"),
    *("localisation.localisationReady", "localisation.availableLanguages"),
    *("it.countryExtensionVersion", "it.conforme", "it.piattaforme"),
)


@cache
def read(path: str | Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def kept() -> tuple[str, ...]:
    """Every file of the project; what .gitignore leaves out (built, installed, data) is not."""
    ignored = {line.rstrip("/") for line in read(".gitignore").splitlines() if line.endswith("/")}
    found: list[str] = []
    for folder, folders, files in os.walk(ROOT):
        inside = Path(folder).relative_to(ROOT)
        folders[:] = [
            name
            for name in folders
            if not {name, str(inside / name)} & ignored and (name[0] != "." or name == ".ci")
        ]
        found += [str(inside / name) for name in files]
    return tuple(sorted(found))


def written(*endings: str) -> list[str]:
    return [name for name in kept() if name.endswith(endings)]


PAPERS = sorted(written(".md"))
PROJECT: dict[str, Any] = tomllib.loads(read("pyproject.toml"))["project"]
PUBLIC: dict[str, Any] = yaml.safe_load(read("publiccode.yml"))


def test_the_licence_is_the_eupl_1_2_word_for_word() -> None:
    assert hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest() == EUPL_1_2
    assert read("LICENSE").startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2\n")


def test_every_paper_names_the_same_licence() -> None:
    assert PROJECT["license"] == PUBLIC["legal"]["license"] == "EUPL-1.2"
    assert '"license": "EUPL-1.2"' in read("package.json")
    assert "EUPL" in read("README.md") and "EUPL" in read("CONTRIBUTING.md")


@pytest.mark.parametrize("key", REQUIRED)
def test_publiccode_has_every_key_the_standard_asks_for(key: str) -> None:
    found: Any = PUBLIC
    for part in key.split("."):
        found = found[part]
    assert found is not None and found not in ("", [], {})


def test_publiccode_says_who_it_is_for_in_both_languages_within_the_standards_lengths() -> None:
    assert set(PUBLIC["description"]) == {"it", "en"}
    for words in PUBLIC["description"].values():
        assert len(words["shortDescription"]) <= 150
        assert 150 <= len(words["longDescription"]) <= 10_000
        assert len(words["features"]) >= 5
    assert (ROOT / PUBLIC["logo"]).is_file()
    languages = {"it", *(path.name for path in (ROOT / "locale").iterdir())}
    assert set(PUBLIC["localisation"]["availableLanguages"]) == languages


def test_publiccode_claims_nothing_that_is_not_there() -> None:
    """Each of these becomes true together with what it says, and with a test of that."""
    italian = PUBLIC["it"]
    assert not any(italian["conforme"].values())
    assert not any(italian["piattaforme"].values())
    assert PUBLIC["url"].split("/")[2].endswith(".invalid"), "not published yet"
    assert PUBLIC["maintenance"] == {"type": "none"}


def test_version_and_day_are_the_same_wherever_they_stand() -> None:
    version, day = re.findall(
        r"^## (\d+\.\d+\.\d+), (\d{4}-\d\d-\d\d)$", read("CHANGELOG.md"), re.M
    )[0]
    assert version == PROJECT["version"] == PUBLIC["softwareVersion"]
    assert day == PUBLIC["releaseDate"]


@pytest.mark.parametrize("paper", PAPERS)
def test_every_relative_link_leads_somewhere(paper: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", read(paper)):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, part = target.partition("#")
        found = (ROOT / paper).parent / file if file else ROOT / paper
        assert found.exists(), target
        assert not part or part in anchors(found), target


def anchors(paper: Path) -> set[str]:
    """The names that headings get where Markdown is shown."""
    headings = re.findall(r"^#+ (.+)$", paper.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in headings}


@pytest.mark.parametrize("paper", PAPERS)
def test_every_file_a_paper_names_is_there(paper: str) -> None:
    """`calls/jobs.py`, `rules/scoring.py` and `kit.paper.pdf` are looked up, patterns are not."""
    for name in re.findall(r"`([\w./-]+\.(?:py|html|typ|js|css|md|toml|po))\b[^`]*`", read(paper)):
        assert any(file == name or file.endswith(f"/{name}") for file in kept()), name
    for name in re.findall(rf"`((?:{'|'.join(HOUSES)})(?:\.\w+)+)", read(paper)):
        first_two = "/".join(name.split(".")[:2])
        found = [f"{first_two}.py", f"{first_two}/__init__.py"]
        assert name.endswith(".py") or any(file in kept() for file in found), name


def test_every_paper_that_code_names_is_there() -> None:
    for file in written(".py", ".html", ".js", ".css", ".typ", ".toml", "Makefile"):
        for name in re.findall(r"\b[\w/-]+\.md\b", read(file)):
            assert any(paper == name or paper.endswith(f"/{name}") for paper in PAPERS), (
                file,
                name,
            )


def rows() -> dict[str, list[str]]:
    """The rules of a call: number to the cells behind it."""
    found: dict[str, list[str]] = {}
    for line in read(RULES).splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if re.fullmatch(r"DR-\d+", cells[0]):
            assert cells[0] not in found, cells[0]
            found[cells[0]] = cells[1:]
    return found


def test_all_rules_of_a_call_are_told_and_counted() -> None:
    assert sorted(rows(), key=lambda rule: int(rule[3:])) == [f"DR-{n}" for n in range(1, 36)]
    states = [state.split(":")[0].split(";")[0] for _, _, state, *_ in rows().values()]
    counted = {state: states.count(state) for state in ("built", "in part", "not yet")}
    assert sum(counted.values()) == 35
    told = "Of 35 rules {built} are built, {in part} in part, {not yet} not yet.".format_map(
        counted
    )
    assert told in read(RULES)


@pytest.mark.parametrize("rule", rows())
def test_a_rule_that_is_built_names_its_code_and_its_tests(rule: str) -> None:
    sentence, source, state, where, shown = rows()[rule]
    assert sentence.endswith(".") and source
    files, tests = re.findall(r"`([^`]+)`", where), re.findall(r"`([^`]+)`", shown)
    assert bool(files) == bool(tests) == (not state.startswith("not yet"))
    assert all(file in kept() for file in files), files
    assert all(name in names_of_tests() for name in tests), tests


@cache
def names_of_tests() -> frozenset[str]:
    sources = "\n".join(read(name) for name in written(".py") if name.startswith("tests/"))
    return frozenset(re.findall(r"def (test_\w+)", sources))


@dataclass(frozen=True)
class Numbers:
    """A kind of number, where it is cited, and the papers that explain it in a row each."""

    pattern: str
    papers: tuple[str, ...]
    under: tuple[str, ...] = ("",)


CITED = (
    Numbers(r"DR-\d+", ("docs/rules/calls.md",)),
    Numbers(r"I\d{1,2}", ("docs/ledger.md", "docs/market.md", "docs/rules/calls.md")),
    Numbers(r"T\d{1,2}", ("docs/performance.md",), ("bench/", "tests/bench/")),
)


@pytest.mark.parametrize("numbers", CITED, ids=lambda numbers: numbers.pattern)
def test_every_number_cited_anywhere_has_its_row(numbers: Numbers) -> None:
    whole = re.compile(rf"\b{numbers.pattern}\b")
    papers = "\n".join(read(paper) for paper in numbers.papers)
    explained = {
        number
        for line in papers.splitlines()
        if line.startswith("|")
        for number in whole.findall(line.split("|")[1])
    }
    # What is announced with its number and not there yet, as "export of score sheets (T6)".
    explained |= set(re.findall(rf"\w \(({numbers.pattern})\)", papers))
    cited = {
        (number, name)
        for name in written(".py", ".html", ".js", ".typ", ".md")
        if name.startswith(numbers.under)
        for number in whole.findall(read(name))
    }
    assert cited and not {pair for pair in cited if pair[0] not in explained}


def test_the_invariants_of_the_calls_are_the_ones_told() -> None:
    code = [read(name) for name in written(".py") if name.startswith("calls/")]
    asked = {number for text in code for number in re.findall(r'"(C\d+)[":]', text)}
    assert asked == set(re.findall(r"^\| (C\d+) ", read(RULES), re.M))


def functions() -> list[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    return [
        (name, node)
        for name in code()
        for node in ast.walk(ast.parse(read(name)))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def code() -> list[str]:
    return [name for name in written(".py") if name.split("/")[0] in HOUSES or "/" not in name]


def test_no_function_and_no_file_is_longer_than_the_conventions_say() -> None:
    words = read("docs/conventions.md")
    lines, tables, end = map(
        int, re.findall(r"passes (\d+) lines \(tables (\d+)\).* (\d+) is the end", words)[0]
    )
    most = int(re.findall(r"Functions fit a screen \(\d+ lines as a rule, (\d+) never", words)[0])
    alone = int(re.findall(r"`calls/verification/`\) has to be one file: below (\d+)", words)[0])
    assert (lines, tables, end, alone, most) == (250, 400, 320, 400, 70)
    for name in code():
        length = len(read(name).splitlines())
        room = alone - 1 if "/verification/" in name else end
        assert length <= (tables if "/tables" in name else room), name
    long = [node.name for _, node in functions() if (node.end_lineno or 0) - node.lineno >= most]
    assert not long


def test_more_than_five_positional_parameters_stand_only_where_the_conventions_say() -> None:
    many = {
        (name, node.name)
        for name, node in functions()
        if len(node.args.posonlyargs) + len(node.args.args) > 5
        and "/pages/" not in name
        and not name.startswith("demo/")
    }
    assert many == {("people/roles.py", "grant"), ("people/roles.py", "revoke")}


def layout() -> list[tuple[str, dict[str, str]]]:
    """The sections of .editorconfig in their order; later ones win."""
    parser = configparser.ConfigParser()
    parser.read_string("[all]\n" + read(".editorconfig"))
    return [(name, dict(parser[name])) for name in parser.sections() if name != "all"]


TYPED = (
    *(".py", ".html", ".css", ".js", ".typ", ".md", ".toml", ".yml", ".yaml", ".po", ".in"),
    *("Makefile", "Dockerfile", "LICENSE", ".editorconfig", ".gitignore", ".mako"),
)


def faults(file: str) -> list[str]:
    """Where a file is not laid out as .editorconfig tells the editors."""
    wanted: dict[str, str] = {}
    for pattern, values in layout():
        if fnmatch.fnmatch(Path(file).name, pattern):
            wanted |= values
    content = (ROOT / file).read_bytes()
    lines = content.decode(wanted["charset"]).split("\n")
    indent = "\t" if wanted["indent_style"] == "tab" else " "
    found = {
        "line ends": wanted["end_of_line"] == "lf" and b"\r" in content,
        "no end of the last line": content and not content.endswith(b"\n"),
        "blanks at the end of a line": any(line != line.rstrip() for line in lines),
        "indent": {line[0] for line in lines if line[:1] in (" ", "\t")} - {indent},
    }
    return [f"{file}: {fault}" for fault, there in found.items() if there]


def test_files_are_laid_out_as_the_editors_are_told() -> None:
    assert [fault for file in written(*TYPED) for fault in faults(file)] == []


def test_the_hook_before_a_commit_runs_what_the_makefile_says_and_needs_nothing_from_outside() -> (
    None
):
    repositories = yaml.safe_load(read(".pre-commit-config.yaml"))["repos"]
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.M))
    assert [repository["repo"] for repository in repositories] == ["local"]
    for hook in repositories[0]["hooks"]:
        program, target = hook["entry"].split()
        assert (hook["language"], program) == ("system", "make") and target in targets
        assert hook["pass_filenames"] is False
    assert "make check" in read(".ci/run")
