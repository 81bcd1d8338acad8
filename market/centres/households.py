"""Households: welcoming them, their card, their limit, what they may still book for."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kit import audit
from kit.errors import Invalid, Message, NotFound, Refused
from ledger import accounts
from market.centres.centres import checked_code
from market.tables.centres import Centre, Household
from people import invitation_lists, invitations
from people.actors import Actor
from people.invitation_lists import Waiting
from people.invitations import Guest
from people.roles import COORDINATOR, MEMBER

LIMIT_MAX_CENTS = 100_000

# The books' own floor, the same for every household: the household's limit, which may
# change, is checked when it books; its share of transport is only known at closing.
FLOOR_CENTS = -1_000_000


@dataclass(frozen=True, slots=True)
class NewHousehold:
    """What is said about a household when it joins; `limit_cents` is how far below 0 it may go."""

    code: str
    name: str
    language: str = "it"
    email: str | None = None
    note: str = ""
    limit_cents: int = 0
    pickup_point_id: int | None = None


def welcome(
    session: Session, actor: Actor, centre_id: int, new: NewHousehold, now: datetime
) -> Household:
    """Welcome a household into a centre and open its account; for coordinators.

    Raises Refused when its card number is taken, Invalid for a limit out of bounds.
    """
    actor.require(COORDINATOR, "centre", centre_id)
    centre = session.get_one(Centre, centre_id)
    code = checked_code(new.code)
    _check_limit(new.limit_cents)
    taken = select(Household.id).where(Household.centre_id == centre_id, Household.code == code)
    if session.scalar(taken) is not None:
        raise Refused("La tessera {code} è già di un'altra famiglia.", field="code", code=code)
    owner = f"household:{centre.code.lower()}:{code.lower()}"
    household = Household(
        centre_id=centre_id,
        code=code,
        name=new.name,
        language=new.language,
        email=new.email,
        note=new.note,
        pickup_point_id=new.pickup_point_id,
        account_id=accounts.open(session, owner, "household", owner, FLOOR_CENTS),
        limit_cents=new.limit_cents,
        created_at=now,
    )
    session.add(household)
    session.flush()
    facts = {"code": code, "centre_id": centre_id, "limit_cents": new.limit_cents}
    _record(session, actor, "welcomed", household.id, now, **facts)
    return household


def names_beside(session: Session, household_id: int) -> list[str]:
    """The names of the other households of its centre, the oldest first."""
    mine = select(Household.centre_id).where(Household.id == household_id).scalar_subquery()
    others = select(Household.name).where(Household.centre_id == mine, Household.id != household_id)
    return list(session.scalars(others.order_by(Household.id)))


def set_limit(
    session: Session, actor: Actor, household_id: int, limit_cents: int, now: datetime
) -> None:
    """Let a household go this far below 0 when it books; bookings already made stand.

    For coordinators of its centre. Raises NotFound, Invalid.
    """
    before = {"limit_cents": held(session, actor, household_id).limit_cents}
    _check_limit(limit_cents)
    change = update(Household).where(Household.id == household_id)
    session.execute(change.values(limit_cents=limit_cents))
    after = {"limit_cents": limit_cents}
    subject = audit.of(Household, household_id)
    audit.record(session, actor, "limit_set", subject, now, before=before, after=after)


@dataclass(frozen=True, slots=True)
class Details:
    """What may be corrected about a household; its card number stays for good."""

    name: str
    language: str = "it"
    email: str | None = None
    note: str = ""
    pickup_point_id: int | None = None


def edit(
    session: Session, actor: Actor, household_id: int, details: Details, now: datetime
) -> None:
    """Correct what is known of a household; for coordinators of its centre. Raises NotFound."""
    household = held(session, actor, household_id)
    changed = {k: v for k, v in asdict(details).items() if getattr(household, k) != v}
    if not changed:
        return
    session.execute(update(Household).where(Household.id == household_id).values(**changed))
    # What the note says is about people who need help: the trace names the field only.
    fields = sorted(changed)
    _record(session, actor, "edited", household_id, now, fields=fields)


def invite(session: Session, actor: Actor, household_id: int, guest: Guest, now: datetime) -> None:
    """Invite somebody by mail to book for a household; for coordinators.

    Nobody books before the owner of the address has accepted. Raises NotFound, and Refused
    as `people.invitations.invite` does.
    """
    household = coordinated(session, actor, household_id)
    centre = session.get_one(Centre, household.centre_id)
    what = Message(
        "prenotare per {household}, {centre}", household=household.name, centre=centre.name
    )
    offer = invitations.OfferedRole((MEMBER, "household", household_id), what)
    to = replace(guest, locale=household.language)
    try:
        invitations.invite(session, actor.person_id, to, offer, now)
    except Refused as refused:
        refused.field = "member_email"  # beside the household's own address
        raise


def invited(session: Session, actor: Actor, household_id: int) -> list[Waiting]:
    """The invitations of a household that wait for an answer; for coordinators."""
    coordinated(session, actor, household_id)
    return invitation_lists.waiting_at(session, _place(household_id))


def declined(session: Session, actor: Actor, household_id: int) -> list[Waiting]:
    """The invitations of a household that were declined; for coordinators."""
    coordinated(session, actor, household_id)
    return invitation_lists.declined_at(session, _place(household_id))


def invite_again(
    session: Session, actor: Actor, household_id: int, invitation_id: int, now: datetime
) -> str:
    """Write an invitation anew; for coordinators. Gives the address; NotFound, Refused."""
    coordinated(session, actor, household_id)
    return invitations.send_again(session, actor, invitation_id, _place(household_id), now).email


def withdraw(
    session: Session, actor: Actor, household_id: int, invitation_id: int, now: datetime
) -> str:
    """Take an invitation back; for coordinators. Gives the address; NotFound, Refused."""
    coordinated(session, actor, household_id)
    return invitations.withdraw(session, actor, invitation_id, _place(household_id), now).email


def _place(household_id: int) -> invitations.Place:
    return invitations.Place((MEMBER,), ("household", household_id))


def coordinated(session: Session, actor: Actor, household_id: int) -> Household:
    """Return a household to those who coordinate its centre; raises NotFound."""
    household = get(session, household_id)
    actor.require(COORDINATOR, "centre", household.centre_id)
    return household


def get(session: Session, household_id: int) -> Household:
    """Return a household; raises NotFound."""
    household = session.get(Household, household_id)
    if household is None:
        raise NotFound
    return household


def held(session: Session, actor: Actor, household_id: int) -> Household:
    """Hold a household as it is now to correct it, for coordinators of its centre.

    Raises NotFound.
    """
    actor.require(COORDINATOR, "centre", get(session, household_id).centre_id)
    query = select(Household).where(Household.id == household_id)
    now = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return session.scalars(now).one()


def of_centre(session: Session, centre_id: int) -> list[Household]:
    """List the households of a centre by card number."""
    query = select(Household).where(Household.centre_id == centre_id)
    return list(session.scalars(query.order_by(Household.code)))


def of_member(session: Session, actor: Actor) -> list[Household]:
    """List the households a person books for, by name."""
    ids = actor.scopes(MEMBER, "household")
    query = select(Household).where(Household.id.in_(ids)) if ids else None
    if query is None:
        return []
    return list(session.scalars(query.order_by(Household.name_order, Household.id)))


def _check_limit(limit_cents: int) -> None:
    if not 0 <= limit_cents <= LIMIT_MAX_CENTS:
        raise Invalid({"limit_cents": Message("Il fido va da 0 a 1.000 euro.")})


def _record(
    session: Session, actor: Actor, act: str, household_id: int, now: datetime, **after: Any
) -> None:
    audit.record(session, actor, act, audit.of(Household, household_id), now, after=after)
