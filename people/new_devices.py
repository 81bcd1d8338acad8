"""A browser in which somebody has just signed in: it is known from now on, and its owner is told.

Whoever has stolen a password signs in from a browser that is not known; the letter says so to the
owner of the address, and carries a link by which that sign-in ends (docs/decisions/0030).
"""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from kit import clock, db, letters, limits
from kit.errors import Message, TooMany
from kit.limits import Limit
from people import devices, known_devices, link_letters, mail_links, own_sessions, persons, sign_ins
from people.mail_links import LinkDone, LinkUse, Purpose
from people.tables.persons import Person
from people.tables.sessions import PersonSession

NOT_ME = "people.not_me"
KIND = "people.new_device"
letters.register(KIND, Message("Un accesso da un dispositivo nuovo"))
DAYS = 7
# Who signs in from many new browsers in a day has been told.
TOLD = Limit("people.new_device", 3, timedelta(days=1))


class Settled(NamedTuple):
    """What a browser keeps besides the session: the person's language, and who it is known to.

    `new` says that it was not known to the person before.
    """

    locale: str
    device: str
    new: bool


def settle(token: str, device: str, *, quiet: bool = False) -> Settled:
    """Make the browser known in which somebody has just signed in (a transaction of its own).

    `device` is the token by which it was known before, or nothing. The owner is told of a browser
    that was not known, but not (`quiet`) where they came by a letter of ours, or have just changed
    the password inside: of that they are told anyway.
    """
    opened = select(PersonSession).where(PersonSession.token_hash == sign_ins.token_hash(token))
    with db.transaction() as session:
        now = clock.now(session)
        here = session.scalars(opened).one()
        person = session.get_one(Person, here.person_id)
        new = not known_devices.knows(session, person.id, device)
        if new and not quiet:
            _tell(session, person, here, now)
        known = known_devices.remember(session, person.id, device, now)
        return Settled(person.locale, known, new)


def _tell(session: Session, person: Person, here: PersonSession, now: datetime) -> None:
    """Write to the owner of an access; a few times a day, and nobody who may not sign in."""
    with suppress(TooMany), session.begin_nested():
        limits.take(session, [limits.Use(TOLD, str(person.id))], now, _ENOUGH)
        url = mail_links.make(session, NOT_ME, LinkUse(person.id, here.id), now)
        body = Message(
            "Ciao {name},\n\nqualcuno è entrato nel tuo accesso a FareLegami da un dispositivo che "
            "non conoscevamo:\n\n{device}\n{when}\n\nSe sei stato tu, non devi fare niente.\n\nSe "
            "non sei stato tu, apri questo indirizzo entro {days} giorni e premi «Non sono stato "
            "io»: quel dispositivo esce, e tu scegli una password nuova.\n\n{url}\n",
            name=person.name,
            device=devices.said(here.device),
            when=here.created_at,
            days=DAYS,
            url=url,
        )
        letters.write(
            session,
            kind=KIND,
            to=persons.reader(person),
            subject=Message("Sei entrato da un dispositivo nuovo?"),
            text=body,
            key=f"{KIND}:{here.id}",
            private=True,
        )


_ENOUGH = Message("Di questo hai già saputo oggi.")


def _not_me(session: Session, use: LinkUse, now: datetime) -> LinkDone:
    """End the session of the letter, and write how a new password is chosen."""
    person = session.get_one(Person, use.person_id)
    if person.disabled_at is None:
        link_letters.reset(session, person, now)
    own_sessions.take_away(session, use.person_id, use.subject_id, now)
    said = Message(
        "Quel dispositivo è uscito. Adesso scegli una password nuova: ti abbiamo mandato una "
        "lettera con il collegamento. Se non arriva, chiedila di nuovo qui."
    )
    return LinkDone(said, "/password-reset")


mail_links.register(
    Purpose(
        NOT_ME,
        lifetime=timedelta(days=DAYS),
        uses=1,
        title=Message("Non sei stato tu?"),
        does=Message(
            "Premi il pulsante: il dispositivo di cui parla la lettera esce dal tuo accesso, e ti "
            "mandiamo un'altra lettera per scegliere una password nuova. Se sei stato tu, chiudi "
            "questa pagina: non cambia niente."
        ),
        button=Message("Non sono stato io"),
        act=_not_me,
    )
)
