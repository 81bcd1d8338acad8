"""The worked tables of docs/rules are true: each row is run."""

from pathlib import Path

import pytest

from kit.money import parse_euro
from market.group_orders.rules.case_completion import Case, Wish, complete
from market.group_orders.rules.cost_split import Part, split

DOCS = Path(__file__).parents[4] / "docs" / "rules"


def table(name: str, first: str) -> list[list[str]]:
    """The rows of the table whose header begins with these words."""
    lines = (DOCS / name).read_text(encoding="utf-8").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"| {first} "))
    rows: list[list[str]] = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            return rows
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


@pytest.mark.parametrize("row", table("case-completion.md", "u | wanted"))
def test_the_number_of_cases_is_the_published_one(row):
    size, wanted, at_most, cases = map(int, row)
    assert complete(Case(size, whole=True), [Wish("A", wanted, at_most)]).cases == cases


@pytest.mark.parametrize("row", table("case-completion.md", "u | step"))
def test_everybody_gets_what_is_published(row):
    size, step, written, expected = row
    lines = []
    for part in written.split(", "):
        key, quantities = part.split(": ")
        wanted, at_most = map(int, quantities.split("-"))
        lines.append(Wish(key, wanted, at_most))
    completion = complete(Case(int(size), whole=True, step=int(step)), lines)
    assert ", ".join(f"{share.key} {share.assigned}" for share in completion.shares) == expected


@pytest.mark.parametrize("row", table("cost-split.md", "cost |"))
def test_everybody_pays_what_is_published(row):
    cost, parts, expected = row
    weights = [part.split(" ") for part in parts.split(", ")]
    cost_cents = parse_euro(cost)
    assert cost_cents is not None
    shares = split(
        cost_cents,
        "weight",
        [Part(key, 0, int(weight), int(weight)) for key, weight in weights],
    )
    published = dict(part.split(" ") for part in expected.split(", "))
    assert {s.key: s.cents for s in shares} == {k: parse_euro(v) for k, v in published.items()}
