"""All that is kept about a person, of all houses: counted, made into a file, gone after a while.

The file is JSON, and the page that is read and printed shows the very same file.
"""

import json
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from calls import own_data as calls_data
from kit import files, own_data
from kit.audit import AuditEvent
from kit.db import lock_exclusive
from kit.errors import Message, NotFound, Refused
from kit.own_data import OwnTable, Whose
from kit.paper import documents
from kit.paper.documents import Document
from kit.settings import settings
from kit.words.text import locale, render
from ledger import own_data as ledger_data
from market import own_data as market_data
from people import own_data as people_data
from people.actors import Actor
from people.tables.persons import Person

HOUSES: tuple[tuple[Message, tuple[OwnTable, ...]], ...] = (
    (Message("Il tuo accesso, le lettere, il registro"), people_data.PERSONS),
    (Message("Acquisti insieme"), market_data.MARKET),
    (Message("Bandi"), calls_data.CALLS),
)
NOT_SHOWN: dict[str, Message] = {
    **people_data.NOT_SHOWN,
    **ledger_data.NOT_SHOWN,
    **market_data.NOT_SHOWN,
    **calls_data.NOT_SHOWN,
}
READ_BY = (*market_data.READ_BY, *calls_data.READ_BY)
EVERYTHING: tuple[OwnTable, ...] = tuple(kept for _, house in HOUSES for kept in house)

COPY = "own_data"
MEDIA_TYPE = "application/json"
KEPT = timedelta(days=7)

NOT_HERE = (
    Message("Le note che chi coordina tiene su una famiglia: chiedile al centro."),
    Message(
        "Le schede con cui una commissione ha valutato la tua domanda: si chiedono all'ufficio "
        "del bando, con l'accesso agli atti (legge 241 del 1990)."
    ),
    Message(
        "Il contenuto dei file: gli allegati li riprendi dalla domanda, le ricevute dalla sua "
        "pagina."
    ),
    Message(
        "Quello che il registro dice prima e dopo ogni modifica che hai fatto: può parlare di "
        "altri."
    ),
)


class HowMany(NamedTuple):
    """One kind of what is kept, with how many there are of a person's."""

    kept: OwnTable
    rows: int


class Looked(NamedTuple):
    """Something of a person's was looked at."""

    at: datetime
    what: Message


def overview(session: Session, actor: Actor) -> list[tuple[Message, list[HowMany]]]:
    """Say what is kept about whoever asks, by house, and how much of each; one statement."""
    rows = iter(own_data.count(session, EVERYTHING, _whose(actor)))
    return [(words, [HowMany(kept, next(rows)) for kept in house]) for words, house in HOUSES]


def looks(session: Session, whose: Whose, most: int | None = None) -> list[Looked]:
    """List who looked at what of a person's, others than themselves, the newest first."""
    clauses = [(act, words, mine(whose)) for act, words, mine in READ_BY]
    query = (
        select(AuditEvent.at, *((AuditEvent.action == act) & mine for act, _, mine in clauses))
        .where(
            or_(*((AuditEvent.action == act) & mine for act, _, mine in clauses)),
            or_(AuditEvent.actor_id.is_(None), AuditEvent.actor_id != whose.person_id),
        )
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
        .limit(most)
    )
    return [
        Looked(at, next(words for (_, words, _), true in zip(clauses, which, strict=True) if true))
        for at, *which in session.execute(query)
    ]


def ask(session: Session, actor: Actor, now: datetime) -> Document:
    """Ask for the copy of all that is kept about oneself; a job makes it.

    Raises Refused while one is being made.
    """
    lock_exclusive(session, COPY, actor.person_id)
    last = copy_of(session, actor)
    if last is not None and last.state in {"queued", "making"}:
        raise Refused("La copia è già in preparazione: tra poco la trovi qui.")
    return documents.request(
        session,
        kind=COPY,
        subject_kind="person",
        subject_id=actor.person_id,
        filename=f"farelegami-{now:%Y-%m-%d}.json",
        media_type=MEDIA_TYPE,
        task="community.own_data",
        now=now,
        person_id=actor.person_id,
    )


def copy_of(session: Session, actor: Actor) -> Document | None:
    """Find the last copy somebody asked for of their own data, if it is still kept."""
    return documents.newest(session, COPY, "person", actor.person_id)


def hand_out(session: Session, actor: Actor, now: datetime) -> Document:
    """Give somebody the copy of their own data, with a trace; raises NotFound, Refused."""
    found = copy_of(session, actor)
    if found is None:
        raise NotFound
    if found.state != "ready":
        raise Refused(found.error or "La copia non è ancora pronta. Riprova tra qualche secondo.")
    return documents.hand_out(session, actor, found, now)


def opened(copy: Document) -> dict[str, Any]:
    """Read a copy that is ready."""
    content: dict[str, Any] = json.loads(files.get(copy.sha256 or ""))
    return content


def collect(session: Session, person_id: int, now: datetime) -> dict[str, Any]:
    """Read all that is kept about a person, in their language, ready for a file of JSON."""
    person = session.get_one(Person, person_id)
    whose = Whose(person.id, person.email)
    token = locale.set(person.locale)
    try:
        return {
            "made_at": now.isoformat(),
            "name": person.name,
            "email": person.email,
            "controller": settings().controller,
            "contact": settings().contact,
            "houses": [
                {
                    "house": render(words),
                    "things": [own_data.read(session, kept, whose)._asdict() for kept in house],
                }
                for words, house in HOUSES
            ],
            "looked_at": [
                {"at": each.at.isoformat(), "what": render(each.what)}
                for each in looks(session, whose)
            ],
            "not_here": [render(each) for each in NOT_HERE],
        }
    finally:
        locale.reset(token)


def drawn(collected: dict[str, Any]) -> bytes:
    """Write what was collected as a file."""
    return json.dumps(collected, ensure_ascii=False, indent=1).encode()


def forget_old(session: Session, now: datetime) -> None:
    """Drop copies that were asked for long ago; their bytes go with the next tidying of files."""
    session.execute(delete(Document).where(Document.kind == COPY, Document.created_at < now - KEPT))


def _whose(actor: Actor) -> Whose:
    return Whose(actor.person_id, actor.email)
