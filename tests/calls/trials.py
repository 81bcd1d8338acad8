"""Changing one bit or one value of a published ranking and its call: what the program lets pass."""

import copy
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import cache, partial
from typing import Any, NamedTuple

from calls.rankings.rules.ranking import FIRST_RULE, RULE
from calls.texts.rules import call_content, points
from kit.canonical import decimal_text, encode, sha256
from tests.calls.bundles import Files, bound, refused

Edit = Callable[[Any], Any]


class Kind(NamedTuple):
    """A way of changing a file: how many such changes it has, and the file after one of them."""

    name: str
    many: Callable[[bytes], int]
    changed: Callable[[bytes, int], bytes]


class Trial(NamedTuple):
    """A file and the hash it goes under. `may_pass`: the fields that may, why they decide nothing.

    `change` puts a changed file among the others.
    """

    name: str
    file: str
    change: Callable[[Files, bytes], Files]
    may_pass: Mapping[str, str]

    def many(self, found: Files, kind: Kind) -> int:
        """How many changes of this kind there are."""
        return kind.many(getattr(found, self.file))

    def changed(self, found: Files, kind: Kind, number: int) -> Files:
        """The files after this change."""
        return self.change(found, kind.changed(getattr(found, self.file), number))

    def passing(self, found: Files, kind: Kind, number: int) -> list[str]:
        """The fields whose change passes with this one; none where it is refused."""
        changed = self.changed(found, kind, number)
        if refused(changed):
            return []
        before, after = (json.loads(getattr(files, self.file)) for files in (found, changed))
        return sorted(set(parted(before, after)))


def parted(one: Any, other: Any, path: str = "") -> Iterator[str]:
    """Name the fields in which two contents differ, the same name for every row."""
    if path in ("sections", "eligibility"):
        if one != other:
            yield path
    elif isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for key in one:
            yield from parted(one[key], other[key], f"{path}.{key}".lstrip("."))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for mine, theirs in zip(one, other, strict=True):
            yield from parted(mine, theirs, f"{path}[]")
    elif type(one) is not type(other) or one != other:
        yield path


# -- single bits


def _flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


# -- single values: what one bit does not reach ("skip" is no bit away from "stop")

# What a field may say, where the files themselves do not show it.
_KNOWN: dict[str, tuple[Any, ...]] = {
    "format": (RULE, FIRST_RULE, call_content.FORMAT, call_content.FIRST_FORMAT),
    "operator": call_content.OPERATORS,
    "threshold_operator": call_content.OPERATORS,
    "step": points.ROUNDING_STEPS,
    "rounding_step": points.ROUNDING_STEPS,
    "mode": ("half-up", "half-even", "half-down", "up", "down"),
    "aggregate": ("mean", "median"),
    "budget_rule": call_content.BUDGET_RULES,
    "of_dismissed": call_content.SHEETS_OF_DISMISSED,
    "sheets_of_dismissed": call_content.SHEETS_OF_DISMISSED,
    "decided_by": call_content.TIE_BREAKS,
    "tie_breaks": call_content.TIE_BREAKS,
    "instead": ("2026/0000001", "2026/0000004"),
    "state": ("funded", "partly_funded", "eligible_not_funded", "below_threshold"),
}


def _changed(data: bytes, number: int) -> bytes:
    content = json.loads(data)
    _edits(data)[number](content)
    return encode(content)


