"""Whose a producer is among the centres that buy from it, and what the others are told.

What all centres read of a producer is corrected by one of them, its owner: the one that made it,
then the oldest that still buys. Decision 0024.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from kit import audit, letters
from kit.db import rows
from kit.errors import Message
from kit.letters import Reader
from market.tables.catalogue import Agreement, Producer, ProducerChange
from market.tables.centres import Centre
from people import places
from people.actors import Actor
from people.roles import COORDINATOR
from people.tables.persons import Person
from people.tables.roles import RoleGrant

PRODUCER_CHANGE = "market.producer_change"
letters.register(PRODUCER_CHANGE, Message("Dati dei produttori cambiati da un altro centro"))

SHARED = {
    "name": Message("nome"),
    "vat_number": Message("partita IVA"),
    "tax_code": Message("codice fiscale"),
    "website": Message("sito"),
    "municipality": Message("comune"),
    "street": Message("via"),
    "locality": Message("luogo"),
    "zip_code": Message("CAP"),
    "story": Message("storia"),
}
"""What all centres read of a producer, with what a change calls it."""

_SHOWN = 20


class Difference(NamedTuple):
    """A value before and after, as people read them."""

    name: Message
    before: str
    after: str

    def sentence(self) -> Message:
        """Say it in one line."""
        return Message(
            "{name}: prima «{before}», ora «{after}».",
            name=self.name,
            before=self.before or "–",
            after=self.after or "–",
        )


class Change(NamedTuple):
    """What was changed at one instant, by whom."""

    at: datetime
    who: str
    centre: str
    differences: list[Difference]


def keep_owned(session: Session, actor_id: int | None, producer: Producer, now: datetime) -> None:
    """Give a producer whose owner does not buy to the oldest centre that does, and tell all.

    Nothing changes where nobody buys: the last owner may still correct it. The caller holds the
    producers.
    """
    query = select(Agreement.centre_id).where(
        Agreement.producer_id == producer.id, Agreement.active
    )
    buying = session.scalars(query.order_by(Agreement.created_at, Agreement.centre_id)).all()
    last = producer.owner_centre_id
    if not buying or last in buying:
        return
    producer.owner_centre_id = buying[0]
    session.flush()
    owners = {"owner_centre_id": last}, {"owner_centre_id": buying[0]}
    audit.record(session, actor_id, "passed_on", producer, now, before=owners[0], after=owners[1])
    if last is not None:
        said = letters.lines(
            Message("Buongiorno,"),
            "",
            Message(
                "i dati del produttore {producer} li teneva {last}, che non compra più da lui.",
                producer=producer.name,
                last=session.get_one(Centre, last).name,
            ),
            Message("Ora li tiene {owner}.", owner=_owner(session, producer)),
            *_FOOT,
        )
        _write(session, actor_id, producer, said, f"passed_on:{_mark(now)}")


def tell(
    session: Session, actor: Actor, producer: Producer, before: Mapping[str, Any], now: datetime
) -> None:
    """Write down what was changed and by whom, and write it to who coordinates a linked centre."""
    after = {name: getattr(producer, name) for name in before}
    session.add(
        ProducerChange(
            producer_id=producer.id,
            centre_id=producer.owner_centre_id,
            who=actor.name,
            at=now,
            before=dict(before),
            after=after,
        )
    )
    session.flush()
    said = letters.lines(
        Message("Buongiorno,"),
        "",
        Message(
            "{who} ({centre}) ha cambiato i dati del produttore {producer}:",
            who=actor.name,
            centre=_owner(session, producer),
            producer=producer.name,
        ),
        *(each.sentence() for each in _differences(before, after)),
        *_FOOT,
    )
    _write(session, actor.person_id, producer, said, f"edited:{_mark(now)}")


_FOOT = (
    "",
    Message("L'e-mail e il telefono a cui il tuo centro manda gli ordini restano i suoi."),
    Message("Li cambia solo chi coordina il tuo centro, alla pagina del produttore."),
    "",
    "FareLegami",
    "",
)


def changes(session: Session, agreement: Agreement) -> list[Change]:
    """List what was changed of a producer for all since a centre has its agreement, latest first.

    At most 20: what went before, and what centres agreed, is not theirs to read.
    """
    query = (
        select(ProducerChange, Centre.name)
        .join(Centre, Centre.id == ProducerChange.centre_id)
        .where(
            ProducerChange.producer_id == agreement.producer_id,
            ProducerChange.at >= agreement.created_at,
        )
        .order_by(ProducerChange.id.desc())
        .limit(_SHOWN)
    )
    return [
        Change(row.at, row.who, centre, _differences(row.before, row.after))
        for row, centre in session.execute(query)
    ]


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    return [
        Difference(said, _words(name, before.get(name)), _words(name, after.get(name)))
        for name, said in SHARED.items()
        if name in after
    ]


def _words(name: str, value: str | None) -> str:
    if name == "municipality" and value:
        known = {place.istat_code: place.name for place in places.all_()}
        return known.get(value, value)
    return value or ""


class _Coordinator(NamedTuple):
    id: int
    email: str
    name: str
    locale: str


def _write(
    session: Session, actor_id: int | None, producer: Producer, said: Message, what: str
) -> None:
    """Write once to everybody who coordinates a centre with an agreement, but for who did it."""
    query = (
        select(Person.id, Person.email, Person.name, Person.locale)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .join(Agreement, Agreement.centre_id == RoleGrant.scope_id)
        .where(
            RoleGrant.role == COORDINATOR,
            RoleGrant.scope_kind == "centre",
            Agreement.producer_id == producer.id,
            Person.disabled_at.is_(None),
            Person.id.is_distinct_from(actor_id),
        )
        .distinct()
        .order_by(Person.id)
    )
    for reader in rows(session, _Coordinator, query):
        letters.write(
            session,
            kind=PRODUCER_CHANGE,
            to=Reader(reader.email, reader.name, reader.locale, reader.id),
            subject=Message("{producer}: dati cambiati", producer=producer.name),
            text=said,
            key=f"market.producer:{producer.id}:{what}:{reader.id}",
        )


def owner(session: Session, producer: Producer) -> Centre | None:
    """Return the centre whose a producer is."""
    id_ = producer.owner_centre_id
    return None if id_ is None else session.get_one(Centre, id_)


def _owner(session: Session, producer: Producer) -> str:
    found = owner(session, producer)
    return found.name if found else ""


def _mark(now: datetime) -> str:
    """An instant to the microsecond: tells one change of a producer from the next."""
    return f"{now:%Y%m%d%H%M%S%f}"
