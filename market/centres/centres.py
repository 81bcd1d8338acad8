"""Purchasing centres and the places where they hand out."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from kit import audit, spelled
from kit.errors import Invalid, Message, NotFound, Refused
from ledger import accounts
from market.tables.centres import Centre, PickupPoint
from people import scopes
from people.actors import Actor
from people.roles import ADMINISTRATOR, COORDINATOR, DRIVER, TREASURER


@dataclass(frozen=True, slots=True)
class NewPickupPoint:
    """What is said about a place where a centre hands out; `note` tells its hours."""

    name: str
    address: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class NewCentre:
    """What is said about a centre when it is founded; `municipality` is an ISTAT code."""

    code: str
    name: str
    municipality: str
    address: str = ""
    note: str = ""


def found(session: Session, actor: Actor, new: NewCentre, now: datetime) -> Centre:
    """Found a centre, with its account for shared transport; for the administration only.

    Raises Refused when the code is taken.
    """
    actor.require(ADMINISTRATOR, "house", 0)
    code = checked_code(new.code)
    if session.scalar(select(Centre.id).where(Centre.code == code)) is not None:
        raise Refused("Il codice {code} è già di un altro centro.", field="code", code=code)
    owner = f"centre:{code.lower()}"
    account_id = accounts.open(session, f"{owner}:transport", "transport", owner)
    centre = Centre(
        code=code,
        name=new.name,
        municipality=new.municipality,
        address=new.address,
        note=new.note,
        transport_account_id=account_id,
        created_at=now,
    )
    session.add(centre)
    session.flush()
    after = {"code": code, "name": new.name}
    audit.record(session, actor, "founded", centre, now, after=after)
    return centre


def named(session: Session, centre_ids: Collection[int]) -> dict[int, Message]:
    """Name centres by id (one statement)."""
    query = select(Centre.id, Centre.name).where(Centre.id.in_(centre_ids))
    return {id_: Message("{name}", name=name) for id_, name in session.execute(query)}


scopes.register("centre", named)


def get(session: Session, centre_id: int) -> Centre:
    """Return a centre; raises NotFound."""
    centre = session.get(Centre, centre_id)
    if centre is None:
        raise NotFound
    return centre


def coordinated(session: Session, actor: Actor, wanted: str) -> Centre:
    """Return the centre of this id, or the first, of those the actor coordinates.

    Raises NotFound for any other, and for whoever coordinates none.
    """
    mine = actor.scopes(COORDINATOR, "centre")
    chosen = spelled.id_(wanted) if wanted else next(iter(mine), None)
    if chosen is None or chosen not in mine:
        raise NotFound
    return get(session, chosen)


def require_any(actor: Actor, centre_id: int, *roles: str) -> None:
    """Raise NotFound unless the person holds one of the roles in a centre (any, by default)."""
    wanted = roles or (COORDINATOR, TREASURER, DRIVER)
    if not any(actor.has(role, "centre", centre_id) for role in wanted):
        raise NotFound


def all_(session: Session) -> list[Centre]:
    """List every centre by name."""
    return list(session.scalars(select(Centre).order_by(Centre.name_order, Centre.id)))


def add_pickup_point(
    session: Session, actor: Actor, centre_id: int, new: NewPickupPoint, now: datetime
) -> PickupPoint:
    """Add a place where a centre hands out.

    For its coordinators. Raises Refused when the centre has one of this name.
    """
    actor.require(COORDINATOR, "centre", centre_id)
    taken = select(PickupPoint.id).where(
        PickupPoint.centre_id == centre_id, PickupPoint.name == new.name
    )
    if session.scalar(taken) is not None:
        raise Refused("C'è già un punto di ritiro con questo nome.", field="name")
    row = PickupPoint(centre_id=centre_id, name=new.name, address=new.address, note=new.note)
    session.add(row)
    session.flush()
    after = {"centre_id": centre_id, "name": new.name, "address": new.address}
    audit.record(session, actor, "added", row, now, after=after)
    return row


def pickup_points(session: Session, centre_id: int, also: int | None = None) -> list[PickupPoint]:
    """List the places in use of a centre by name, and one that somebody still has (`also`)."""
    offered = or_(PickupPoint.active, PickupPoint.id == also)
    query = select(PickupPoint).where(PickupPoint.centre_id == centre_id, offered)
    return list(session.scalars(query.order_by(PickupPoint.name_order, PickupPoint.id)))


def checked_code(code: str) -> str:
    """Read a public code: capitals and digits, dot, dash; raises Invalid for anything else."""
    read = code.strip().upper()
    plain = read.replace(".", "").replace("-", "")
    if not (plain.isascii() and plain.isalnum() and read[0].isalnum() and len(read) <= 20):
        raise Invalid({"code": Message("Usa da 1 a 20 lettere e cifre, senza spazi.")})
    return read
