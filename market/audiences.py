"""Whom a letter about an order reaches, and who has to be told by voice."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import Boolean, and_, exists, func, literal_column, select
from sqlalchemy.orm import Session, join, outerjoin

from kit.audiences import Audience
from kit.db import rows
from kit.errors import Message
from kit.sentences import counted
from market.tables.bookings import SERVED, Booking, BookingLine
from market.tables.centres import Household
from market.tables.orders import GroupOrder
from people.roles import DRIVER, MEMBER
from people.tables.persons import Person
from people.tables.roles import RoleGrant


class BookingReader(NamedTuple):
    """Whoever reads what a household is written, with what its booking came to."""

    booking_id: int
    household_id: int
    code: str
    name: str
    note: str
    person_id: int | None
    email: str | None
    language: str
    assigned_cents: int | None
    transport_cents: int | None
    transport_proof: dict[str, Any] | None
    served: bool
    """Whether it gets anything, whatever that is worth."""

    @property
    def due_cents(self) -> int:
        """What the household pays: its goods and its share of the transport."""
        return (self.assigned_cents or 0) + (self.transport_cents or 0)


def sheet_key(group_order_id: int) -> str:
    """The key of the letter that takes an order to its producer."""
    return f"market.order_sheet:{group_order_id}"


_EMAIL = func.coalesce(Person.email, Household.email)
_READERS = (
    select(
        Booking.id.label("booking_id"),
        Household.id.label("household_id"),
        Household.code,
        Household.name,
        Household.note,
        Person.id.label("person_id"),
        _EMAIL.label("email"),
        func.coalesce(Person.locale, Household.language).label("language"),
        Booking.assigned_cents,
        Booking.transport_cents,
        Booking.transport_proof,
        literal_column(SERVED, Boolean).label("served"),
    )
    .select_from(
        outerjoin(
            join(Booking, Household, Household.id == Booking.household_id),
            join(
                RoleGrant,
                Person,
                and_(Person.id == RoleGrant.person_id, Person.disabled_at.is_(None)),
            ),
            and_(
                RoleGrant.role == MEMBER,
                RoleGrant.scope_kind == "household",
                RoleGrant.scope_id == Household.id,
            ),
        )
    )
    .where(exists().where(BookingLine.booking_id == Booking.id, BookingLine.at_most > 0))
    .order_by(Household.id, _EMAIL)
)


def readers(session: Session, group_order_id: int) -> list[BookingReader]:
    """Whoever signs in for a household that booked; its own address where nobody does."""
    return rows(session, BookingReader, _READERS.where(Booking.group_order_id == group_order_id))


class Voice(NamedTuple):
    """A household that no letter reaches; `note` is for whoever helps it."""

    household_id: int
    code: str
    name: str
    note: str

    def __str__(self) -> str:
        """Name it as pages and the sentence do."""
        return f"{self.name} ({self.code})"


class Carrier(NamedTuple):
    """Somebody who carries the goods of a centre."""

    person_id: int
    name: str
    email: str
    language: str


@dataclass(frozen=True)
class HouseholdAudience(Audience[Voice]):
    """Where the letters of an act go, and which households somebody has to tell instead.

    `letters` counts those to households; `carriers` get one each, of what they plan by.
    """

    carriers: Sequence[Carrier] = ()

    def parts(self) -> dict[str, str]:
        """Give what a page shows of it, with who carries the goods."""
        return {**super().parts(), "carriers": "\n".join(each.email for each in self.carriers)}

    def carriers_in_words(self) -> Message | None:
        """Name who carries the goods and is written to; None for nobody."""
        if not self.carriers:
            return None
        names = ", ".join(each.name for each in self.carriers)
        return counted(
            len(self.carriers),
            "Parte {n} lettera per chi fa le consegne: {names}.",
            "Partono {n} lettere per chi fa le consegne: {names}.",
            names=names,
        )

    def letters_in_words(self) -> Message:
        """Say how many letters go."""
        if not self.letters:
            return Message("Alle famiglie non parte nessuna lettera.")
        return counted(self.letters, "Parte {n} lettera.", "Partono {n} lettere.")

    def voices_in_words(self) -> Message | None:
        """Name who is to be told by voice; None where everybody is reached."""
        return by_voice([str(voice) for voice in self.unreached])


PARTS = {
    "letters": Message("a chi si scrive"),
    "unreached": Message("a chi va detto a voce"),
    "carriers": Message("chi fa le consegne"),
}
"""What the parts of an audience are called, where one of them is not as it was shown."""


def everybody(_reader: BookingReader) -> bool:
    """Of those who booked nobody is left out."""
    return True


def charged(reader: BookingReader) -> bool:
    """Of those who booked only whoever gets something and has a charge for it, of 0,00 € too."""
    return reader.served


def audience(
    session: Session,
    group_order_id: int,
    told: Callable[[BookingReader], bool] = everybody,
) -> HouseholdAudience:
    """Tell whom a letter to those households would reach (one statement)."""
    return HouseholdAudience.of(
        (Voice(reader.household_id, reader.code, reader.name, reader.note), reader.email)
        for reader in readers(session, group_order_id)
        if told(reader)
    )


def with_carriers(session: Session, group_order_id: int) -> HouseholdAudience:
    """Tell whom a letter to all who booked would reach, and who carries it (two statements)."""
    found = audience(session, group_order_id)
    return replace(found, carriers=carriers(session, group_order_id))


def carriers(session: Session, group_order_id: int) -> list[Carrier]:
    """List who carries the goods of an order that somebody booked."""
    query = (
        select(Person.id.label("person_id"), Person.name, Person.email, Person.locale)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .join(GroupOrder, GroupOrder.centre_id == RoleGrant.scope_id)
        .where(
            RoleGrant.role == DRIVER,
            RoleGrant.scope_kind == "centre",
            Person.disabled_at.is_(None),
            GroupOrder.id == group_order_id,
            exists().where(
                Booking.group_order_id == GroupOrder.id,
                BookingLine.booking_id == Booking.id,
                BookingLine.at_most > 0,
            ),
        )
        .order_by(Person.name_order, Person.id)
    )
    return [Carrier(*row) for row in session.execute(query)]


def by_voice(names: list[str]) -> Message | None:
    """Name who is to be told by voice; None for nobody."""
    if not names:
        return None
    return counted(
        len(names),
        "{n} famiglia senza posta: dillo tu a {names}.",
        "{n} famiglie senza posta: dillo tu a {names}.",
        names=", ".join(names),
    )
