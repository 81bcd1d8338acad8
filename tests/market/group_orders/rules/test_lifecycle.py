"""The states of an order, and who may do what in them."""

import ast
import re
from pathlib import Path

import pytest

from kit.errors import Refused
from market.group_orders.rules import lifecycle
from market.tables.orders import GroupOrder
from people import roles

ROOT = Path(__file__).parents[4]
TABLE: dict[str, dict[lifecycle.Act, str]] = {
    "open": {"prolong": "open", "close": "closed", "cancel": "cancelled"},
    "closed": {"cancel": "cancelled", "settle": "settled"},
    "settled": {},
    "cancelled": {},
    "empty": {},
}
COORDINATORS: set[lifecycle.Act] = {"prolong", "close", "settle", "cancel"}
TREASURERS: set[lifecycle.Act] = {"settle"}


@pytest.mark.parametrize("state", TABLE)
def test_only_the_acts_of_the_table_are_legal(state):
    assert set(lifecycle.acts(state)) == set(TABLE[state])
    for act in COORDINATORS:
        if act in TABLE[state]:
            assert lifecycle.after(state, act) == TABLE[state][act]
        else:
            with pytest.raises(Refused):
                lifecycle.after(state, act)


def test_the_table_is_the_one_that_is_published():
    words = (ROOT / "docs" / "market.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z, ]+) \| ([a-z]+) \| ([a-z]+) \| ", words, re.MULTILINE)
    published = {
        (state, act): to
        for states, act, to in rows
        for state in states.split(", ")
        if act in COORDINATORS
    }
    assert published == lifecycle.TRANSITIONS


def test_a_page_shows_the_acts_in_the_order_of_a_life():
    assert lifecycle.acts("open") == ("prolong", "close", "cancel")


@pytest.mark.parametrize("state", TABLE)
@pytest.mark.parametrize(
    ("role", "acts"),
    [(roles.COORDINATOR, COORDINATORS), (roles.TREASURER, TREASURERS), (roles.DRIVER, set())],
)
def test_who_may_do_it_is_asked_with_the_state(state, role, acts):
    may = {act for act in COORDINATORS if lifecycle.may(act, role, state)}
    assert may == acts & set(TABLE[state])


def test_what_a_state_means():
    told = {
        state: (
            lifecycle.takes_bookings(state),
            lifecycle.holds_credit(state),
            lifecycle.assigned(state),
        )
        for state in lifecycle.STATES
    }
    assert told == {
        "open": (True, True, False),
        "closed": (False, True, True),
        "settled": (False, False, True),
        "cancelled": (False, False, False),
        "empty": (False, False, True),
    }
    assert set(lifecycle.UNDER_WAY) | set(lifecycle.PAST) == set(lifecycle.STATES)
    nothing_to_fetch = {lifecycle.CANCELLED, lifecycle.EMPTY}
    assert set(lifecycle.HANDED_OUT) == set(lifecycle.STATES) - nothing_to_fetch
    assert [state for state in lifecycle.STATES if lifecycle.ordered(state)] == [
        "closed",
        "settled",
    ]


def test_closing_leads_to_one_of_two_states_and_only_from_an_open_one():
    assert lifecycle.closing("open", ordered=True) == "closed"
    assert lifecycle.closing("open", ordered=False) == "empty"
    for state in set(TABLE) - {"open"}:
        with pytest.raises(Refused):
            lifecycle.closing(state, ordered=True)


def test_the_table_keeps_the_same_states():
    table = GroupOrder.metadata.tables["group_order"]
    (check,) = [c for c in table.constraints if str(c.name).endswith("_state")]
    assert re.findall(r"'(\w+)'", str(getattr(check, "sqltext", ""))) == list(lifecycle.STATES)


def compared(path: Path) -> list[str]:
    """Each place of a file that compares something with the name of a state."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Compare):
            parts = [ast.unparse(part) for part in (node.left, *node.comparators)]
            if any(part.endswith("state") for part in parts):
                words = set(re.findall(r"'(\w+)'", " ".join(parts)))
                if words & set(lifecycle.STATES):
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    return found


def test_nobody_else_decides_by_the_name_of_a_state():
    """A new state is then decided in one file; words for people may go by its name."""
    code = [*(ROOT / "market").rglob("*.py"), *(ROOT / "community").rglob("*.py")]
    assert [place for path in code for place in compared(path)] == []
    templates = [
        f"{path.relative_to(ROOT)}: {found}"
        for path in (ROOT / "templates" / "market").rglob("*.html")
        for found in re.findall(
            r'(?:order|head|row)\.state\s*(?:==|!=|in)\s*[("]*(?:open|closed|settled|cancelled|empty)\b',
            path.read_text(encoding="utf-8"),
        )
    ]
    assert templates == []
    sql = re.compile(r"\.?state\s*(?:=|<>|in)\s*\(?'(?:open|closed|settled|cancelled|empty)'")
    texts = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "market").rglob("*.py")
        if sql.search(path.read_text(encoding="utf-8"))
    ]
    assert texts == []
