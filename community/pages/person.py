"""One person for the administration: which roles they have, and taking one back."""

from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from community.pages.people import parsed
from kit.errors import Message, NotFound, Refused
from kit.http import web
from kit.http.forms import Form
from kit.http.web import Request, Response, get, post, see_other
from market.group_orders import coordinators
from people import grants, roles, scopes
from people.actors import Actor
from people.roles import ADMINISTRATION, ADMINISTRATOR, COORDINATOR
from people.tables.persons import Person


@get("/people/{person_id:int}", access="signed-in")
def show(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    person_id: FromPath[int],
) -> Response:
    """Show a person's roles: since when, given by whom, until when."""
    actor.require(*ADMINISTRATION)
    person = _person(session, person_id)
    held = grants.of_persons(session, [person_id]).get(person_id, [])
    return web.page(
        request,
        "community/person.html",
        person=person,
        held=held,
        said=scopes.said(session, [one.held for one in held]),
        administered=roles.ADMINISTERED,
    )


@post("/people/{person_id:int}/revocations", access="signed-in", resent="same", fresh=True)
def revoke(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    person_id: FromPath[int],
) -> Response:
    """Take a role back that is given here; somebody else is signed out everywhere."""
    actor.require(*ADMINISTRATION)
    _person(session, person_id)
    role, kind, id_ = parsed(form.raw("role"))
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
    return see_other(f"/people/{person_id}", said)


def _person(session: Session, person_id: int) -> Person:
    found = session.get(Person, person_id)
    if found is None:
        raise NotFound
    return found


HANDLERS: list[Any] = [show, revoke]
