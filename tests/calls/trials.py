"""Changing single bits of a published ranking and of its call: what the program lets pass."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from kit.canonical import sha256
from tests.calls.bundles import Files, bound, refused


class Trial(NamedTuple):
    """One way of changing a bit. `may_pass` says which fields may, and why they decide nothing."""

    name: str
    file: str
    change: Callable[[Files, bytes], Files]
    may_pass: Mapping[str, str]

    def bits(self, found: Files) -> int:
        """How many bits there are to change."""
        return 8 * len(getattr(found, self.file))

    def changed(self, found: Files, bit: int) -> Files:
        """The files with this bit changed."""
        data = bytearray(getattr(found, self.file))
        data[bit // 8] ^= 1 << bit % 8
        return self.change(found, bytes(data))

    def passing(self, found: Files, bit: int) -> list[str]:
        """The fields whose change passes with this bit; none where it is refused."""
        changed = self.changed(found, bit)
        if refused(changed):
            return []
        return sorted(
            set(
                parted(
                    json.loads(getattr(found, self.file)), json.loads(getattr(changed, self.file))
                )
            )
        )


def _other_call(found: Files, call: bytes) -> Files:
    # A text that is no JSON is bound to nothing: the ranking stays with its own.
    try:
        return bound(found, call)
    except ValueError:
        return found._replace(call=call)


TRIALS = (
    Trial(
        "graduatoria.json, true hash",
        "ranking",
        lambda found, data: found._replace(ranking=data),
        {},
    ),
    Trial("bando.json, true hash", "call", lambda found, data: found._replace(call=data), {}),
    Trial(
        "graduatoria.json, under a hash of its own",
        "ranking",
        lambda found, data: found._replace(ranking=data, sha256=sha256(data)),
        {
            "ranking[].received_at": "within the call, where no tie goes by it",
            "ranking[].requested": "up to the cap, where nothing is granted and no tie goes by it",
        },
    ),
    Trial(
        "bando.json, named by a ranking under a hash of its own",
        "call",
        _other_call,
        {
            **dict.fromkeys(("summary", "responsible", "contact"), "words"),
            **dict.fromkeys(("sections", "criteria[].rubric[].text"), "words"),
            "criteria[].maximum": "the grid's marks decide",
            "eligibility": "decides who may send, not the order",
            "intensity_percent": "decides what may be asked, not the order",
            "cap": "as long as nobody asked more",
            "opens_at": "as long as nobody sent before",
        },
    ),
)


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
    elif one != other:
        yield path
