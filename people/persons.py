"""Finding people."""

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from kit import emails, ordering
from kit.letters import Reader
from people import grants
from people.grants import HeldRole
from people.tables.persons import Person

MOST_LISTED = 100


def reader(person: Person) -> Reader:
    """Whom a letter to this person is for; nobody is written to who may not sign in."""
    address = person.email if person.disabled_at is None else None
    return Reader(address, person.name, person.locale, person.id)


def names_beside(session: Session, email: str) -> list[str]:
    """The names of everybody with another address, the oldest first; for the administration."""
    others = select(Person.name).where(Person.email != email)
    return list(session.scalars(others.order_by(Person.id)))


def by_email(session: Session, email: str) -> Person | None:
    """Find whose access an address (in lower case) is."""
    return session.scalars(select(Person).where(Person.email == email)).first()


def speak(session: Session, person_id: int, locale: str) -> None:
    """Speak a language to a person from now on, on pages and in letters."""
    session.execute(update(Person).where(Person.id == person_id).values(locale=locale))


def with_roles(session: Session, words: str) -> list[tuple[Person, list[HeldRole]]]:
    """List people whose name or address holds the words, with their roles.

    By name, at most MOST_LISTED; two statements. For the administration only.
    """
    query = select(Person).where(Person.disabled_at.is_(None))
    address = emails.read(words)  # with accents, as it is shown
    exactly = [Person.email == address] if isinstance(address, str) else []
    for word in ordering.words(words):
        named = Person.name_order.contains(word, autoescape=True)
        reached = Person.email.contains(word, autoescape=True)
        query = query.where(or_(named, reached, *exactly))
    people = list(session.scalars(query.order_by(Person.name_order, Person.id).limit(MOST_LISTED)))
    held = grants.of_persons(session, [person.id for person in people])
    return [(person, held.get(person.id, [])) for person in people]
