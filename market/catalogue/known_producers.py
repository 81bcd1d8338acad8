"""A producer that is there already, before a second one of it is made."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kit.db import lock_exclusive
from kit.errors import Message, Refused
from kit.ordering import key
from market.catalogue import producers
from market.catalogue.producer_owners import SHARED
from market.catalogue.producers import AgreementKey, Facts
from market.tables.catalogue import Agreement, Producer
from people.actors import Actor
from people.roles import COORDINATOR

ANOTHER = "another"
"""The choice that a producer of the same name is another one all the same."""


@dataclass(frozen=True, slots=True)
class Known:
    """A producer that may be the one that was typed.

    `agreed`: the centre buys there already. `differs` names what was typed otherwise than it is
    kept: (field, typed, kept).
    """

    id: int
    name: str
    place: str
    agreed: bool
    differs: list[tuple[str, str, str]]


class AlreadyKnown(Refused):
    """Somebody has to say which producer is meant; `by_code` there is no doubt that it is there."""

    def __init__(self, message: Message, found: list[Known], *, by_code: bool) -> None:
        super().__init__(message, field="taken" if self.choices(found, by_code=by_code) else None)
        self.found = found
        self.by_code = by_code

    @staticmethod
    def choices(found: list[Known], *, by_code: bool) -> bool:
        """Whether there is anything to choose: not where the one with this code is agreed with."""
        return not by_code or any(not each.agreed for each in found)


def named(session: Session, name: str) -> list[Producer]:
    """Find the producers of this name, whatever its capitals and accents (`kit.ordering`)."""
    query = select(Producer).where(Producer.name_order == key(name)).order_by(Producer.id)
    return list(session.scalars(query))


def welcome(
    session: Session, actor: Actor, centre_id: int, facts: Facts, now: datetime, *, taken: str = ""
) -> Producer:
    """Add a producer to a centre, or the one that is known where somebody says that it is meant.

    For coordinators of the centre. `taken` is the id of a known producer, or ANOTHER. Raises
    AlreadyKnown while it is not said: what was typed of a known producer is not kept, what was
    agreed with it is.
    """
    actor.require(COORDINATOR, "centre", centre_id)
    lock_exclusive(session, "producers", 0)
    by_code = producers.find(session, facts.vat_number, facts.tax_code)
    found = [by_code] if by_code is not None else named(session, facts.name)
    known = [_known(session, centre_id, producer, facts) for producer in found]
    chosen = next((each for each in known if not each.agreed and str(each.id) == taken), None)
    if chosen is not None:
        producers.agree(session, actor.person_id, AgreementKey(centre_id, chosen.id), now, facts)
        return session.get_one(Producer, chosen.id)
    if known and (by_code is not None or taken != ANOTHER):
        raise AlreadyKnown(_said(known, by_code), known, by_code=by_code is not None)
    return producers.welcome(session, actor, centre_id, facts, now)


def _said(known: list[Known], by_code: Producer | None) -> Message:
    if by_code is None:
        return Message("C'è già un produttore che si chiama così: di' se è quello o un altro.")
    if known[0].agreed:
        return Message(
            "{name} ha già questa partita IVA o questo codice fiscale, ed è tra i produttori del"
            " centro: i suoi dati si correggono nella sua pagina.",
            name=by_code.name,
        )
    return Message(
        "Con questa partita IVA o questo codice fiscale c'è già {name}: guarda se è quello che"
        " intendi.",
        name=by_code.name,
    )


def _known(session: Session, centre_id: int, producer: Producer, facts: Facts) -> Known:
    typed = asdict(facts)
    differs = [
        (name, typed[name], getattr(producer, name) or "")
        for name in SHARED
        if typed[name] and typed[name] != getattr(producer, name)
    ]
    agreed = session.get(Agreement, (centre_id, producer.id)) is not None
    return Known(producer.id, producer.name, producer.locality, agreed, differs)
