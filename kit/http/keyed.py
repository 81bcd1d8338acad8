"""Forms that make something: sent twice they make it once (`kit.acts`)."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from kit import acts, shown
from kit.errors import Refused
from kit.http.forms import Form

_NOT_SAID = ("csrf", "key")


class Sender(Protocol):
    """Whoever sends a form (None: not signed in), and when."""

    @property
    def person_id(self) -> int | None: ...  # noqa: D102
    @property
    def now(self) -> datetime: ...  # noqa: D102


def once(
    session: Session,
    sender: Sender,
    kind: str,
    form: Form,
    act: Callable[[], dict[str, Any] | None],
) -> dict[str, Any]:
    """Do what a form asks for, unless it was sent before; give its result both times.

    As `acts.once`, under the key of the form's page (`key_field`). Who comes back to a page and
    sends it with other words meant something else: that is refused once, and the page gets a key
    of its own. Raises Refused then, and whatever `act` raises.
    """
    said = _mark(form)
    result = acts.once(
        session,
        sender.person_id,
        form.raw("key"),
        kind,
        now=sender.now,
        act=lambda: {**(act() or {}), "said": said},
    )
    if result["said"] != said:
        form.values.pop("key")
        raise Refused(
            "Questo modulo l'hai già inviato con altri dati, e quello è fatto. "
            "Se premi di nuovo si fa anche questo."
        )
    return result


def _mark(form: Form) -> str:
    """Give a mark of all that was typed and brought."""
    typed = sorted((name, all_) for name, all_ in form.lists.items() if name not in _NOT_SAID)
    brought = sorted(
        (name, file.filename, hashlib.sha256(file.content).hexdigest())
        for name, file in form.files.items()
    )
    return shown.mark(repr((typed, brought)))
