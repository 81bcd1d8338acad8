"""The head of the audit chain, held by somebody outside: one line, and what no longer fits it.

Whoever owns the database can write every chain anew from a point on, or cut its end, and nothing
inside it tells. What left the house before tells: the head is mailed every day, stands in each
backup and on each printed act, and `litestar verify-audit` compares (docs/decisions/0023).
"""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from kit import canonical, jobs, letters
from kit.clock import to_rome
from kit.errors import Message
from kit.letters import Reader
from kit.settings import settings

KIND = "kit.witness"
letters.register(KIND, Message("Riga di controllo del registro delle azioni"))

_LINE = re.compile(r"(\d{1,18})/(\d{1,19})/(\d{4}-[0-9T:.-]{5,24}Z)/([0-9a-f]{64})/([0-9a-f]{6})")
_HEAD = text(
    "select s.position, s.event_id, e.at, encode(s.digest, 'hex') as digest"
    " from (select * from audit_seal order by position desc limit 1) as s"
    " join audit_event e on e.id = s.event_id"
)
_AT = text(
    "select event_id, encode(digest, 'hex') as digest from audit_seal where position = :position"
)
_END = text("select coalesce(max(position), 0) from audit_seal")
_STANDS = text("select position from audit_seal where event_id = :event_id")
_THERE = text("select count(*) from audit_event where id = :event_id")


class Misread(Exception):
    """What was given is no line of a witness, or one with a slip of the pen in it."""


class Witnessed(NamedTuple):
    """The last link of the chain as it once was: its place, its event, and their SHA-256 (hex)."""

    position: int
    event_id: int
    at: datetime
    digest: str

    @property
    def line(self) -> str:
        """One line without blanks, whose last six digits tell a slip of the pen."""
        said = f"{self.position}/{self.event_id}/{canonical.instant_text(self.at)}/{self.digest}"
        return f"{said}/{_control(said)}"


def head(session: Session) -> Witnessed | None:
    """Read the head of the chain (one statement over two keys).

    None before the first sealing, and where the head's own event was taken away.
    """
    found = session.execute(_HEAD).first()
    return Witnessed(found.position, found.event_id, found.at, found.digest) if found else None


def read(typed: str) -> Witnessed:
    """Read a line as it comes from a letter, or is typed from paper, broken wherever it was.

    Raises Misread.
    """
    said = "".join(typed.split())
    said = said[:-71].upper() + said[-71:].lower()  # all but the two groups of hexadecimal digits
    found = _LINE.fullmatch(said)
    if found is None:
        raise Misread(f"not a line of a witness: {typed!r}")
    if found[5] != _control(said.rpartition("/")[0]):
        raise Misread(f"mistyped, its last six digits do not fit the rest: {typed!r}")
    try:
        return Witnessed(int(found[1]), int(found[2]), canonical.instant(found[3]), found[4])
    except ValueError as problem:
        raise Misread(f"its instant is none: {typed!r}") from problem


def _control(said: str) -> str:
    return hashlib.sha256(said.encode()).hexdigest()[:6]


def differences(session: Session, held: Sequence[Witnessed]) -> list[str]:
    """Name what is missing or was written anew since witnesses were given these heads.

    That every link holds is asked apart (`audit.violations`): a chain that holds and has each
    witnessed link at its place is the one that was witnessed, up to the last of them. The more
    heads there are, the narrower is what is named.
    """
    found, sound = [], 0
    for each in sorted(held):
        there = session.execute(_AT, {"position": each.position}).first()
        if there is not None and tuple(there) == (each.event_id, each.digest):
            sound = each.position
            continue
        before = f"up to link {sound} it is as witnessed" if sound else "no earlier witness fits"
        if there is None:
            found.append(f"{_missing(session, each)}; {before}")
        else:
            found.append(
                f"link {each.position} was written anew: events were altered, put in, removed or"
                f" moved at or before it and the links made to fit; {before}; "
                + _moved(session, each)
            )
    return found


def _missing(session: Session, held: Witnessed) -> str:
    end: int = session.scalar(_END) or 0
    if end > held.position:
        return f"link {held.position} is missing, with event {held.event_id}"
    return (
        f"the chain was cut: it ends at link {end}, and link {held.position} was witnessed,"
        f" with event {held.event_id} of {canonical.instant_text(held.at)}"
    )


def _moved(session: Session, held: Witnessed) -> str:
    """Say where the event stands now that was the last when it was witnessed."""
    event = f"event {held.event_id}, which was there,"
    stands: int | None = session.scalar(_STANDS, {"event_id": held.event_id})
    if stands == held.position:
        return f"{event} is still there"
    if stands is not None:
        return f"{event} stands at link {stands} now, {stands - held.position:+d}"
    gone = not session.scalar(_THERE, {"event_id": held.event_id})
    return f"{event} {'was removed' if gone else 'has no link any more'}"


# Every hour, so that a worker that was down at one hour leaves out no day: a key is written once.
@jobs.periodic(
    "kit.witness",
    cron="17 * * * *",
    named=Message("Mandare la riga di controllo del registro a chi la conserva"),
)
def send(session: Session, now: datetime) -> None:
    """Write to each witness once a day (of Rome) how the chain stands."""
    witnesses = settings().witnesses
    held = head(session) if witnesses else None
    if held is None:
        return
    day = to_rome(now).date()
    subject = Message("Riga di controllo del registro delle azioni, {day}", day=day)
    for address in witnesses:
        letters.write(
            session,
            kind=KIND,
            to=Reader(address, address),
            subject=subject,
            text=_letter(held, now),
            key=f"kit.witness:{day}:{address}",
        )


def _letter(held: Witnessed, now: datetime) -> Message:
    return Message(
        "Buongiorno,\n\n"
        "questa è la riga di controllo del registro delle azioni di {house}, presa {when}:\n\n"
        "{line}\n\n"
        "Che cos'è. FareLegami scrive in un registro chi ha fatto che cosa, e quando. Ogni azione "
        "è legata a quella che la precede. La riga dice quante sono (il primo numero: {count}) e "
        "porta l'impronta dell'ultima. Se più tardi qualcuno cambia, toglie, aggiunge o sposta "
        "anche una sola di queste azioni, la riga non torna più: nemmeno se lo fa chi ha in mano "
        "la base di dati e rifà tutti i legami.\n\n"
        "Che cosa fai tu. Conserva questa lettera dove chi gestisce FareLegami non arriva. Ne "
        "arriva una al giorno. Se un giorno non arriva, o se il primo numero è più basso di quello "
        "di una lettera precedente, chiedi perché. Non serve rispondere.\n\n"
        "Come si controlla. Dove c'è la base di dati, o una sua copia di sicurezza, si scrive:\n\n"
        "litestar verify-audit {line}\n\n"
        "Il comando dice se la riga torna, oppure che cosa manca o è stato cambiato. Accetta più "
        "righe, una dopo l'altra: con quelle di più giorni dice anche tra quali due è successo."
        "\n\n"
        "FareLegami\n",
        house=settings().public_url,
        when=now,
        line=held.line,
        count=str(held.position),
    )