@cache
def _edits(data: bytes) -> list[Edit]:
    """Every single change: another value, a key or an item less, twice, elsewhere."""
    content = json.loads(data)
    alike: dict[str, dict[str, Any]] = defaultdict(dict)  # values seen in a field, by their JSON
    for path, value in _leaves(content):
        alike[_field(path)][json.dumps(value)] = value
    edits: list[Edit] = []
    for path, value in _leaves(content):
        known = _KNOWN.get([step for step in path if isinstance(step, str)][-1], ())
        found = [*alike[_field(path)].values(), *_near(value), *known]
        others = {json.dumps(other): other for other in found}
        others.pop(json.dumps(value))
        edits += [partial(_put, path=path, value=other) for other in others.values()]
    for path, node in _nodes(content):
        if isinstance(node, dict):
            edits.append(partial(_put, path=(*path, "zz"), value=0))
            edits += [partial(_drop, path=(*path, key)) for key in node]
        else:
            for index in range(len(node)):
                edits.append(partial(_drop, path=(*path, index)))
                edits.append(partial(_again, path=(*path, index)))
                if index and node[index] != node[index - 1]:
                    edits.append(partial(_exchange, path=(*path, index)))
    return edits


def _leaves(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(node, dict | list):
        for key, item in node.items() if isinstance(node, dict) else enumerate(node):
            yield from _leaves(item, (*path, key))
    else:
        yield path, node


def _nodes(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(node, dict | list):
        yield path, node
        for key, item in node.items() if isinstance(node, dict) else enumerate(node):
            yield from _nodes(item, (*path, key))


def _field(path: tuple[Any, ...]) -> str:
    return ".".join("" if isinstance(step, int) or "/" in step else step for step in path)


def _near(value: Any) -> list[Any]:
    """Values a little beside one, and of another kind."""
    if isinstance(value, bool):
        return [not value, None]
    if isinstance(value, int):
        return [value + 1, max(0, value - 1), 0, 10 * value, str(value), None, value == 1]
    if value is None:
        return ["", "0", 0, 1]
    try:
        near = [decimal_text(Decimal(value) + step) for step in (1, Decimal("0.01"))]
    except ArithmeticError:
        near = [value + "e", value[:-1], value.swapcase()]
    return [*near, "0", "", None, 0, [value]]


def _at(content: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        content = content[step]
    return content


def _put(content: Any, path: tuple[Any, ...], value: Any) -> None:
    _at(content, path[:-1])[path[-1]] = value


def _drop(content: Any, path: tuple[Any, ...]) -> None:
    del _at(content, path[:-1])[path[-1]]


def _again(content: Any, path: tuple[Any, ...]) -> None:
    _at(content, path[:-1]).insert(path[-1], copy.deepcopy(_at(content, path)))


def _exchange(content: Any, path: tuple[Any, ...]) -> None:
    node, at = _at(content, path[:-1]), path[-1]
    node[at - 1], node[at] = node[at], node[at - 1]


BITS = Kind("bit", lambda data: 8 * len(data), _flipped)
VALUES = Kind("value", lambda data: len(_edits(data)), _changed)
KINDS = (BITS, VALUES)


def _other_ranking(found: Files, ranking: bytes) -> Files:
    return found._replace(ranking=ranking, sha256=sha256(ranking))


TRIALS = (
    Trial("graduatoria.json, true hash", "ranking", lambda f, data: f._replace(ranking=data), {}),
    Trial("bando.json, true hash", "call", lambda f, data: f._replace(call=data), {}),
    Trial(
        "graduatoria.json, under a hash of its own",
        "ranking",
        _other_ranking,
        {
            "excluded[].reason": "the office's words",
            "excluded[].instead": "names another ranked application; what is excluded has no row",
            "sheets.dismissed": "told, not counted in: no sheet stands in the file",
            "sheets.conflict": "told, not counted in: no sheet stands in the file",
        },
    ),
    Trial(
        "bando.json, named by a ranking under a hash of its own",
        "call",
        bound,
        {
            **dict.fromkeys(("summary", "responsible", "contact", "sections"), "words"),
            "criteria[].rubric[].text": "words; the mark beside them is compared",
            "criteria[].maximum": "the grid's marks are compared, and no other may be given",
            "criteria[].motivation_required": "reasons do not stand in the file",
            "eligibility": "decided who could send; no age and no place stands in the file",
        },
    ),
)
