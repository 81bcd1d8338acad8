"""Who sits on a commission, as pages showed it: by person, so that a change can name them."""

from collections.abc import Callable, Iterable

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from calls.commission.progress import CommissionMember
from calls.tables.commission import Dismissal
from kit.errors import Message
from people.tables.persons import Person

_SEAT = "seat-"


def parts(members: Iterable[CommissionMember]) -> dict[str, str]:
    """Give who is on a commission by part (`kit.shown`), one for each person.

    There is always one: a page that showed nobody has shown that.
    """
    seats = {f"{_SEAT}{each.person_id}": f"{each.name} {each.email}" for each in members}
    return {"commission": "commission"} | seats


def named(
    session: Session, call_id: int, members: Iterable[CommissionMember]
) -> Callable[[str], Message | None]:
    """Say who came to or left a commission since a page showed it; None for other parts.

    Who left is named from the dismissals of this call alone: what a form says is no key to
    the names of others.
    """
    here = {f"{_SEAT}{each.person_id}": each.name for each in members}

    def put(part: str) -> Message | None:
        if part in here:
            return Message("{name} è nella commissione", name=here[part])
        if not part.startswith(_SEAT):
            return None
        for person_id, name in session.execute(_LEFT, {"call_id": call_id}):
            if part == f"{_SEAT}{person_id}":
                return Message("{name} non è più nella commissione", name=name)
        return Message("una persona non è più nella commissione")

    return put


_LEFT = (
    select(Person.id, Person.name)
    .join(Dismissal, Dismissal.person_id == Person.id)
    .where(Dismissal.call_id == bindparam("call_id"))
)
