"""Letters about second steps: whoever owns them is told of every change, whoever made it."""

from datetime import datetime

from sqlalchemy.orm import Session

from kit import letters
from kit.errors import Message
from kit.sentences import counted
from kit.settings import settings
from people import persons
from people.tables.persons import Person

FACTORS = "people.factors"
letters.register(FACTORS, Message("Secondo passo per entrare"))

_NOT_YOU = Message(
    "Se non sei stato tu, qualcuno può entrare al tuo posto: scegli subito un'altra password."
)


def added(session: Session, person: Person, what: Message, now: datetime, *, first: bool) -> None:
    """Tell that a second step was added; with the `first` one other devices are out."""
    out = Message(
        "Da adesso la password da sola non basta più. Dagli altri dispositivi sei uscito."
    )
    more = Message("Gli altri secondi passi valgono ancora.")
    body = Message(
        "Ciao,\n\n{when} hai aggiunto un secondo passo per entrare in FareLegami: {what}. {then}"
        "\n\n{not_you}\n\n{url}\n",
        when=now,
        what=what,
        then=out if first else more,
        not_you=_NOT_YOU,
        url=_new_password(),
    )
    _write(
        session, person, Message("Hai un secondo passo in più"), body, f"added:{now:%Y%m%d%H%M%S%f}"
    )


def replaced(session: Session, person: Person, what: Message, now: datetime) -> None:
    """Tell that a second step took the place of one of the same kind."""
    body = Message(
        "Ciao,\n\n{when} hai cambiato un secondo passo per entrare in FareLegami: {what}. Quelli "
        "di prima non valgono più.\n\n{not_you}\n\n{url}\n",
        when=now,
        what=what,
        not_you=_NOT_YOU,
        url=_new_password(),
    )
    _write(
        session, person, Message("Un secondo passo è cambiato"), body, f"added:{now:%Y%m%d%H%M%S%f}"
    )


def taken_away(
    session: Session, person: Person, what: Message, now: datetime, *, last: bool
) -> None:
    """Tell that a second step was taken away; after the `last` one a password is enough."""
    alone = Message("Da adesso per entrare basta la password.")
    more = Message("Gli altri secondi passi valgono ancora.")
    body = Message(
        "Ciao,\n\n{when} hai tolto un secondo passo per entrare in FareLegami: {what}. {then}"
        "\n\n{not_you}\n\n{url}\n",
        when=now,
        what=what,
        then=alone if last else more,
        not_you=_NOT_YOU,
        url=_new_password(),
    )
    _write(
        session,
        person,
        Message("Un secondo passo è stato tolto"),
        body,
        f"taken:{now:%Y%m%d%H%M%S%f}",
    )


def forgotten(session: Session, person: Person, now: datetime) -> None:
    """Tell that an operator took all second steps away."""
    body = Message(
        "Ciao,\n\n{when} chi gestisce FareLegami ha tolto i tuoi secondi passi, com'è stato "
        "chiesto. Sei uscito da tutti i dispositivi: entri con la password, e se il tuo ruolo "
        "chiede un secondo passo ne aggiungi uno nuovo da qui:\n\n{url}\n\nSe non l'hai chiesto "
        "tu, avvisa subito chi gestisce FareLegami.\n",
        when=now,
        url=f"{settings().public_url}/account/factors",
    )
    subject = Message("I tuoi secondi passi sono stati tolti")
    _write(session, person, subject, body, f"forgotten:{now:%Y%m%d%H%M%S%f}")


def recovery_made(session: Session, person: Person, now: datetime) -> None:
    """Tell that the codes on paper are new ones."""
    body = Message(
        "Ciao,\n\n{when} hai fatto codici di recupero nuovi per FareLegami: quelli di prima non "
        "valgono più.\n\n{not_you}\n\n{url}\n",
        when=now,
        not_you=_NOT_YOU,
        url=_new_password(),
    )
    _write(
        session, person, Message("Codici di recupero nuovi"), body, f"recovery:{now:%Y%m%d%H%M%S%f}"
    )


def recovery_used(session: Session, person: Person, left: int, now: datetime) -> None:
    """Tell that somebody came in by a code on paper, and how many are left."""
    body = Message(
        "Ciao,\n\n{when} qualcuno è entrato in FareLegami con la tua password e uno dei tuoi "
        "codici di recupero. {left}\n\n{not_you}\n\n{url}\n",
        when=now,
        left=left_in_words(left),
        not_you=_NOT_YOU,
        url=_new_password(),
    )
    subject = Message("Un codice di recupero è stato usato")
    _write(session, person, subject, body, f"used:{now:%Y%m%d%H%M%S%f}")


def codes_guessed(session: Session, person: Person, now: datetime) -> None:
    """Tell that somebody has the password and guesses at codes (once a day)."""
    body = Message(
        "Ciao,\n\n{when} qualcuno ha scritto la tua password giusta e poi, più volte, un codice "
        "sbagliato. Se sei stato tu, non devi fare niente. Altrimenti qualcuno conosce la tua "
        "password: scegline subito un'altra.\n\n{url}\n",
        when=now,
        url=_new_password(),
    )
    subject = Message("Più codici sbagliati al tuo accesso")
    _write(session, person, subject, body, f"guessed:{now:%Y%m%d}")


def left_in_words(left: int) -> Message:
    """Say how many codes on paper are left."""
    if not left:
        return Message("Non te ne restano: fanne di nuovi.")
    return counted(left, "Te ne resta {n}.", "Te ne restano {n}.")


def _write(session: Session, person: Person, subject: Message, body: Message, key: str) -> None:
    letters.write(
        session,
        kind=FACTORS,
        to=persons.reader(person),
        subject=subject,
        text=body,
        key=f"factors:{person.id}:{key}",
    )


def _new_password() -> str:
    return settings().public_url + "/password-reset"
