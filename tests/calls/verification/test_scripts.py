"""The programs for citizens: frozen, alone, short enough to be read."""

import ast
import sys

import pytest

from calls.rankings.rules.ranking import FIRST_RULE, RULE
from calls.verification import scripts
from kit.canonical import sha256

# A program is published beside the rankings that fit it: whoever holds it must find the same
# bytes here. A mistake in one is mended by a new format, never by an edit.
FROZEN = {
    FIRST_RULE: "a8fbb140f7659464dfc6bb2368426aacade381b804485eecd894f13639c5e525",
    RULE: "bd286456ce27efc21b3e0198c6e7b584ba0f943bb8390eff145568df5ecd5d28",
}


@pytest.mark.parametrize("rule", FROZEN)
def test_not_one_byte_of_a_published_program_changes(rule):
    assert sha256(scripts.script(rule)) == FROZEN[rule]


@pytest.mark.parametrize("rule", FROZEN)
def test_it_imports_nothing_but_the_standard_library(rule):
    for node in ast.walk(ast.parse(scripts.script(rule))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        assert all(name.split(".")[0] in sys.stdlib_module_names for name in names), names


@pytest.mark.parametrize("rule", FROZEN)
def test_it_can_be_read_in_one_sitting(rule):
    assert len(scripts.script(rule).splitlines()) < 400


@pytest.mark.parametrize("rule", FROZEN)
def test_it_runs_on_the_oldest_python_it_names(rule):
    ast.parse(scripts.script(rule), feature_version=(3, 10))


def test_no_program_reads_a_rule_that_is_none():
    with pytest.raises(KeyError):
        scripts.script("farelegami.ranking.0")
