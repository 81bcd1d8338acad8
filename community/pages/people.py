"""People and their roles, for the administration: find, invite, propose and confirm."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from sqlalchemy.orm import Session

from calls.texts import published
from kit import dead_jobs, lookalikes, spelled
from kit.errors import Invalid, Message, Refused
from kit.http import keyed, web
from kit.http.forms import Form, seen
from kit.http.web import Request, Response, get, post, see_other
from kit.words.text import render
from market.centres import centres
from people import (
    invitation_lists,
    invitation_words,
    invitations,
    persons,
    proposals,
    role_ends,
    roles,
    scopes,
)
from people.actors import Actor
from people.invitations import Guest, OfferedRole
from people.roles import ADMINISTRATOR

_PERSON_INVITED = keyed.Making("people.person.invited", refuses=True)

# The invitations that are made and kept here.
_HERE = invitations.Place(roles.ADMINISTERED)


@dataclass(frozen=True, slots=True)
class Scope:
    """A scope in which a role may be given, with the name people know."""

    value: str
    what: Message

    @property
    def label(self) -> str:
        """The name in the language of the page."""
        return render(self.what)


@get("/people", access="signed-in")
def index(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    q: FromQuery[str] = "",
) -> Response:
    """List the people whose name or address contains the words, with their roles."""
    actor.require(ADMINISTRATOR, "house", 0)
    return _index(request, session, Form(), words=seen(q)[:100])


@post("/people/invitations", access="signed-in", resent="keyed", fresh=True)
def invite(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
) -> Response:
    """Invite somebody to a role; nobody holds it before they accept."""
    actor.require(ADMINISTRATOR, "house", 0)
    email, name = form.email("email"), form.text("name", max_length=120)
    offered = {scope.value: scope.what for scope in _scopes(session)}
    choice = form.choice("role", offered)
    until = _last_instant(form, actor)
    try:
        form.check()
        guest = Guest(email, name)
        offer = OfferedRole(parsed(choice), offered[choice], until)
        make = partial(_offer, session, actor, guest, offer)
        keyed.once(session, actor, _PERSON_INVITED, form, make)
    except (Invalid, Refused) as error:
        form.take(error)
        return _index(request, session, form, status=error.status)
    others = persons.names_beside(session, email)
    said = invitation_words.sent(email)
    if offer.role == roles.ADMINISTRATION:
        said = Message("Proposta fatta: l'invito parte quando un'altra persona conferma.")
    return see_other("/people", lookalikes.told(said, name, others))


def _offer(session: Session, actor: Actor, guest: Guest, offer: OfferedRole) -> None:
    """Invite somebody; who is to administer is proposed to the other administrators."""
    if offer.role == roles.ADMINISTRATION:
        proposals.propose(session, actor, guest, offer.until, actor.now)
    else:
        invitations.invite(session, actor.person_id, guest, offer, actor.now)


def _last_instant(form: Form, actor: Actor) -> datetime | None:
    """Read the last day of a role, and give when it ends."""
    day = form.day("until", required=False)
    try:
        return None if day is None else role_ends.last_instant(day, actor.now)
    except Refused as refused:
        form.take(refused)
        return None


@post(
    "/people/invitations/{invitation_id:int}/letters", access="signed-in", resent="same", fresh=True
)
def invite_again(
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    invitation_id: FromPath[int],
) -> Response:
    """Write an invitation anew."""
    actor.require(ADMINISTRATOR, "house", 0)
    found = invitations.send_again(session, actor, invitation_id, _HERE, actor.now)
    return see_other("/people", invitation_words.sent(found.email))


@post("/people/invitations/{invitation_id:int}/withdrawals", access="signed-in", resent="same")
def withdraw(
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    invitation_id: FromPath[int],
) -> Response:
    """Take an invitation back before it is answered."""
    actor.require(ADMINISTRATOR, "house", 0)
    found = invitations.withdraw(session, actor, invitation_id, _HERE, actor.now)
    return see_other("/people", invitation_words.withdrawn(found.email))


@post(
    "/people/proposals/{proposal_id:int}/confirmations",
    access="signed-in",
    resent="same",
    fresh=True,
)
def confirm(
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    proposal_id: FromPath[int],
) -> Response:
    """Confirm as a second administrator whom another one proposed."""
    guest = proposals.confirm(session, actor, proposal_id, actor.now)
    return see_other("/people", invitation_words.sent(guest.email))


@post("/people/proposals/{proposal_id:int}/withdrawals", access="signed-in", resent="same")
def withdraw_proposal(
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    proposal_id: FromPath[int],
) -> Response:
    """Take back, or refuse, a proposal that nobody has confirmed."""
    guest = proposals.withdraw(session, actor, proposal_id, actor.now)
    return see_other("/people", Message("La proposta di {name} è ritirata.", name=guest.name))


def _index(
    request: Request, session: Session, form: Form, *, words: str = "", status: int = 200
) -> Response:
    found = persons.with_roles(session, words)
    return web.page(
        request,
        "community/people.html",
        status,
        form=form,
        found=found,
        said=scopes.said(session, [one.held for _person, held in found for one in held]),
        dead=len(dead_jobs.all_(session)),
        words=words,
        options=[(scope.value, scope.label) for scope in _scopes(session)],
        proposed=proposals.open_ones(session),
        invited=invitation_lists.waiting_at(session, _HERE),
        declined=invitation_lists.declined_at(session, _HERE),
        most=persons.MOST_LISTED,
    )


def _scopes(session: Session) -> list[Scope]:
    """Every role the administration may give, by name; households are the centres' own."""
    found = [
        Scope("administrator:house:0", roles.NAMES[ADMINISTRATOR]),
        Scope("office:calls:0", Message("ufficio bandi, tutti i bandi")),
    ]
    for centre in centres.all_(session):
        found += [
            Scope(f"{role}:centre:{centre.id}", _of(roles.NAMES[role], centre.name))
            for role in (roles.COORDINATOR, roles.TREASURER, roles.DRIVER)
        ]
    for call in published.listed(session):
        what = _of(roles.NAMES[roles.OFFICE], call.title)
        found.append(Scope(f"office:call:{call.call_id}", what))
    return found


def _of(role: Message, where: str | Message) -> Message:
    """A role and where it is held: kept with an invitation, read in the reader's language."""
    return Message("{role}, {where}", role=role, where=where)


def parsed(value: str) -> roles.Role:
    """Read a role with its scope as a form sends it; raises Refused for anything else."""
    role, _sep, scope = value.partition(":")
    kind, _sep, id_ = scope.partition(":")
    found = 0 if id_ == "0" else spelled.id_(id_)
    if found is None:
        raise Refused("Questo ruolo non si può dare qui.")
    return role, kind, found


HANDLERS: list[Any] = [index, invite, invite_again, withdraw, confirm, withdraw_proposal]
