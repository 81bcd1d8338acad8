"""Erasing an access: what stands in the way in all houses, what goes and what stays."""

from datetime import datetime

from sqlalchemy.orm import Session

from calls import leavings as calls_leavings
from kit.errors import Message, Refused
from kit.mail import FORGOTTEN
from kit.own_data import Whose
from kit.sentences import listing
from market import leavings as market_leavings
from people import erasures
from people.actors import Actor
from people.roles import ADMINISTRATOR, Role
from people.tables.persons import Erasure, Person

AT_ONCE = 50
"""How many of those nobody uses are announced by one run of the timer."""

_ADMINISTERS = Message("sei l'unica persona che amministra il servizio: prima nomina qualcun altro")

GOES = (
    Message("il tuo nome e il tuo indirizzo: dove restava il nome si legge «Persona cancellata»"),
    Message("la password, dove sei entrato, i browser che riconosciamo, i ruoli"),
    Message("i secondi passi: app dei codici, codici di recupero, passkey"),
    Message("SPID, CIE e simili, con quello che ci hanno detto di te: non ti fanno più entrare"),
    Message("le lettere che ti abbiamo scritto, gli inviti, le proposte e i collegamenti"),
    Message("le domande ai bandi che non hai inviato, con i loro allegati"),
)
STAYS = (
    (
        Message("movimenti e addebiti della tua famiglia"),
        Message("i conti si tengono dieci anni (Codice civile, articolo 2220)"),
    ),
    (
        Message("ordini e prenotazioni della famiglia"),
        Message("sono anche del centro e di chi entra per la famiglia con te"),
    ),
    (
        Message("le domande inviate, le ricevute, le graduatorie, le schede di una commissione"),
        Message(
            "sono atti amministrativi: chi li tiene non può scartarli senza il permesso della "
            "Soprintendenza archivistica"
        ),
    ),
    (
        Message("il registro di chi ha fatto che cosa, senza nomi: solo con un numero"),
        Message("è una catena che prova che niente è stato alterato"),
    ),
    (
        Message("quello che altri hanno scritto, se ti nominano: note, motivazioni, titoli"),
        Message("è il testo di un altro: chiedi a chi l'ha scritto"),
    ),
    (
        Message(
            "le lettere ad altri che ti nominano, al massimo {days} giorni", days=FORGOTTEN.days
        ),
        Message("sono state scritte a loro"),
    ),
    (
        Message("le copie di sicurezza, finché non vengono sostituite"),
        Message("non si aprono per togliere una persona sola"),
    ),
)


def obstacles(session: Session, person: Person) -> list[Message]:
    """Say all that keeps a person's access from being erased now."""
    return _obstacles(session, person, erasures.alone(session, person.id))


def _obstacles(session: Session, person: Person, alone: list[Role]) -> list[Message]:
    whose = Whose(person.id, person.email)
    found = [_ADMINISTERS for role, _, _ in alone if role == ADMINISTRATOR]
    found += market_leavings.obstacles(session, whose, alone)
    return found + calls_leavings.obstacles(session, whose, alone)


def of_actor(session: Session, actor: Actor) -> tuple[Erasure | None, list[Message]]:
    """What the page of whoever thinks of going shows: what is asked, what stands in the way."""
    person = session.get_one(Person, actor.person_id)
    return erasures.of(session, actor.person_id), obstacles(session, person)


def ask(session: Session, actor: Actor, now: datetime) -> Erasure:
    """Ask for one's own access to be erased; raises Refused where something stands in the way."""
    found = obstacles(session, session.get_one(Person, actor.person_id))
    if found:
        raise Refused(
            Message("Adesso il tuo accesso non si può cancellare: {why}.", why=listing(found))
        )
    return erasures.ask(session, actor, now)


def carry_out(session: Session, person_id: int, now: datetime) -> None:
    """Erase an access whose time has come (a job's work).

    What stands in the way by then puts it off, and is told by letter.
    """
    found = erasures.held(session, person_id, now)
    if found is None:
        return
    if erasures.is_used_again(session, found):
        session.delete(found)
        return
    person = session.get_one(Person, person_id)
    in_the_way = obstacles(session, person)
    if not in_the_way:
        try:
            with session.begin_nested():
                _erase(session, person, found, now)
            return
        except _InTheWay as error:
            in_the_way = error.found
    erasures.put_off(session, found, in_the_way, now)


def _erase(session: Session, person: Person, found: Erasure, now: datetime) -> None:
    def may_go(alone: list[Role]) -> None:
        if in_the_way := _obstacles(session, person, alone):
            raise _InTheWay(in_the_way)

    whose = Whose(person.id, person.email)
    erasures.forget_wishes(session, person)
    market_leavings.leave(session, whose, now)
    calls_leavings.leave(session, whose)
    erasures.close(session, found, now, may_go)


class _InTheWay(Exception):
    """Something came in the way of an erasure while it was done."""

    def __init__(self, found: list[Message]) -> None:
        super().__init__()
        self.found = found


def announce_unused(session: Session, now: datetime) -> None:
    """Tell the owners of accesses that nobody uses that they will be erased (a timer's work)."""
    for person in erasures.unused(session, now, AT_ONCE):
        if not calls_leavings.has_applied(session, person.id):
            erasures.announce(session, person, now)
