"""Letters about a commission: to who comes or leaves, and to the office of what it has to do."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from calls.commission import trials
from calls.commission.chain_acts import ChainAct
from calls.commission.dismissals import Left
from calls.tables.texts import Call, CallVersion
from kit import letters
from kit.errors import Message
from kit.sentences import counted
from kit.settings import settings
from people import persons
from people.tables.persons import Person

COMMISSION = "calls.commission_notice"
letters.register(COMMISSION, Message("Nomine nelle commissioni"))


def appointed(
    session: Session, call_id: int, person: Person, now: datetime, *, only: Sequence[str] = ()
) -> None:
    """Tell somebody that they are on a commission, what it bars them from, how to give it up.

    The same words whether they apply or not: the office learns nothing by them. Who was appointed
    after a trial judges `only` some applications, by their codes.
    """
    judged = Message("Le domande da valutare:")
    if only:
        judged = Message(
            "Valuti solo queste domande, che troppo poche persone potevano valutare: {codes}.",
            codes=", ".join(only),
        )
    _write(
        session,
        person,
        call_id,
        now,
        what="appointed",
        subject=Message("Sei nella commissione di «{title}»", title=_title(session, call_id)),
        text=Message(
            "Ciao {name},\n\nl'ufficio ti ha nominato nella commissione del bando «{title}».\n\n"
            "{applying}Se non vuoi valutare, rinuncia prima di inviare una scheda:\n{renounce}\n\n"
            "{judged}\n{queue}\n\nFareLegami\n",
            name=person.name,
            title=_title(session, call_id),
            applying=_applying(session, call_id, now),
            judged=judged,
            renounce=f"{settings().public_url}{address(call_id)}",
            queue=f"{settings().public_url}/calls/{call_id}/evaluations",
        ),
    )


def _applying(session: Session, call_id: int, now: datetime) -> Message | str:
    """Say what a place bars from, as long as anybody may apply."""
    if now > session.scalars(_DEADLINE, {"call_id": call_id}).one():
        return ""
    return Message(
        "Finché ne fai parte non puoi cominciare una domanda in questo bando. Se ne hai già "
        "cominciata una e la invii, con l'invio rinunci alla commissione. "
    )


_DEADLINE = (
    select(CallVersion.deadline_at)
    .where(CallVersion.call_id == bindparam("call_id"))
    .order_by(CallVersion.number.desc())
    .limit(1)
)


def dismissed(
    session: Session, call_id: int, person: Person, left: Left, now: datetime, *, reason: str
) -> None:
    """Tell somebody that they are on the commission no more, why, and what becomes of their sheets.

    The reason stands in lines of its own, as it was typed.
    """
    _write(
        session,
        person,
        call_id,
        now,
        what="dismissed",
        subject=Message(
            "Non sei più nella commissione di «{title}»", title=_title(session, call_id)
        ),
        text=Message(
            "Ciao {name},\n\nl'ufficio ti ha tolto dalla commissione del bando «{title}»: le "
            "domande non le vedi più. Ecco il motivo:\n{reason}\n\n{sheets}\n\n"
            "Per saperne di più scrivi all'ufficio:\n{call}\n\nFareLegami\n",
            name=person.name,
            reason=reason,
            sheets=_sheets(left),
            title=_title(session, call_id),
            call=f"{settings().public_url}/calls/{call_id}",
        ),
    )


def _sheets(left: Left) -> Message:
    if not left.sheets:
        return Message("Quello che avevi scritto e non inviato non conta.")
    if left.sheets_count:
        return counted(
            left.sheets,
            "La scheda che avevi inviato conta ancora; quello che avevi scritto e non inviato "
            "non conta.",
            "Le {n} schede che avevi inviato contano ancora; quello che avevi scritto e non "
            "inviato non conta.",
        )
    return counted(
        left.sheets,
        "La scheda che avevi inviato non conta più, e nemmeno quello che avevi scritto e non "
        "inviato.",
        "Le {n} schede che avevi inviato non contano più, e nemmeno quello che avevi scritto e "
        "non inviato.",
    )


def renounced(session: Session, call_id: int, person: Person, now: datetime) -> None:
    """Tell who had appointed somebody that they renounced; nobody where no act names one."""
    by = trials.appointed_by(session, call_id, person.id)
    if by is None:
        return
    officer = session.get_one(Person, by)
    _write(
        session,
        officer,
        call_id,
        now,
        what=f"renounced:{person.id}",
        subject=Message("{person} ha rinunciato alla commissione", person=person.name),
        text=Message(
            "Ciao {name},\n\n{person} ha rinunciato alla commissione del bando «{title}». Se "
            "serve, nomina un'altra persona:\n{desk}\n\nFareLegami\n",
            name=officer.name,
            person=person.name,
            title=_title(session, call_id),
            desk=f"{settings().public_url}/office/calls/{call_id}/evaluation",
        ),
    )


def lapsed(session: Session, call_id: int, tried: ChainAct, now: datetime) -> None:
    """Tell who had tried the ranking that a conflict was declared and it has to be tried again."""
    if tried.by_id is None:
        return
    officer = session.get_one(Person, tried.by_id)
    _write(
        session,
        officer,
        call_id,
        now,
        what=f"lapsed:{tried.event_id}",
        subject=Message(
            "La prova della graduatoria non vale più: «{title}»", title=_title(session, call_id)
        ),
        text=Message(
            "Ciao {name},\n\ndopo la tua prova della graduatoria del bando «{title}», nella "
            "commissione è stato dichiarato un conflitto di interesse. Le schede di chi l'ha "
            "dichiarato su quelle domande non contano più, e la graduatoria non è più quella che "
            "hai visto. Guarda che cosa manca, poi provala di nuovo:\n{desk}\n\nFareLegami\n",
            name=officer.name,
            title=_title(session, call_id),
            desk=f"{settings().public_url}/office/calls/{call_id}/evaluation",
        ),
    )


def address(call_id: int) -> str:
    """Where who is on a commission gives it up."""
    return f"/calls/{call_id}/evaluations/renunciation"


def _title(session: Session, call_id: int) -> str:
    return session.get_one(Call, call_id).title


def _write(
    session: Session,
    to: Person,
    call_id: int,
    now: datetime,
    *,
    what: str,
    subject: Message,
    text: Message,
) -> None:
    letters.write(
        session,
        kind=COMMISSION,
        to=persons.reader(to),
        subject=subject,
        text=text,
        key=f"{COMMISSION}:{call_id}:{what}:{to.id}:{now.isoformat()}",
    )
