"""What roles are held of, in words; and of what is gone."""

import subprocess
import sys

import pytest

from kit.words.text import render
from people import roles, scopes
from tests.calls import make as calls
from tests.market import make as market


def test_each_is_named_with_what_it_is_held_of(session):
    at, call = market.world(session), calls.call(session)
    family = market.household(session, at)
    wanted = {
        (roles.TREASURER, "centre", at.centre.id): f"tesoreria, {at.centre.name}",
        (roles.MEMBER, "household", family.id): f"famiglia, {family.name}, {at.centre.name}",
        (roles.EVALUATOR, "call", call.call_id): f"commissione di valutazione, {call.title}",
        (roles.OFFICE, "calls", 0): "ufficio bandi, tutti i bandi",
        roles.ADMINISTRATION: "amministrazione",
        (roles.DRIVER, "centre", 999_999): "consegne",
    }
    said = scopes.said(session, wanted)
    assert {held: render(words) for held, words in said.items()} == wanted


def test_what_is_held_of_what_is_gone_is_told_apart(session):
    at = market.world(session)
    there = (roles.DRIVER, "centre", at.centre.id)
    gone = [(roles.DRIVER, "centre", 999_999), (roles.OFFICE, "calls", 1), ("x", "unknown", 1)]
    assert scopes.gone(session, [there, roles.ADMINISTRATION, *gone]) == set(gone)


@pytest.mark.parametrize("door", ["app", "worker", "cli"])
def test_every_door_names_all_kinds_of_scopes(door):
    """Letters and checks are made by processes that import no page."""
    asked = f"import {door}; from people import scopes; print(sorted(scopes._named))"
    found = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    )
    kinds = sorted({kind for kinds in roles.SCOPES.values() for kind in kinds})
    assert found.stdout.splitlines()[-1] == str(kinds)
