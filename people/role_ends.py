"""Roles that end by themselves: their holders are told before, and then they are gone.

A role that is over opens nothing from that instant on (`sign_ins.actor_of`); the timer takes its
row away, since whoever reads `role_grant` takes a row for a role that is held.
"""

from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from kit import audit, db, letters
from kit.errors import Message, Refused
from kit.rome import instant_from_local, to_rome
from kit.settings import settings
from people import persons, roles, scopes
from people.tables.persons import Person
from people.tables.roles import RoleGrant

KIND = "people.role_end"
letters.register(KIND, Message("Ruoli che finiscono"))
WARNED = timedelta(days=7)


class _Ending(NamedTuple):
    """A role whose end is near."""

    id: int
    person_id: int
    role: str
    scope_kind: str
    scope_id: int
    until: datetime

    @property
    def held(self) -> roles.Role:
        return self.role, self.scope_kind, self.scope_id


def last_instant(day: date, now: datetime) -> datetime:
    """Give the end of a role whose last day this is: 23:59:59 in Rome.

    Raises Refused for a day that has passed.
    """
    if day < to_rome(now).date():
        raise Refused("Questo giorno è già passato: scegli oggi o un giorno dopo.", field="until")
    return instant_from_local(datetime.combine(day, time(23, 59, 59)))


def warn(session: Session, now: datetime) -> None:
    """Tell by letter whose role ends, a week before and on its last day; each once.

    Not who is on a commission: that is the call's to tell. Nor who may not sign in.
    """
    query = (
        select(*(getattr(RoleGrant, name) for name in _Ending._fields))
        .where(
            RoleGrant.until > now,
            RoleGrant.until <= now + WARNED,
            RoleGrant.role != roles.EVALUATOR,
        )
        .order_by(RoleGrant.id)
    )
    ending = db.rows(session, _Ending, query)
    words = scopes.said(session, [one.held for one in ending])
    able = select(Person).where(
        Person.id.in_([one.person_id for one in ending]), Person.disabled_at.is_(None)
    )
    people = {person.id: person for person in session.scalars(able)}
    for one in ending:
        if one.person_id in people:
            _write_before(session, people[one.person_id], one, words[one.held], now)


def end(session: Session, now: datetime) -> None:
    """Take away the roles that are over; the last coordinator, treasurer or administrator keeps
    theirs without an end, and the administration is told.

    What was held stays in the audit; the places of a commission stay whole, as facts of who
    judged. Nobody is signed out: each request reads the roles.
    """
    ended = RoleGrant.until <= now, RoleGrant.role != roles.EVALUATOR  # a fact of its call
    over = select(RoleGrant).where(*ended).order_by(RoleGrant.id)
    for grant in session.scalars(over).all():
        if roles.is_last(session, grant.person_id, _role(grant)):
            _keep(session, grant, now)
        else:
            _take_away(session, grant, now)


def _take_away(session: Session, grant: RoleGrant, now: datetime) -> None:
    gone = delete(RoleGrant).where(*_still_over(grant, now)).returning(RoleGrant.id)
    facts, person = _facts(grant), audit.of(Person, grant.person_id)
    if session.scalar(gone) is not None:
        audit.record(session, None, "role.ended", person, now, before=facts)


def _keep(session: Session, grant: RoleGrant, now: datetime) -> None:
    """Let a role go on that nobody else holds, and say so."""
    facts, holder = _facts(grant), session.get_one(Person, grant.person_id)
    goes_on = update(RoleGrant).where(*_still_over(grant, now)).values(until=None)
    if session.scalar(goes_on.returning(RoleGrant.id)) is None:
        return
    kept = {**facts, "until": None}
    audit.record(
        session, None, "role.kept", audit.of(Person, holder.id), now, before=facts, after=kept
    )
    what = scopes.said(session, [_role(grant)])[_role(grant)]
    told = {one.id: one for one in (holder, *roles.holders(session, *roles.ADMINISTRATION))}
    for reader in told.values():
        if reader.disabled_at is None:
            _write_kept(session, reader, holder, what, f"{KIND}:{grant.id}:kept:{now:%Y%m%d}")


def _still_over(grant: RoleGrant, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """It may have been prolonged or taken back since it was looked at."""
    return RoleGrant.id == grant.id, RoleGrant.until <= now


def _role(grant: RoleGrant) -> roles.Role:
    return grant.role, grant.scope_kind, grant.scope_id


def _facts(grant: RoleGrant) -> dict[str, Any]:
    return {
        "role": grant.role,
        "scope": [grant.scope_kind, grant.scope_id],
        "granted_at": grant.granted_at.isoformat(),
        "granted_by": grant.granted_by,
        "until": grant.until.isoformat() if grant.until is not None else None,
    }


def _write_before(
    session: Session, person: Person, ending: _Ending, what: Message, now: datetime
) -> None:
    day = to_rome(ending.until).date()
    last_day = day == to_rome(now).date()
    subject = Message("Oggi finisce un tuo ruolo") if last_day else Message("Un tuo ruolo finisce")
    text = Message(
        "Ciao {name},\n\nil tuo ruolo in FareLegami «{what}» vale fino a {day} compreso. Dal "
        "giorno dopo non apri più le sue pagine; per il resto entri come prima.\n\nSe deve "
        "continuare, dillo a chi amministra: può mandarti un nuovo invito.\n",
        name=person.name,
        what=what,
        day=day,
    )
    key = f"{KIND}:{ending.id}:{day:%Y%m%d}:{'last' if last_day else 'before'}"
    reader = persons.reader(person)
    letters.write(session, kind=KIND, to=reader, subject=subject, text=text, key=key)


def _write_kept(session: Session, reader: Person, holder: Person, what: Message, key: str) -> None:
    letters.write(
        session,
        kind=KIND,
        to=persons.reader(reader),
        subject=Message("Un ruolo doveva finire e continua"),
        text=Message(
            "Ciao {name},\n\nil ruolo «{what}» di {holder} finiva oggi, ma nessun altro lo ha: "
            "continua senza una fine, perché qualcuno deve farlo. Chi amministra nomini un'altra "
            "persona, poi può toglierlo:\n\n{url}\n",
            name=reader.name,
            what=what,
            holder=holder.name,
            url=settings().public_url + "/people",
        ),
        key=f"{key}:{reader.id}",
    )
