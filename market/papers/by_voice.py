"""What somebody still has to tell by voice: of the letters that reach nobody, those that stand.

A letter says how the order stood when it was written, so that a newer one to the same household
takes its place, also one that went by mail (`outboxes`); one about moved hours is told as long as
there is something to wait for. What it says of before is what its household knows: that of the
first letter nobody has told it yet.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from kit import audit
from kit.letters import WrittenLetter
from kit.words.text import LANGUAGES, gettext, locale
from market.group_orders.heading import Heading
from market.group_orders.rules import standing
from market.group_orders.rules.standing import Stage
from market.papers import notices, outboxes
from market.papers.outboxes import Outbox
from market.tables.orders import GroupOrder
from people.actors import Actor

_PAST = {Stage.ARRIVED, Stage.NOTHING, Stage.CANCELLED}


def outbox(session: Session, order: Heading, now: datetime) -> Outbox:
    """Read what became of the letters about an order, without what is overtaken (one statement)."""
    found = outboxes.outbox(session, order.id)
    return replace(found, by_voice=standing_at(found.by_voice, standing.stage(order, now)))


def sheet(session: Session, actor: Actor, order: Heading) -> list[WrittenLetter]:
    """Read what to tell whom, as it is printed, and record who took the names (two statements)."""
    letters = list(outbox(session, order, actor.now).by_voice)
    if letters:
        facts = {"letters": len(letters)}
        audit.record(
            session, actor, "by_voice.read", audit.of(GroupOrder, order.id), actor.now, after=facts
        )
    return letters


def standing_at(letters: Sequence[WrittenLetter], stage: Stage) -> list[WrittenLetter]:
    """Give of letters, the oldest first, the last of each household that holds at this stage.

    Their keys say which is whose: `group-order:7:moved-2:15:` (`notices`).
    """
    last: dict[str, WrittenLetter] = {}
    for letter in letters:
        household = letter.key.split(":")[3]
        before = last.pop(household, None)
        if before is not None and _of_hours(before) and _of_hours(letter):
            last[household] = letter._replace(text=_since(before.text, letter.text))
        else:
            last[household] = letter
    return [letter for letter in last.values() if not (stage in _PAST and _of_hours(letter))]


def _since(first: str, text: str) -> str:
    """Give a letter about moved hours with what an untold one says of before (same language)."""
    lines = text.split("\n")
    for said in first.split("\n"):
        opening = next((one for one in _openings() if said.startswith(one)), None)
        if opening is None:
            continue
        at = next((n for n, line in enumerate(lines) if line.startswith(opening)), None)
        if at is not None:
            lines[at] = said
        else:  # what this move left as the one before had made it
            lines.insert(len(lines) - 1, said)
    return "\n".join(lines)


def _openings() -> list[str]:
    """How the sentences of before begin, in every language."""
    found = []
    for language in LANGUAGES:
        token = locale.set(language)
        for said in (notices.BOOKED_UNTIL, notices.ARRIVED_ON):
            found.append(gettext(said.text).partition("{")[0])
        locale.reset(token)
    return found


def _of_hours(letter: WrittenLetter) -> bool:
    return letter.key.split(":")[2].startswith("moved-")
