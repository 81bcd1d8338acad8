"""People and their roles, for the administration: find, invite, give and take back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from sqlalchemy.orm import Session

from calls.texts import published
from kit import spelled
from kit.errors import Invalid, Message, Refused
from kit.http import keyed, web
from kit.http.forms import Form, seen
from kit.http.web import Request, Response, get, post, see_other
from kit.words.text import gettext as _
from kit.words.text import render
from market.centres import centres
from people import links, persons, roles
from people.actors import Actor
from people.roles import ADMINISTRATOR, EVALUATOR


@dataclass(frozen=True, slots=True)
class Scope:
    """A scope in which a role may be given, with the name people know."""

    value: str
    label: str


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


@post("/people/invitations", access="signed-in", resent="keyed")
def invite(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
) -> Response:
    """Invite somebody to a role; who is already known gets it at once."""
    actor.require(ADMINISTRATOR, "house", 0)
    email, name = form.email("email"), form.text("name", max_length=120)
    choice = form.choice("role", [scope.value for scope in _scopes(session)])
    try:
        form.check()
        wanted = [_parsed(choice)]
        made = keyed.once(
            session,
            actor,
            "people.person.invited",
            form,
            lambda: {
                "written": links.invite(
                    session, actor.person_id, email=email, name=name, wanted=wanted, now=actor.now
                )
            },
        )
    except (Invalid, Refused) as error:
        form.take(error)
        return _index(request, session, form, status=error.status)
    if made["written"]:
        return see_other("/people", Message("L'invito parte per {email}.", email=email))
    known = Message("{name} entra già con {email}: ha subito il ruolo.", name=name, email=email)
    return see_other("/people", known)


@post("/people/{person_id:int}/revocations", access="signed-in", resent="same")
def revoke(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    person_id: FromPath[int],
) -> Response:
    """Take a role back; the person is signed out everywhere."""
    actor.require(ADMINISTRATOR, "house", 0)
    role, kind, id_ = _parsed(form.raw("role"))
    roles.revoke(session, actor.person_id, person_id, role, kind, id_, actor.now)
    return see_other("/people", Message("Il ruolo è tolto."))


def _index(
    request: Request, session: Session, form: Form, *, words: str = "", status: int = 200
) -> Response:
    scopes = _scopes(session)
    labels = _labels(session, scopes)
    found = [
        (person, [(value, labels.get(value) or _role_name(value)) for value in held])
        for person, held in persons.with_roles(session, words)
    ]
    return web.page(
        request,
        "community/people.html",
        status,
        form=form,
        found=found,
        words=words,
        options=[(scope.value, scope.label) for scope in scopes],
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


def _role_name(value: str) -> str:
    role, _sep, _scope = value.partition(":")
    return render(roles.NAMES[role])


def _scopes(session: Session) -> list[Scope]:
    """Every role the administration may give, by name; households are the centres' own."""
    found = [
        Scope("administrator:house:0", render(roles.NAMES[ADMINISTRATOR])),
        Scope("office:calls:0", _("ufficio bandi, tutti i bandi")),
    ]
    for centre in centres.all_(session):
        found += [
            Scope(f"{role}:centre:{centre.id}", f"{render(roles.NAMES[role])}, {centre.name}")
            for role in (roles.COORDINATOR, roles.TREASURER, roles.DRIVER)
        ]
    for call in published.listed(session):
        found.append(
            Scope(
                f"office:call:{call.call_id}", f"{render(roles.NAMES[roles.OFFICE])}, {call.title}"
            )
        )
    return found


def _parsed(value: str) -> tuple[str, str, int]:
    role, _sep, scope = value.partition(":")
    kind, _sep, id_ = scope.partition(":")
    found = 0 if id_ == "0" else spelled.id_(id_)
    if found is None:
        raise Refused("Questo ruolo non si può dare qui.")
    return role, kind, found


HANDLERS: list[Any] = [index, invite, revoke]
