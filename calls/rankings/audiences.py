"""Who is written to when a ranking comes out: everybody who applied, and whom no letter reaches."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, case, select
from sqlalchemy.orm import Session

from calls.tables.applications import Application
from calls.tables.envelopes import OpenedApplication
from kit import db, letters
from kit.audiences import Audience
from kit.errors import Message
from kit.sentences import counted
from people.tables.persons import Person


class RankingReader(NamedTuple):
    """Who sent an application that was opened: the account, and the application's own facts.

    Without an `email` the account was closed, and nobody is written to.
    """

    application_id: int
    code: str
    state: str
    submitted_at: datetime | None
    person_id: int
    name: str
    email: str | None
    locale: str

    @property
    def reader(self) -> letters.Reader:
        """Whom the letter is for."""
        return letters.Reader(self.email, self.name, self.locale, self.person_id)


def readers(session: Session, call_id: int) -> list[RankingReader]:
    """Everybody who applied to an opened call, in the order of the codes (one statement)."""
    return db.rows(session, RankingReader, _READERS, {"call_id": call_id})


_READERS = (
    select(
        OpenedApplication.application_id,
        OpenedApplication.code,
        Application.state,
        Application.submitted_at,
        Person.id.label("person_id"),
        Person.name,
        case((Person.disabled_at.is_(None), Person.email)).label("email"),
        Person.locale,
    )
    .join(Application, Application.id == OpenedApplication.application_id)
    .join(Person, Person.id == Application.person_id)
    .where(OpenedApplication.call_id == bindparam("call_id"))
    .order_by(OpenedApplication.code)
)


class RankingAudience(Audience[str]):
    """Where the letters of a publication go, and who has to be told instead (by code)."""

    @property
    def sentences(self) -> list[Message]:
        """Say how many letters go, and whom none reaches; nothing where nobody applied."""
        said = []
        if self.letters:
            said.append(
                counted(
                    self.letters,
                    "Parte {n} lettera, a chi ha fatto domanda: dice l'esito e dove leggere.",
                    "Partono {n} lettere, a chi ha fatto domanda: dicono l'esito e dove leggere.",
                )
            )
        if by_voice := unreached_in_words(self.unreached):
            said.append(by_voice)
        return said


def audience(session: Session, call_id: int) -> RankingAudience:
    """Tell whom the letters about a ranking would reach (one statement)."""
    return RankingAudience.of((each.code, each.email) for each in readers(session, call_id))


def unreached_in_words(codes: Sequence[str]) -> Message | None:
    """Name the applications whose authors no letter reaches; None where all are reached."""
    if not codes:
        return None
    return counted(
        len(codes),
        "A chi ha inviato la domanda {codes} non arriva nessuna lettera: avvisalo tu.",
        "A chi ha inviato le domande {codes} non arriva nessuna lettera: avvisali tu.",
        codes=", ".join(codes),
    )
