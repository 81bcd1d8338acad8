"""People and their roles, for the administration: find, invite, give and take back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from sqlalchemy.orm import Session

from calls.texts import published
from kit import dead_jobs, lookalikes, spelled
from kit.errors import Invalid, Message, NotFound, Refused
from kit.http import keyed, web
from kit.http.forms import Form, seen
from kit.http.web import Request, Response, get, post, see_other
from kit.words.text import render
from market.centres import centres, members
from market.group_orders import coordinators
from people import invitation_words, invitations, persons, roles
from people.actors import Actor
from people.roles import ADMINISTRATOR, COORDINATOR, EVALUATOR, MEMBER
from people.tables import Person

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
    try:
        form.check()
        guest = invitations.Guest(email, name)
        offer = invitations.OfferedRole(_parsed(choice), offered[choice])
        keyed.once(
            session,
            actor,
            _PERSON_INVITED,
            form,
            lambda: invitations.invite(session, actor.person_id, guest, offer, actor.now),
        )
    except (Invalid, Refused) as error:
        form.take(error)
        return _index(request, session, form, status=error.status)
    others = persons.names_beside(session, email)
    return see_other("/people", lookalikes.told(invitation_words.sent(email), name, others))


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


@post("/people/{person_id:int}/revocations", access="signed-in", resent="same", fresh=True)
def revoke(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    person_id: FromPath[int],
) -> Response:
    """Take a role back that is given here; somebody else is signed out everywhere."""
    actor.require(ADMINISTRATOR, "house", 0)
    if session.get(Person, person_id) is None:
        raise NotFound
    role, kind, id_ = _parsed(form.raw("role"))
    if role not in roles.ADMINISTERED:
        raise Refused(
            "Questo ruolo si toglie dove è stato dato: alle famiglie dal loro centro, ai "
            "commissari dall'ufficio del bando."
        )
    said = Message("Il ruolo è tolto.")
    if (role, kind) == (COORDINATOR, "centre"):
        who = coordinators.dismiss(session, actor, person_id, id_, actor.now)
        said = Message("Il ruolo è tolto. {who}", who=who)
    else:
        roles.revoke(session, actor.person_id, person_id, role, kind, id_, actor.now)
    if person_id == actor.person_id and role == ADMINISTRATOR:
        return see_other(
            "/", Message("Hai lasciato l'amministrazione: qui trovi quello che resta.")
        )
    return see_other("/people", said)


def _index(
    request: Request, session: Session, form: Form, *, words: str = "", status: int = 200
) -> Response:
    scopes = _scopes(session)
    labels = _labels(session, scopes)
    listed = persons.with_roles(session, words)
    labels |= _families(session, (value for _person, held in listed for value in held))
    found = [
        (person, [(value, labels.get(value) or _role_name(value)) for value in held])
        for person, held in listed
    ]
    return web.page(
        request,
        "community/people.html",
        status,
        form=form,
        found=found,
        dead=len(dead_jobs.all_(session)),
        words=words,
        options=[(scope.value, scope.label) for scope in scopes],
        invited=invitations.waiting_at(session, _HERE),
        declined=invitations.declined_at(session, _HERE),
        administered=roles.ADMINISTERED,
        most=persons.MOST_LISTED,
    )


def _labels(session: Session, scopes: Sequence[Scope]) -> dict[str, str]:
    """Name the roles that are given here, and those a call gives to its commission."""
    commission = render(roles.NAMES[EVALUATOR])
    judged = {
        f"{EVALUATOR}:call:{call.call_id}": f"{commission}, {call.title}"
        for call in published.listed(session)
    }
    return judged | {scope.value: scope.label for scope in scopes}


def _families(session: Session, held: Iterable[str]) -> dict[str, str]:
    """Name the roles that are given to families by their centres."""
    family = f"{MEMBER}:household:"
    ids = {int(value.removeprefix(family)) for value in held if value.startswith(family)}
    return {
        f"{family}{id_}": render(_of(roles.NAMES[MEMBER], what))
        for id_, what in members.named(session, ids).items()
    }


def _role_name(value: str) -> str:
    role, _sep, _scope = value.partition(":")
    return render(roles.NAMES[role])


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


def _parsed(value: str) -> tuple[str, str, int]:
    role, _sep, scope = value.partition(":")
    kind, _sep, id_ = scope.partition(":")
    found = 0 if id_ == "0" else spelled.id_(id_)
    if found is None:
        raise Refused("Questo ruolo non si può dare qui.")
    return role, kind, found


HANDLERS: list[Any] = [index, invite, invite_again, withdraw, revoke]
