"""Where a call and an application show how they stand, and the tables of docs/calls.md.

They are made from the rules and the places; `python -m tests.calls.standing_table` writes them.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from calls.applications.rules import standing as of_applications
from calls.applications.rules.standing import ApplicationStage as Own
from calls.texts.rules import standing as of_calls
from calls.texts.rules.standing import CallStage, Reader

DOCS = Path(__file__).parents[2] / "docs" / "calls.md"
BEGIN, END = "<!-- standing: begin -->\n", "<!-- standing: end -->\n"

EVERY = frozenset(CallStage)
PUBLISHED = EVERY - {CallStage.DRAFT}
OPENED = frozenset({CallStage.EVALUATED, CallStage.EMPTY, CallStage.RANKED, CallStage.DESERTED})
TOLD = frozenset({CallStage.RANKED, CallStage.DESERTED})
WRITTEN = frozenset({Own.DRAFT, Own.BARRED, Own.LATE})
SENT = frozenset(Own) - WRITTEN
NOWHERE: frozenset[CallStage] = frozenset()
NOBODYS: frozenset[Own] = frozenset()


@dataclass(frozen=True)
class Place:
    """A page one kind of person finds a call or their own application on.

    `call` are the stages in which it says how the call stands, in the words for `reader`; `own`
    those in which it says so of the person's application. Where it is `gone` it answers 404;
    elsewhere it is there and says neither.
    """

    who: str
    name: str
    path: str
    reader: Reader = "visitor"
    call: frozenset[CallStage] = NOWHERE
    own: frozenset[Own] = NOBODYS
    gone: frozenset[CallStage] = NOWHERE


def _public() -> Iterable[Place]:
    draft = frozenset({CallStage.DRAFT})
    for who in ("visitor", "applicant", "office", "evaluator"):
        own = frozenset(Own) if who == "applicant" else NOBODYS
        home = NOWHERE if who == "applicant" else frozenset({CallStage.OPEN})
        yield Place(who, "home", "/", call=home, own=own)
        yield Place(who, "calls", "/calls", call=PUBLISHED, own=own)
        yield Place(who, "call", "/calls/{call}", call=PUBLISHED, own=own, gone=draft)
        yield Place(who, "ranking", "/calls/{call}/ranking", gone=EVERY - TOLD)


def _applicants() -> Iterable[Place]:
    one = "/applications/{own}"
    every = frozenset(Own)
    yield Place("applicant", "applications", "/applications", own=every)
    for name, path in (
        ("application", one),
        ("part", f"{one}/sections/market"),
        ("files", f"{one}/attachments"),
        ("check", f"{one}/check"),
    ):
        yield Place("applicant", name, path, own=every)
    yield Place("applicant", "receipt", f"{one}/receipt", own=SENT)


def _staff() -> Iterable[Place]:
    one = "/office/calls/{call}"
    draft = frozenset({CallStage.DRAFT})
    yield Place("office", "office", "/office/calls", "office", EVERY)
    yield Place("office", "office's call", one, "office", EVERY)
    yield Place("office", "desk", f"{one}/evaluation", "office", PUBLISHED, gone=draft)
    yield Place("office", "preview", f"{one}/ranking", "office", PUBLISHED, gone=draft)
    yield Place("evaluator", "evaluations", "/evaluations", "evaluator", EVERY)
    queue = "/calls/{call}/evaluations"
    yield Place("evaluator", "queue", queue, "evaluator", PUBLISHED, gone=draft)
    marked = frozenset({CallStage.EVALUATED, CallStage.RANKED})
    yield Place("evaluator", "sheet", f"{queue}/{{sent}}", "evaluator", gone=EVERY - marked)


PLACES = (*_public(), *_applicants(), *_staff())


def table() -> str:
    """Write what each reader is told of a call, what an author of an application, and where."""
    lines = ["| call | reader | label | sentence | where |", "|---|---|---|---|---|"]
    for reader, stages in of_calls.WORDS.items():
        for stage, (label, _, sentence) in stages.items():
            where = dict.fromkeys(
                place.name for place in PLACES if place.reader == reader and stage in place.call
            )
            cells = (str(stage), reader, label.text, sentence.text, ", ".join(where))
            lines.append("| " + " | ".join(cells) + " |")
    lines += ["", "| application | label | sentence | where |", "|---|---|---|---|"]
    for own, (label, _, sentence) in of_applications.WORDS.items():
        where = dict.fromkeys(place.name for place in PLACES if own in place.own)
        letter = ", paper and letter: receipt" if own is Own.SENT else ""
        letter = ", letter: ranking" if own in of_applications.RANKED else letter
        cells_ = (str(own), label.text, sentence.text, ", ".join(where) + letter)
        lines.append("| " + " | ".join(cells_) + " |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the tables into the paper."""
    before, _, rest = DOCS.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    DOCS.write_text(before + BEGIN + table() + END + after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
