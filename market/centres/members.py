"""Who books for a household, and taking somebody off it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kit import letters, shown
from kit.errors import Message, Refused
from kit.sentences import counted, listing
from market.centres import households
from market.tables.centres import Centre, Household
from people import persons, roles, scopes
from people.actors import Actor
from people.roles import COORDINATOR, MEMBER
from people.tables.persons import Person

MEMBERSHIP = "market.membership_notice"
letters.register(MEMBERSHIP, Message("Chi entra per una famiglia"))

_NOT_HERE = "Questa persona non entra per questa famiglia: forse l'ha già tolta qualcun altro."


@dataclass(frozen=True, slots=True)
class Removal:
    """What taking a person off a household does: who it is, and who still books then."""

    household: Household
    person: Person
    staying: list[Person]
    coordinates: bool
    """Whether the person coordinates the centre: then the household's pages stay open to them."""

    @property
    def written_to(self) -> bool:
        """Whether the person is told by letter: not who may not sign in."""
        return self.person.disabled_at is None

    def who_books(self) -> Message:
        """Say who books for the household from then on, and where its letters go."""
        if self.staying:
            names = listing([Message("{name}", name=person.name) for person in self.staying])
            return counted(
                len(self.staying),
                "Per la famiglia continua a entrare {names}. Lo legge in una lettera.",
                "Per la famiglia continuano a entrare {names}. Lo leggono in una lettera.",
                names=names,
            )
        if self.household.email:
            return Message(
                "Per la famiglia non entra più nessuno: le sue prenotazioni le fai tu, che "
                "coordini, finché qualcuno accetta un invito. Le lettere vanno a {email}.",
                email=self.household.email,
            )
        return Message(
            "Per la famiglia non entra più nessuno: le sue prenotazioni le fai tu, che "
            "coordini, finché qualcuno accetta un invito. Non ha un indirizzo: degli ordini la "
            "avvisi a voce."
        )

    def what_goes(self) -> Message:
        """Say what the person does no more."""
        if self.coordinates:
            return Message(
                "Da subito {name} non è più della famiglia: non la trova più fra le sue e non ne "
                "riceve più le lettere. Coordina il centro: ordini e saldo li vede ancora, e può "
                "prenotare, come per ogni famiglia.",
                name=self.person.name,
            )
        return Message(
            "Da subito {name} non prenota più per questa famiglia e non ne vede più ordini e "
            "saldo. Per il resto entra come prima.",
            name=self.person.name,
        )

    def parts(self) -> dict[str, str]:
        """Give what the page of it shows, as `kit.shown` compares it."""
        return {
            "staying": " ".join(str(person.id) for person in self.staying),
            "email": self.household.email or "",
            "household": self.household.name,
            "coordinates": "yes" if self.coordinates else "",
        }


_NAMES = {
    "staying": Message("chi entra per la famiglia"),
    "email": Message("l'indirizzo della famiglia"),
    "household": Message("il nome della famiglia"),
    "coordinates": Message("se coordina il centro"),
}


def removal(session: Session, actor: Actor, household_id: int, person_id: int) -> Removal:
    """Tell what taking a person off a household does; for coordinators of its centre.

    Raises NotFound, Refused when the person does not book for it (whoever they are).
    """
    household = households.get(session, household_id)
    actor.require(COORDINATOR, "centre", household.centre_id)
    members = roles.holders(session, MEMBER, "household", household_id)
    person = next((one for one in members if one.id == person_id), None)
    if person is None:
        raise Refused(_NOT_HERE)
    staying = [one for one in members if one.id != person_id and one.disabled_at is None]
    coordinators = roles.holders(session, COORDINATOR, "centre", household.centre_id)
    return Removal(household, person, staying, any(one.id == person_id for one in coordinators))


