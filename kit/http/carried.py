"""What was being typed when a session ended: carried through the sign-in, stored nowhere here.

The page that asks to sign in holds it in one hidden field, sealed (`kit.secret`) for the person
whose session it was. After that person has signed in it is sent to the same address again, and
its page is shown filled: see docs/decisions/0016.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from kit import secret, shown
from kit.errors import Message, Refused
from kit.http.forms import Form

VALID = timedelta(minutes=30)
LARGEST = 256 * 1024
FIELD = "carried"  # on the page that asks to sign in
RESUMED = "resumed"  # in the form that leads back afterwards
PRESSED = "pressed"  # in the form of a plain button: whatever else is in it, nobody typed it
# What a form of ours carries besides what people type.
OURS = frozenset({"csrf", "whose", "key", "seen", "token", "then", "next", FIELD, RESUMED, PRESSED})
# What lets somebody in; a test holds these names against every template.
SECRETS = frozenset({"password", "again", "old", "one-time-code"})
_LABEL = "carried form"

# Of a session that was closed on purpose nothing is left: nobody knows any more which it was.
UNKNOWN = Message(
    "la tua sessione è stata chiusa (succede quando esci, quando la password cambia o quando ti "
    "viene tolto un ruolo), o non la conosciamo più"
)
FOREIGN = Message("non l'avevi scritto tu")
LATE = Message("è passata più di mezz'ora")
LONG = Message("è troppo lungo")
FILE = Message("c'era un file, e i file non li teniamo: sceglilo di nuovo")
SECRET = Message("c'era una password o un codice, che non teniamo mai")


class NotCarried(Refused):
    """What was typed cannot be given back; `why` ends the sentence."""

    def __init__(self, why: Message) -> None:
        super().__init__(
            Message("Quello che avevi scritto non si può riprendere, perché {why}.", why=why)
        )
        self.why = why


@dataclass(frozen=True, slots=True)
class Carried:
    """A form on its way: where it was sent and when, its page, its fields in their order."""

    path: str
    page: str
    fields: Mapping[str, list[str]]
    at: datetime


def is_ours(name: str) -> bool:
    """Tell whether a field is the form's own, and nothing that somebody typed."""
    return name in OURS or name.startswith(shown.PREFIX)


def is_typed(form: Form) -> bool:
    """Tell whether a form holds anything besides its own fields; that of a button never does."""
    if PRESSED in form.lists:
        return False
    return bool(form.files) or any(not is_ours(name) for name in form.lists)


def pack(form: Form, path: str, page: str, *, person_id: int, now: datetime) -> str:
    """Seal a form for one person, from `now` on for half an hour. Raises NotCarried."""
    if any(upload.filename for upload in form.files.values()):
        raise NotCarried(FILE)
    if SECRETS & form.lists.keys():
        raise NotCarried(SECRET)
    fields = {name: texts for name, texts in form.lists.items() if name != "csrf"}
    told = {"path": path, "page": page, "fields": fields, "at": int(now.timestamp())}
    return secret.seal(_LABEL, json.dumps(told, ensure_ascii=False).encode(), _about(person_id))


def unpack(sealed: str, *, person_id: int, now: datetime) -> Carried:
    """Open what `pack` sealed for this person. Raises NotCarried."""
    try:
        told: dict[str, Any] = json.loads(secret.unseal(_LABEL, sealed, _about(person_id)))
    except secret.NotOurs:
        raise NotCarried(FOREIGN) from None
    at = datetime.fromtimestamp(told["at"], UTC)
    if not now - VALID <= at <= now:
        raise NotCarried(LATE)
    return Carried(told["path"], told["page"], told["fields"], at)


def _about(person_id: int) -> bytes:
    return str(person_id).encode()
