"""The letters that carry a link: each is made with its link, and says what it is for.

Who asks for one may be anybody, and so may its reader: the words are ours (`people.names`).
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kit import letters, mail
from kit.errors import Message, Refused
from kit.letters import Reader
from kit.rome import to_rome
from kit.settings import settings
from people import factor_letters, names, persons, sign_ins
from people.tables.links import OneTimeLink
from people.tables.persons import Person
from people.tables.roles import Invitation

INVITATION_DAYS = 14
RESET_MINUTES = 60
FACTOR_MINUTES = 30
REGISTRATION_HOURS = 48

INVITATION, SIGN_IN = "people.invitation", "people.sign_in"
letters.register(INVITATION, Message("Inviti"))
letters.register(SIGN_IN, Message("Registrazione e nuova password"))
_KINDS = {"invitation": INVITATION, "factor": factor_letters.FACTORS}


def invitation(
    session: Session, found: Invitation, inviter: str, what: Message, now: datetime
) -> None:
    """Write who invites to what; raises Refused for an address that no letter can go to."""
    link, token = _make(session, "invitation", found.email, now, found.expires_at - now)
    link.name, link.locale, link.invitation_id = found.name, found.locale, found.id
    link.created_by = found.created_by
    body = Message(
        "Ciao,\n\n{inviter} ti invita a FareLegami. L'invito è per: {what}.\n\nApri questo "
        "indirizzo {within} per accettare o rifiutare:\n\n{url}\n\nFinché non accetti "
        "non cambia niente. Se non te lo aspettavi, rifiuta o ignora questa lettera.\n",
        inviter=names.of_person(inviter),
        what=_until(names.in_sentence(what), found),
        within=_within(found, now),
    )
    known = persons.by_email(session, found.email)
    reader = (
        persons.reader(known)
        if known is not None
        else Reader(found.email, found.name, found.locale)
    )
    _send(session, reader, (link, token), Message("Invito a FareLegami"), body)


def _until(what: Message, found: Invitation) -> Message:
    if found.until is None:
        return what
    return Message("{what} (fino a {day} compreso)", what=what, day=to_rome(found.until).date())


def _within(found: Invitation, now: datetime) -> Message:
    if found.expires_at - now < timedelta(days=INVITATION_DAYS):
        return Message("entro {when}", when=found.expires_at)
    return Message("entro {days} giorni", days=INVITATION_DAYS)


def registration(session: Session, reader: Reader, target: str, now: datetime) -> None:
    """Write how a registration is completed; it leads on to `target`, a path of ours."""
    lifetime = timedelta(hours=REGISTRATION_HOURS)
    link, token = _make(session, "registration", reader.email or "", now, lifetime)
    link.name, link.locale, link.target = reader.name, reader.locale, target
    body = Message(
        "Ciao,\n\nqualcuno ha chiesto un accesso a FareLegami per questo indirizzo. Se sei tu, "
        "apri il collegamento entro {hours} ore e scegli la tua password:\n\n{url}\n\nSe non l'hai "
        "chiesto tu, ignora questa lettera.\n",
        hours=REGISTRATION_HOURS,
    )
    subject = Message("Completa la registrazione a FareLegami")
    _send(session, reader, (link, token), subject, body)


def known_already(session: Session, person: Person, now: datetime) -> None:
    """Tell whoever registers again, or comes by an old link, that the address has an access."""
    letters.write(
        session,
        kind=SIGN_IN,
        to=persons.reader(person),
        subject=Message("Sei già registrato a FareLegami"),
        text=Message(
            "Ciao,\n\nqualcuno ha chiesto un collegamento per registrare questo indirizzo, che ha "
            "già un accesso. Per entrare o cambiare la password:\n\n{url}\n",
            url=settings().public_url + "/sign-in",
        ),
        key=f"registered:{person.id}:{now:%Y%m%d%H}",
    )


def invitation_ended(session: Session, person: Person, ended: Message, now: datetime) -> None:
    """Tell whoever asks for a new link to an invitation what became of it: `ended` says it."""
    letters.write(
        session,
        kind=INVITATION,
        to=persons.reader(person),
        subject=Message("Il tuo invito a FareLegami"),
        text=Message(
            "Ciao,\n\nhai chiesto un collegamento nuovo per un invito a FareLegami. {ended} "
            "Per questo non ne parte un altro. Per entrare:\n\n{url}\n",
            ended=ended,
            url=settings().public_url + "/sign-in",
        ),
        key=f"invitation-ended:{person.id}:{now:%Y%m%d%H}",
    )


def reset(session: Session, person: Person, now: datetime) -> None:
    """Write how a new password is chosen."""
    link, token = _make(session, "reset", person.email, now, timedelta(minutes=RESET_MINUTES))
    link.name, link.person_id, link.locale = person.name, person.id, person.locale
    body = Message(
        "Ciao {name},\n\nper scegliere una nuova password apri questo indirizzo entro {minutes} "
        "minuti:\n\n{url}\n\nSe non l'hai chiesto tu, ignora questa lettera: non cambia nulla.\n",
        name=person.name,
        minutes=RESET_MINUTES,
    )
    subject = Message("Una nuova password per FareLegami")
    _send(session, persons.reader(person), (link, token), subject, body)


def factor(session: Session, person: Person, now: datetime) -> None:
    """Write where a first second step is added: whoever stole the password has no letter box."""
    link, token = _make(session, "factor", person.email, now, timedelta(minutes=FACTOR_MINUTES))
    link.name, link.person_id, link.locale = person.name, person.id, person.locale
    body = Message(
        "Ciao {name},\n\nper aggiungere un secondo passo al tuo accesso apri questo indirizzo "
        "entro {minutes} minuti:\n\n{url}\n\nSe non l'hai chiesto tu, qualcuno è entrato con la "
        "tua password: cambiala subito, e questo indirizzo non vale più.\n",
        name=person.name,
        minutes=FACTOR_MINUTES,
    )
    subject = Message("Aggiungi un secondo passo a FareLegami")
    _send(session, persons.reader(person), (link, token), subject, body)


def password_changed(session: Session, person: Person, now: datetime) -> None:
    """Tell the owner of an access that its password is a new one, whoever chose it."""
    body = Message(
        "Ciao,\n\nla password del tuo accesso a FareLegami è stata cambiata {when}. Da adesso si "
        "entra solo con quella nuova; dagli altri dispositivi sei uscito.\n\nSe non sei stato tu, "
        "scegline subito un'altra:\n\n{url}\n",
        when=now,
        url=settings().public_url + "/password-reset",
    )
    letters.write(
        session,
        kind=SIGN_IN,
        to=persons.reader(person),
        subject=Message("La tua password è stata cambiata"),
        text=body,
        key=f"password:{person.id}:{now:%Y%m%d%H%M%S%f}",
    )


def _make(
    session: Session, purpose: str, email: str, now: datetime, lifetime: timedelta
) -> tuple[OneTimeLink, str]:
    """Make a link; its token is given once, for the letter, and kept only as a hash."""
    token = secrets.token_urlsafe(32)
    link = OneTimeLink(
        token_hash=sign_ins.token_hash(token),
        purpose=purpose,
        email=email,
        name="",
        created_at=now,
        expires_at=now + lifetime,
    )
    session.add(link)
    session.flush()
    return link, token


def _send(
    session: Session,
    reader: Reader,
    made: tuple[OneTimeLink, str],
    subject: Message,
    body: Message,
) -> None:
    """Post the link; raises Refused for an address that no letter can go to.

    Who may not sign in any more is not written to; that nobody is told, the sender neither.
    """
    link, token = made
    session.flush()
    letters.write(
        session,
        kind=_KINDS.get(link.purpose, SIGN_IN),
        to=reader,
        subject=subject,
        text=Message(body.text, **body.values, url=f"{settings().public_url}/links/{token}"),
        key=f"link:{link.id}",
        private=True,
    )
    if not mail.is_address(link.email):
        raise Refused("A questo indirizzo non si può scrivere.", field="email")
