"""Somebody who comes for the first time by the word of a provider (docs/decisions/0028)."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kit import audit, clock, db
from kit.errors import Refused
from people import attested, identities, invitations, links, persons, sign_ins
from people.providers.answers import Answer
from people.tables.links import OneTimeLink
from people.tables.persons import Person


def known_here(session: Session, answer: Answer) -> bool:
    """Whether somebody has an access with this tax code, or with this address, here already.

    An address that the provider has not verified tells nothing.
    """
    if attested.holder(session, answer.tax_code) is not None:
        return True
    email = email_of(session, answer)
    return bool(email) and persons.by_email(session, email) is not None


def email_of(session: Session, answer: Answer) -> str:
    """The address that is proved: by the letter somebody came by, or by the provider; or none."""
    letter = links.found(session, answer.link) if answer.link else None
    return letter.email if letter is not None else answer.known_email


def begin(answer: Answer, name: str, device: str, *, locale: str = "it") -> str:
    """Make the access of somebody new by their identity; give their session's token.

    In a transaction of its own, as every sign-in. The address is the one that the provider has
    verified, or that of the letter by which they came, which is used up; an invitation is accepted
    by it. Raises Refused where the identity, the address or the tax code has an access already,
    Spent for a letter that is no longer good.
    """
    with db.transaction() as session:
        attested.lock(session, answer)
        now = clock.now(session)
        letter = _letter(session, answer, now)
        email = email_of(session, answer)
        if not email:
            raise Refused("Il tuo indirizzo va prima confermato con una lettera.", field="email")
        attested.check_free(session, answer)
        # As by a password: of whoever comes by a letter the language is the letter's.
        spoken = letter.locale if letter is not None else locale
        person_id = _new_person(session, email, name, spoken, now)
        identities.insert(session, answer, person_id, now)
        attested.keep(session, answer, person_id, now)
        audit.sign(session, person_id, answer.proof.said())
        person, after = session.get_one(Person, person_id), {"provider": answer.provider}
        audit.record(session, person_id, "registered", person, now, after=after)
        if letter is not None and letter.invitation_id is not None:
            found = invitations.held(session, letter.invitation_id, now)
            invitations.take_up(session, found, person_id, now)
        return sign_ins.open_session(session, person_id, device, now, answer.proof)


def _letter(session: Session, answer: Answer, now: datetime) -> OneTimeLink | None:
    """Use up the letter by which somebody new came, and hold its invitation; raises Spent."""
    if not answer.link:
        return None
    found = links.look_up(session, answer.link, now)
    if found.purpose not in ("registration", "invitation"):
        raise links.Spent
    if found.invitation_id is not None:
        invitations.held(session, found.invitation_id, now)
    return links.take(session, answer.link, now)


def _new_person(session: Session, email: str, name: str, locale: str, now: datetime) -> int:
    """Make a person; raises Refused for an address that has an access, also one of this instant."""
    made = insert(Person).values(email=email, name=name, locale=locale, created_at=now)
    alone = made.on_conflict_do_nothing(index_elements=[Person.email]).returning(Person.id)
    person_id = session.scalar(alone)
    if person_id is None:
        raise Refused("Questo indirizzo ha già un accesso: entra con quello, poi li colleghi.")
    return person_id
