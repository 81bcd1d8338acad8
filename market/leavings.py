"""What stands in the way of somebody who goes for good, and what goes of the market with them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.orm import Session, aliased

from kit import audit
from kit.errors import Message
from kit.own_data import Whose
from kit.sentences import euro
from ledger.accounts import balance_of
from market.group_orders.rules import lifecycle
from market.own_data import households_of
from market.tables.bookings import Booking
from market.tables.centres import Centre, Household
from market.tables.orders import GroupOrder
from people.roles import COORDINATOR, MEMBER, TREASURER, Role
from people.tables.persons import Person
from people.tables.roles import RoleGrant

_ALONE = {
    COORDINATOR: Message("sei l'unica persona che coordina {centre}: prima nomina qualcun altro"),
    TREASURER: Message(
        "sei l'unica persona che tiene la cassa di {centre}: prima nomina qualcun altro"
    ),
}


def obstacles(session: Session, whose: Whose, alone: Sequence[Role]) -> list[Message]:
    """Say what of the market keeps a person from going; `alone` are the roles only they hold.

    A household for which somebody else books goes on without them.
    """
    found = []
    for role, kind, id_ in alone:
        if role in _ALONE and kind == "centre":
            centre = session.get_one(Centre, id_)
            found.append(Message(_ALONE[role].text, centre=centre.name))
    left = select(Household.name, balance_of(Household.account_id)).where(*_left_alone(whose))
    for name, cents in session.execute(left.order_by(Household.id)):
        if cents:
            found.append(
                Message(
                    "{household} ha un saldo di {amount}: prima chiudilo con chi tiene la cassa",
                    household=name,
                    amount=euro(cents),
                )
            )
    open_ = (
        select(GroupOrder.title, Household.name)
        .join(Booking, Booking.group_order_id == GroupOrder.id)
        .join(Household, Household.id == Booking.household_id)
        .where(*_left_alone(whose), GroupOrder.state.in_(lifecycle.UNDER_WAY), Booking.lines > 0)
    )
    for title, name in session.execute(open_.order_by(GroupOrder.id)):
        found.append(
            Message(
                "{household} ha una prenotazione nell'ordine «{title}», che non è concluso",
                household=name,
                title=title,
            )
        )
    return found


def leave(session: Session, whose: Whose, now: datetime) -> None:
    """Take the address of somebody who goes off the households that are written to at it."""
    mine = update(Household).where(Household.email == whose.email).values(email=None)
    for id_ in session.scalars(mine.returning(Household.id)).all():
        audit.record(session, None, "address.forgotten", audit.of(Household, id_), now)


def _left_alone(whose: Whose) -> tuple[ColumnElement[bool], ...]:
    """The households for which nobody but this person books."""
    other, person = aliased(RoleGrant), aliased(Person)
    somebody = exists().where(
        other.role == MEMBER,
        other.scope_kind == "household",
        other.scope_id == Household.id,
        other.person_id != whose.person_id,
        person.id == other.person_id,
        person.disabled_at.is_(None),
    )
    return Household.id.in_(households_of(whose)), ~somebody
