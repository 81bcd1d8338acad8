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
from people import persons, roles
from people.actors import Actor
from people.roles import COORDINATOR, MEMBER
from people.tables import Person

MEMBERSHIP = "market.membership_notice"
letters.register(MEMBERSHIP, Message("Chi entra per una famiglia"))

_NOT_HERE = "Questa persona non entra per questa famiglia: forse l'ha già tolta qualcun altro."


@dataclass(frozen=True, slots=True)
class Removal:
    """What taking a person off a household does: who it is, and who still books then."""

    household: Household
    person: Person
    staying: list[Person]

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
                "Per la famiglia continua a entrare {names}.",
                "Per la famiglia continuano a entrare {names}.",
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

    def parts(self) -> dict[str, str]:
        """Give what the page of it shows, as `kit.shown` compares it."""
        return {
            "staying": " ".join(str(person.id) for person in self.staying),
            "email": self.household.email or "",
            "household": self.household.name,
        }


_NAMES = {
    "staying": Message("chi entra per la famiglia"),
    "email": Message("l'indirizzo della famiglia"),
    "household": Message("il nome della famiglia"),
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
    return Removal(household, person, staying)


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


def _tell(session: Session, actor: Actor, gone: Removal, now: datetime) -> None:
    household, person = gone.household, gone.person
    letters.write(
        session,
        kind=MEMBERSHIP,
        to=persons.reader(person),
        subject=Message("Non prenoti più per {household}", household=household.name),
        text=Message(
            "Ciao {name},\n\n{coordinator}, che coordina {centre}, ti ha tolto da {household}: "
            "da adesso non prenoti più per questa famiglia e non vedi più i suoi ordini e il suo "
            "saldo. Prenotazioni e saldo restano alla famiglia.\n\nPer il resto entri come prima. "
            "Se ti sembra un errore, dillo a chi coordina: può mandarti un nuovo "
            "invito.\n\nFareLegami\n",
            name=person.name,
            coordinator=actor.name,
            centre=session.get_one(Centre, household.centre_id).name,
            household=household.name,
        ),
        key=f"{MEMBERSHIP}:{household.id}:removed:{person.id}:{now.isoformat()}",
    )