def remove(
    session: Session, actor: Actor, household_id: int, person_id: int, now: datetime, *, seen: str
) -> Person:
    """Let a person book for a household no more; for coordinators of its centre.

    Bookings and balance are the household's own and stay; the person is told by letter. `seen`
    is what the page had shown (`Removal.parts`, packed). Raises NotFound, Changed where that is
    no longer so, Refused when the person does not book for it.
    """
    households.held(session, actor, household_id)  # two who take off the last two come in turn
    found = removal(session, actor, household_id, person_id)
    shown.check(seen, found.parts(), lambda part: _NAMES.get(part, Message("la famiglia")))
    roles.revoke(session, actor.person_id, person_id, MEMBER, "household", household_id, now)
    if found.written_to:
        _tell(session, actor, found, now)
    _tell_staying(session, actor, found, now)
    return found.person


def named(session: Session, household_ids: Iterable[int]) -> dict[int, Message]:
    """Name households with their centres, by id (one statement)."""
    query = (
        select(Household.id, Household.name, Centre.name)
        .join(Centre, Centre.id == Household.centre_id)
        .where(Household.id.in_(list(household_ids)))
    )
    return {
        id_: Message("{household}, {centre}", household=household, centre=centre)
        for id_, household, centre in session.execute(query)
    }


scopes.register("household", named)


def _tell(session: Session, actor: Actor, gone: Removal, now: datetime) -> None:
    household, person = gone.household, gone.person
    letters.write(
        session,
        kind=MEMBERSHIP,
        to=persons.reader(person),
        subject=Message("Non prenoti più per {household}", household=household.name),
        text=letters.lines(
            Message("Ciao {name},", name=person.name),
            "",
            _done_by(actor, gone, session.get_one(Centre, household.centre_id).name),
            _left_to_do(gone),
            "",
            "FareLegami",
            "",
        ),
        key=f"{MEMBERSHIP}:{household.id}:removed:{person.id}:{now.isoformat()}",
    )


def _tell_staying(session: Session, actor: Actor, gone: Removal, now: datetime) -> None:
    """Write to whoever else books for the household: it is their money one less sees."""
    household = gone.household
    for reader in gone.staying:
        letters.write(
            session,
            kind=MEMBERSHIP,
            to=persons.reader(reader),
            subject=Message("Chi entra per {household}", household=household.name),
            text=letters.lines(
                Message("Ciao {name},", name=reader.name),
                "",
                Message(
                    "{gone} non entra più per {household}: l'ha tolto {coordinator}, che coordina "
                    "il centro. Prenotazioni e saldo restano come sono.",
                    gone=gone.person.name,
                    household=household.name,
                    coordinator=actor.name,
                ),
                "",
                "FareLegami",
                "",
            ),
            key=f"{MEMBERSHIP}:{household.id}:removed:{gone.person.id}:{reader.id}:{now.isoformat()}",
        )


def _done_by(actor: Actor, gone: Removal, centre: str) -> Message:
    if actor.person_id == gone.person.id:
        return Message("ti sei tolto da {household}, {centre}.", **_names(gone, centre))
    return Message(
        "{coordinator}, che coordina {centre}, ti ha tolto da {household}.",
        coordinator=actor.name,
        **_names(gone, centre),
    )


def _names(gone: Removal, centre: str) -> dict[str, str]:
    return {"household": gone.household.name, "centre": centre}


def _left_to_do(gone: Removal) -> Message:
    if gone.coordinates:
        return Message(
            "Non la trovi più fra le tue famiglie e non ricevi più le sue lettere; come chi "
            "coordina il centro vedi ancora i suoi ordini e il suo saldo. Prenotazioni e saldo "
            "restano alla famiglia."
        )
    return Message(
        "Da adesso non prenoti più per questa famiglia e non vedi più i suoi ordini e il suo "
        "saldo. Prenotazioni e saldo restano alla famiglia.\n\nPer il resto entri come prima. Se "
        "ti sembra un errore, dillo a chi coordina: può mandarti un nuovo invito."
    )
