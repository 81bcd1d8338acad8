"""Forms that make something: sent twice they make it once (`kit.acts`)."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urljoin

from sqlalchemy.orm import Session

from kit import acts, db, shown
from kit.errors import Message, Refused
from kit.http.forms import Form

_NOT_SAID = ("csrf", "whose", "key", "another", "seen")
# How long the same words are asked about before the same is made of them once more: whoever goes
# back to the page of a form soon finds it as it was, and forgets that it is done.
AGAIN_WITHIN = timedelta(hours=1)
# And how long they are taken as the same sending where nobody is signed in: one cannot be asked
# there, for the question would tell a stranger what somebody else has done.
SAME_WITHIN = timedelta(minutes=5)

_ASKED = Message("{already} Se vuoi farlo un'altra volta, spunta la casella e premi di nuovo.")


class Sender(Protocol):
    """Whoever sends a form (None: not signed in), and when."""

    @property
    def person_id(self) -> int | None: ...  # noqa: D102
    @property
    def now(self) -> datetime: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Making:
    """What a form makes: its name as in an audit row, and what is said of one made just before.

    `already` says with its value `at` that there is one; `page` is where it can be looked at, from
    the address of the form, with the values of the act's result in braces ("/producers/{id}").
    Where nobody is signed in nothing is said, and neither is there. What `refuses` a second of
    itself, in words of its own (an invitation that waits already), is not asked about.
    """

    name: str
    already: Message | None = None
    page: str = ""
    refuses: bool = False


def once(
    session: Session,
    sender: Sender,
    kind: Making,
    form: Form,
    act: Callable[[], dict[str, Any] | None],
    *,
    of: str = "",
) -> dict[str, Any]:
    """Do what a form asks for, unless it was sent before; give its result both times.

    As `acts.once`, under the key of the form's page (`key_field`). Who comes back to a page and
    sends it with other words meant something else: that is refused once, and the page gets a key
    of its own. Who comes with a new key and the words of a moment ago (the browser went back: the
    page is new, and filled in as before) is shown what was made, and asked whether another is
    wanted (`Form.twin`); a tick says so (docs/decisions/0019). `of` is what the act is made of
    besides the words (the version of a list): of another the same words make something else.
    Raises Refused then, and whatever `act` raises.
    """
    said = _mark(form, of)

    def make() -> dict[str, Any]:
        twin = None if kind.refuses else _twin(session, sender, kind, said)
        if twin is not None and kind.already is None:
            return {**twin.result, "copied": True}
        if twin is not None and kind.already and form.raw("another") != twin.key:
            page = urljoin(form.address, kind.page.format(**twin.result))
            form.twin = (twin.key, page.rstrip("/"))
            raise Refused(Message(_ASKED.text, already=Message(kind.already.text, at=twin.at)))
        return {**(act() or {}), "said": said}

    result = acts.once(
        session, sender.person_id, form.raw("key"), kind.name, now=sender.now, act=make
    )
    if result["said"] != said:
        form.values.pop("key")
        raise Refused(
            "Questo modulo l'hai già inviato con altri dati, e quello è fatto. "
            "Se premi di nuovo si fa anche questo."
        )
    return result


def _twin(session: Session, sender: Sender, kind: Making, said: str) -> acts.Done | None:
    """Find the last act of the same words, done a moment ago under another key.

    Two of the same words at once follow each other: the second finds the first one's result.
    """
    who = sender.person_id or acts.NOBODY
    db.lock_exclusive(session, f"{kind.name} {said}", who)
    within = SAME_WITHIN if kind.already is None else AGAIN_WITHIN
    return acts.last_alike(session, who, kind.name, said=said, since=sender.now - within)


def _mark(form: Form, of: str) -> str:
    """Give a mark of all that was typed and brought, where it was sent, and `of` what."""
    typed = sorted(
        (name, all_)
        for name, all_ in form.lists.items()
        if name not in _NOT_SAID and not name.startswith(shown.PREFIX)
    )
    brought = sorted(
        (name, file.filename, hashlib.sha256(file.content).hexdigest())
        for name, file in form.files.items()
    )
    about = (form.address, typed, brought, *([of] if of else []))
    return shown.mark(repr(about))
