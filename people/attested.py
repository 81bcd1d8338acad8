"""What providers say of people: kept beside what they say of themselves, never over it.

Of each provider and name the newest counts. A tax code is one person's (docs/decisions/0028).
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kit import codes, db
from kit.errors import Message, Refused
from people.providers.answers import Answer
from people.providers.settings import TAX_CODE
from people.tables.identities import AttestedAttribute

_OTHERS = Message(
    "Il codice fiscale che ci arriva da {name} è già di un'altra persona qui: non abbiamo "
    "collegato niente. Se quell'accesso è tuo, entra con quello; se non lo è, scrivi a chi "
    "gestisce il servizio."
)


class Attested(NamedTuple):
    """What was last said of a person under a name, by whom and when."""

    name: str
    value: str
    provider: str
    at: datetime


def of(session: Session, person_id: int) -> list[Attested]:
    """What providers have said of a person: of each name and provider what was said last."""
    columns = AttestedAttribute.name, AttestedAttribute.value, AttestedAttribute.provider
    query = select(*columns, AttestedAttribute.at).where(AttestedAttribute.person_id == person_id)
    return db.rows(session, Attested, query.order_by(AttestedAttribute.at.desc()))


def lock(session: Session, answer: Answer) -> None:
    """Hold the tax code: of two who come with the same one the second sees the first."""
    if answer.tax_code:
        db.lock_exclusive(session, "tax_code", int(answer.tax_code, 36))


def keep(session: Session, answer: Answer, person_id: int, now: datetime) -> None:
    """Keep what a provider says now; what it says no longer stays as it was said."""
    rows = [
        {"person_id": person_id, "provider": answer.provider, "name": name, "value": value}
        for name, value in sorted(answer.attributes.items())
    ]
    if not rows:
        return
    said = insert(AttestedAttribute).values([{**row, "at": now} for row in rows])
    one = [AttestedAttribute.person_id, AttestedAttribute.provider, AttestedAttribute.name]
    newest = {"value": said.excluded.value, "at": said.excluded.at}
    session.execute(said.on_conflict_do_update(index_elements=one, set_=newest))


def forget(session: Session, person_id: int, provider: str) -> None:
    """Forget what a provider has said of a person."""
    mine = AttestedAttribute.person_id == person_id, AttestedAttribute.provider == provider
    session.execute(delete(AttestedAttribute).where(*mine))


def holder(session: Session, tax_code: str) -> int | None:
    """Whose tax code this is here, if a provider has said it of somebody."""
    if not tax_code:
        return None
    known = AttestedAttribute.name == TAX_CODE, AttestedAttribute.value == tax_code
    return session.scalar(select(AttestedAttribute.person_id).where(*known).limit(1))


def check_tax_code(session: Session, answer: Answer, person_id: int) -> None:
    """A tax code is one person's, and a person has one. Raises Refused.

    Where letters stand for figures (omocodia) it is the same one.
    """
    known = holder(session, answer.tax_code)
    if known is not None and known != person_id:
        raise Refused(Message(_OTHERS.text, name=answer.called))
    query = select(AttestedAttribute.value).where(
        AttestedAttribute.person_id == person_id, AttestedAttribute.name == TAX_CODE
    )
    mine = {codes.in_figures(each) for each in session.scalars(query)}
    if answer.tax_code and mine - {codes.in_figures(answer.tax_code)}:
        raise Refused(
            "{name} ci dà un codice fiscale diverso da quello di questo accesso: è l'identità di "
            "un'altra persona. Non abbiamo collegato niente.",
            name=answer.called,
        )


def check_free(session: Session, answer: Answer) -> None:
    """Raise Refused where the tax code is somebody's here."""
    if holder(session, answer.tax_code) is not None:
        raise Refused(Message(_OTHERS.text, name=answer.called))
