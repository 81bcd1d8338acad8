"""Where an order shows how it stands, and the table of docs/market.md made from it and the rule.

`python -m tests.market.standing_table` writes the table anew.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from market.group_orders.rules import standing
from market.group_orders.rules.standing import Reader, Stage

DOCS = Path(__file__).parents[2] / "docs" / "market.md"
BEGIN, END = "<!-- standing: begin -->\n", "<!-- standing: end -->\n"

EVERY = tuple(Stage)
GONE = (Stage.NOTHING, Stage.CANCELLED)
BOOKABLE = (Stage.COMING, Stage.OPEN, Stage.OVER)
HELD = (Stage.OPEN, Stage.OVER, Stage.ORDERED, Stage.DUE, Stage.LATE)
HANDED_OUT = tuple(stage for stage in Stage if stage not in GONE)
UNDER_WAY = (Stage.COMING, *HELD)


@dataclass(frozen=True)
class Place:
    """A page one kind of person finds an order on.

    `label` are the stages in which it shows the label, `sentence` those in which it shows the
    sentence too. In others it is "absent" (the page is there and does not name the order),
    "gone" (404), "elsewhere" (the order's own page is shown instead) or "told otherwise".
    """

    who: str
    name: str
    path: str
    reader: Reader
    label: tuple[Stage, ...]
    sentence: tuple[Stage, ...]
    otherwise: str = "absent"

    def reads_as(self, stage: Stage) -> Reader:
        """Whose words are said in a stage: what has none of its own is any household's."""
        return self.reader if stage in standing.WORDS[self.reader] else "household"


def _households() -> Iterable[Place]:
    yield Place("visitor", "home", "/", "household", (Stage.OPEN,), (Stage.OPEN,))
    soon = (Stage.COMING, Stage.OPEN)
    yield Place("visitor", "centre", "/centres/{centre}", "household", soon, soon)
    own = "/group-orders/{order}/booking"
    readers: dict[str, Reader] = {"booked": "household", "helps": "household"}
    for who, reader in (readers | {"cut": "cut", "idle": "idle"}).items():
        yield Place(who, "Ordina", "/group-orders", reader, EVERY, EVERY)
        yield Place(who, "booking", own, reader, EVERY, EVERY)
    for who in ("booked", "helps"):
        seen = (*HELD, Stage.ARRIVED)
        yield Place(who, "home", "/", "household", seen, (Stage.OPEN,))
        yield Place(who, "pick-ups", "/pickups", "household", seen, seen)
        yield Place(who, "statement", "/statement", "household", HELD, HELD, "told otherwise")
    held = (Stage.OPEN, Stage.OVER)
    yield Place("cut", "home", "/", "cut", held, (Stage.OPEN,))
    yield Place("cut", "pick-ups", "/pickups", "cut", held, held)
    yield Place("cut", "statement", "/statement", "cut", held, held)
    yield Place("idle", "home", "/", "idle", (Stage.OPEN,), (Stage.OPEN,))
    yield Place("idle", "pick-ups", "/pickups", "idle", (), ())
    yield Place("idle", "statement", "/statement", "idle", (), ())


def _staff() -> Iterable[Place]:
    order = "/group-orders/{order}"
    for who in ("coordinator", "treasurer"):
        yield Place(who, "board", "/coordination", "staff", EVERY, UNDER_WAY)
        yield Place(who, "order", order, "staff", EVERY, EVERY)
        due = (Stage.ORDERED, Stage.DUE, Stage.LATE)
        yield Place(who, "settlement", f"{order}/settlement", "staff", due, due, "elsewhere")
        yield Place(who, "by voice", f"{order}/by-voice", "staff", EVERY, EVERY)
    for name, stages in (("closing", BOOKABLE), ("hours", BOOKABLE), ("cancellation", UNDER_WAY)):
        yield Place("coordinator", name, f"{order}/{name}", "staff", stages, stages, "elsewhere")
    for who in ("coordinator", "treasurer", "driver"):
        yield Place(who, "pick-ups", "/pickups", "staff", HANDED_OUT, ())
        day = "/centres/{centre}/pickups/{day}"
        yield Place(who, "day", day, "staff", HANDED_OUT, HANDED_OUT, "gone")
    family = "/households/{household}"
    yield Place("coordinator", "household", family, "household", HELD, (Stage.OPEN,))
    own = "/group-orders/{order}/booking?household={household}"
    yield Place("coordinator", "booking", own, "household", EVERY, EVERY)


PLACES = (*_households(), *_staff())

LETTERS: dict[Stage, str] = {
    Stage.OPEN: "moved hours",
    Stage.ORDERED: "closing",
    Stage.NOTHING: "closing",
    Stage.ARRIVED: "settlement",
    Stage.CANCELLED: "cancellation",
}
"""The letters to households that say how the order stands, by the stage they are written in."""

CUT_LETTERS = {("cut", Stage.ORDERED)}
"""Those that say it to a household that gets nothing of what it booked."""


def table() -> str:
    """Write what each reader is told in each stage, and where."""
    lines = ["| stage | reader | label | sentence | where |", "|---|---|---|---|---|"]
    for stage in Stage:
        for reader in standing.WORDS:
            if stage not in standing.WORDS[reader]:
                continue
            label, _, sentence = standing.words(reader, stage)
            where = dict.fromkeys(
                place.name if stage in place.sentence else f"{place.name} (label)"
                for place in PLACES
                if place.reads_as(stage) == reader and stage in place.label
            )
            places = [name for name in where if name.removesuffix(" (label)") == name]
            places += [
                n for n in where if n.endswith(")") and n.removesuffix(" (label)") not in where
            ]
            if (reader == "household" and stage in LETTERS) or (reader, stage) in CUT_LETTERS:
                places.append(f"letter: {LETTERS[stage]}")
            cells = (str(stage), reader, str(label.text), str(sentence.text), ", ".join(places))
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the table into the paper."""
    before, _, rest = DOCS.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    DOCS.write_text(before + BEGIN + table() + END + after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
